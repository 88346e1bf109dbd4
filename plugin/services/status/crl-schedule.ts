import { inject } from "tsyringe";
import { type Authority, tellsStatus } from "../../domain/authority.ts";
import type { CrlScope } from "../../domain/crl-scope.ts";
import { messageOf } from "../../errors.ts";
import type { Clock, Logger } from "../../ports/ambient.ts";
import type { Settings } from "../../ports/settings.ts";
import type { Directory, TenantStore } from "../../ports/stores.ts";
import { CLOCK, DIRECTORY, LOGGER, SETTINGS } from "../../tokens.ts";
import { AuthorityEndings } from "./authority-endings.ts";
import { CrlPublisher } from "./crl-publisher.ts";

/** Whether an authority signs lists: also one that is retired, until it has ended, and after a revocation one that is deleted, until its certificate ends. */
export const publishesCrls = (authority: Authority, now: Date): boolean =>
  authority.crlEnabled &&
  authority.keyRef !== undefined &&
  authority.certificate !== undefined &&
  (tellsStatus(authority, now) ||
    (authority.status === "deleted" &&
      (authority.notAfter === undefined || authority.notAfter > now)));

/** Keeps every list fresh without anybody fetching it: after revocations within the time allowed, and on schedule (L-09). */
export class CrlSchedule {
  constructor(
    @inject(DIRECTORY) private readonly directory: Directory,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(SETTINGS) private readonly settings: Settings,
    @inject(LOGGER) private readonly logger: Logger,
    @inject(CrlPublisher) private readonly publisher: CrlPublisher,
    @inject(AuthorityEndings) private readonly endings: AuthorityEndings,
  ) {}

  /** Publishes what is due now; one list that fails keeps no other from it. */
  async runDue(): Promise<void> {
    const now = this.clock.now();
    const renewed = new Date(now.getTime() - this.settings.crlInterval * 1000);
    for (const { tenant, ...scope } of await this.directory.listsDue(renewed)) {
      const store = this.directory.open(tenant);
      try {
        const authority = await store.authorities.get(scope.authorityId);
        if (authority === undefined) continue;
        if (!publishesCrls(authority, now) || (await this.endings.endIfOver(store, authority))) {
          await this.pass(store, scope);
          continue;
        }
        const latest = await store.crls.latest(scope);
        const revisions = await store.crls.revisions(scope);
        if (latest !== undefined && !this.publisher.isDue(authority, latest, revisions)) continue;
        const because =
          latest !== undefined && this.publisher.isOld(authority, latest)
            ? "schedule"
            : "revocation";
        await this.publisher.publish(store, authority, scope.shard, revisions.dirty, because);
      } catch (error) {
        this.logger.error({ tenant, ...scope, error: messageOf(error) }, "CRL not published");
      }
    }
  }

  /** Of an authority that signs no lists nothing is due. */
  private async pass(store: TenantStore, scope: CrlScope): Promise<void> {
    const { dirty, published } = await store.crls.revisions(scope);
    if (dirty > published) await store.crls.markPublished(scope, dirty, this.clock.now());
  }
}
