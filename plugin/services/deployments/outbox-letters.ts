import { inject } from "tsyringe";
import type { Principal } from "../../domain/principal.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { OutboxRow } from "../../ports/outbox.ts";
import type { Page, PageRequest } from "../../ports/paging.ts";
import { CLOCK } from "../../tokens.ts";
import { Access, found } from "../access/access.ts";

const PAGE = 500;

/** The outbox as an admin sees it: what waits, what was given up, and sending it again. */
export class OutboxLetters {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
  ) {}

  async list(
    principal: Principal,
    filter: { readonly state?: OutboxRow["state"] | undefined },
    page: PageRequest,
  ): Promise<Page<OutboxRow>> {
    return this.access.open(principal, "configuration:read").outbox.list(filter, page);
  }

  /** Due at once, with its attempts counted anew. Throws `not_found`. */
  async resend(principal: Principal, id: string): Promise<OutboxRow> {
    const store = this.access.open(principal, "outbox:manage");
    return store.run(async (tx) => {
      const row = found(await tx.outbox.get(id), "outbox entry", id);
      await tx.outbox.resend(id, this.clock.now());
      await tx.ledger.append(
        this.access.entry(principal, "outbox.resent", id, { kind: row.effect.kind }),
      );
      return found(await tx.outbox.get(id), "outbox entry", id);
    });
  }

  /** All that were given up; answers how many. */
  async resendDead(principal: Principal): Promise<number> {
    const store = this.access.open(principal, "outbox:manage");
    let sent = 0;
    for (;;) {
      const { items } = await store.outbox.list({ state: "dead" }, { limit: PAGE });
      for (const { id } of items) await this.resend(principal, id);
      sent += items.length;
      if (items.length < PAGE) return sent;
    }
  }
}
