import { hash } from "node:crypto";
import { inject } from "tsyringe";
import {
  CHAIN_BEGINNING,
  type ChainEnd,
  type LedgerEvent,
  type LedgerRow,
  type SealedEntry,
  type SignedHead,
} from "../../domain/events.ts";
import type { Principal } from "../../domain/principal.ts";
import type { TenantId } from "../../domain/tenant.ts";
import { CountersignError } from "../../errors.ts";
import type { Page, PageRequest } from "../../ports/paging.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { Access } from "../access/access.ts";
import { LedgerKey } from "./ledger-key.ts";

/** A signed head, and the key that it was signed with. */
export interface HeadView extends SignedHead {
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** SHA-256 of it, hex: what an auditor writes down. */
  readonly keyFingerprint: string;
}

/** Events about one certificate, which its bytes belong to: with them it can be entered again. */
const WITH_CERTIFICATE: ReadonlySet<LedgerEvent> = new Set<LedgerEvent>([
  "certificate.issued",
  "certificate.revoked",
]);

/** A stretch of a tenant's chain. */
export interface LedgerStretch {
  readonly tenant: TenantId;
  /** SubjectPublicKeyInfo of the key that signs heads, DER. */
  readonly publicKey: Uint8Array;
  /** Where the entry before the first one stands. */
  readonly after: ChainEnd;
  /** `certificate`: DER. */
  readonly items: readonly (SealedEntry & { readonly certificate: Uint8Array | undefined })[];
  readonly head: SignedHead | undefined;
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

  /**
   * For exports: what comes after entry `after` of the chain, oldest first, up to the head that was signed last; with the certificates that were issued or
   * revoked there. `head` stands behind its own entry only. Throws `not_found` for a place that the chain has not reached.
   */
  async sealed(principal: Principal, after: number, limit: number): Promise<LedgerStretch> {
    const store = this.access.open(principal, "ledger:export");
    const before = after === 0 ? CHAIN_BEGINNING : await entryAt(store, after);
    const signed = (await store.chain.head())?.signed;
    const entries = await store.ledger.sealed(after, signed?.sequence ?? 0, limit);
    const ids = entries.flatMap(({ event, subjectId }) =>
      WITH_CERTIFICATE.has(event) && subjectId !== undefined ? [subjectId] : [],
    );
    const ders = await store.certificates.ders([...new Set(ids)]);
    const last = entries.at(-1)?.sequence ?? after;
    return {
      tenant: store.tenant,
      publicKey: await this.key.publicKey(),
      after: { sequence: before.sequence, hash: before.hash },
      items: entries.map(({ sequence, hash, event, principal: by, at, subjectId, data }) => ({
        ...{ sequence, hash, event, principal: by, at, subjectId, data },
        certificate: WITH_CERTIFICATE.has(event) ? ders.get(subjectId ?? "") : undefined,
      })),
      head: signed?.sequence === last ? signed : undefined,
    };
  }

  async list(
    principal: Principal,
    filter: { readonly event?: LedgerEvent | undefined; readonly subjectId?: string | undefined },
    page: PageRequest,
  ): Promise<Page<LedgerRow>> {
    return this.access.open(principal, "ledger:read").ledger.list(filter, page);
  }
}

const entryAt = async (store: TenantStore, sequence: number): Promise<ChainEnd> => {
  const [entry] = await store.ledger.sealed(sequence - 1, sequence, 1);
  if (entry === undefined)
    throw new CountersignError("not_found", `the ledger has no entry ${sequence} yet`);
  return entry;
};
