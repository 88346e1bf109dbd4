import { inject } from "tsyringe";
import { tellsStatus } from "../../domain/authority.ts";
import { messageOf } from "../../errors.ts";
import type { Clock, Logger } from "../../ports/ambient.ts";
import type { Directory } from "../../ports/stores.ts";
import { CLOCK, DIRECTORY, LOGGER } from "../../tokens.ts";
import { AuthorityEndings } from "./authority-endings.ts";
import { OcspResponders } from "./ocsp-responders.ts";

/** Rolls OCSP responders in time, also those that nobody asks. */
export class ResponderKeeper {
  constructor(
    @inject(DIRECTORY) private readonly directory: Directory,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(LOGGER) private readonly logger: Logger,
    @inject(OcspResponders) private readonly responders: OcspResponders,
    @inject(AuthorityEndings) private readonly endings: AuthorityEndings,
  ) {}

  /** Looks at every authority; one that fails keeps no other from it. */
  async runDue(): Promise<void> {
    for (const { id: tenant } of await this.directory.tenants()) {
      const store = this.directory.open(tenant);
      for (const authority of await store.authorities.list()) {
        if (!authority.ocspEnabled || !tellsStatus(authority, this.clock.now())) continue;
        try {
          if (!(await this.endings.endIfOver(store, authority)))
            await this.responders.current(store, authority);
        } catch (error) {
          this.logger.error(
            { tenant, authority: authority.id, error: messageOf(error) },
            "OCSP responder not rolled",
          );
        }
      }
    }
  }
}
