import { hash } from "node:crypto";
import { inject } from "tsyringe";
import type { LedgerEvent, LedgerRow, SignedHead } from "../domain/events.ts";
import type { Principal } from "../domain/principal.ts";
import { CountersignError } from "../errors.ts";
import type { Page, PageRequest } from "../ports/stores.ts";
import { Access } from "./access.ts";
import { LedgerKey } from "./ledger-key.ts";

/** A signed head, and the key that it was signed with. */
export interface HeadView extends SignedHead {
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** SHA-256 of it, hex: what an auditor writes down. */
  readonly keyFingerprint: string;
}

/** What has happened in a tenant, newest first. */
export class Ledger {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(LedgerKey) private readonly key: LedgerKey,
  ) {}

  /** The end of the chain that was signed last, and the key to check it with. Throws `not_found` while nothing is sealed. */
  async head(principal: Principal): Promise<HeadView> {
    const chain = await this.access.open(principal, "ledger:read").chain.head();
    if (chain?.signed === undefined)
      throw new CountersignError("not_found", "the ledger has no signed head yet");
    const publicKey = await this.key.publicKey();
    return { ...chain.signed, publicKey, keyFingerprint: hash("sha256", publicKey, "hex") };
  }

  async list(
    principal: Principal,
    filter: { readonly event?: LedgerEvent | undefined; readonly subjectId?: string | undefined },
    page: PageRequest,
  ): Promise<Page<LedgerRow>> {
    return this.access.open(principal, "ledger:read").ledger.list(filter, page);
  }
}
