import { inject } from "tsyringe";
import type { LedgerEntry, LedgerEvent } from "../domain/events.ts";
import type { Principal } from "../domain/principal.ts";
import type { Page, PageRequest } from "../ports/stores.ts";
import { Access } from "./access.ts";

/** What has happened in a tenant, newest first. */
export class Ledger {
  constructor(@inject(Access) private readonly access: Access) {}

  async list(
    principal: Principal,
    filter: { readonly event?: LedgerEvent | undefined; readonly subjectId?: string | undefined },
    page: PageRequest,
  ): Promise<Page<LedgerEntry & { readonly id: string }>> {
    return this.access.open(principal, "ledger:read").ledger.list(filter, page);
  }
}
