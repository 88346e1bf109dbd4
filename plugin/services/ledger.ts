import { inject } from "tsyringe";
import type { LedgerEvent, LedgerRow, SignedHead } from "../domain/events.ts";
import type { Principal } from "../domain/principal.ts";
import type { Page, PageRequest } from "../ports/stores.ts";
import { Access } from "./access.ts";
import { LedgerKey } from "./ledger-key.ts";

/** What has happened in a tenant, newest first. */
export class Ledger {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(LedgerKey) private readonly key: LedgerKey,
  ) {}

  /** The end of the chain that was signed last, and the key to check it with; undefined while nothing is sealed. */
  async head(
    principal: Principal,
  ): Promise<{ readonly head: SignedHead; readonly publicKey: Uint8Array } | undefined> {
    const chain = await this.access.open(principal, "ledger:read").chain.head();
    return chain?.signed === undefined
      ? undefined
      : { head: chain.signed, publicKey: await this.key.publicKey() };
  }

  async list(
    principal: Principal,
    filter: { readonly event?: LedgerEvent | undefined; readonly subjectId?: string | undefined },
    page: PageRequest,
  ): Promise<Page<LedgerRow>> {
    return this.access.open(principal, "ledger:read").ledger.list(filter, page);
  }
}
