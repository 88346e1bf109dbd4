import { schemeOfKey } from "../../domain/algorithm.ts";
import {
  CHAIN_BEGINNING,
  type ChainEnd,
  type SealedEntry,
  type SignedHead,
} from "../../domain/events.ts";
import type { TenantId } from "../../domain/tenant.ts";
import { importPublicKey, type PublicKey, verifySignature } from "../../pki/public-key.ts";
import { headBytes, nextEnd } from "./ledger-chain.ts";

/** The first thing that is wrong, and at which sequence. */
export interface ChainFault {
  readonly sequence: number;
  /**
   * `missing`: an entry is not there; `inserted`: an entry stands in a place that another has; `changed`: an entry, or the one before it, is
   * not what was sealed; `signature`: a head is not of this key; `head`: the entry that a head names has another hash.
   */
  readonly fault: "missing" | "inserted" | "changed" | "signature" | "head";
}

/** Checks one tenant's ledger as it is read: entries in their order, and after each stretch the head that was signed for it. */
export class ChainVerifier {
  #end: ChainEnd;
  #signed: SignedHead | undefined;
  readonly #key: PublicKey;

  /** `publicKey`: SubjectPublicKeyInfo, DER; throws `bad_algorithm` when it is none. `from`: where the entry before the first one stands. */
  constructor(
    private readonly tenant: TenantId,
    publicKey: Uint8Array,
    from: ChainEnd = CHAIN_BEGINNING,
  ) {
    this.#key = importPublicKey(publicKey);
    this.#end = from;
  }

  /** Where the entries end that were in order. */
  get end(): ChainEnd {
    return this.#end;
  }

  /** The last head that was in order: all up to it is proven; entries after it only hold together. */
  get signed(): SignedHead | undefined {
    return this.#signed;
  }

  entry(entry: SealedEntry): ChainFault | undefined {
    const next = nextEnd(this.tenant, this.#end, entry);
    if (entry.sequence > next.sequence) return { sequence: next.sequence, fault: "missing" };
    if (entry.sequence < next.sequence) return { sequence: entry.sequence, fault: "inserted" };
    if (entry.hash !== next.hash) return { sequence: next.sequence, fault: "changed" };
    this.#end = next;
    return undefined;
  }

  head(head: SignedHead): ChainFault | undefined {
    const { sequence } = head;
    if (head.tenant !== this.tenant || !this.#isSigned(head))
      return { sequence, fault: "signature" };
    if (sequence > this.#end.sequence)
      return { sequence: this.#end.sequence + 1, fault: "missing" };
    if (sequence < this.#end.sequence) return { sequence: sequence + 1, fault: "inserted" };
    if (head.hash !== this.#end.hash) return { sequence, fault: "head" };
    this.#signed = head;
    return undefined;
  }

  #isSigned(head: SignedHead): boolean {
    const { algorithm } = this.#key;
    return (
      algorithm !== undefined &&
      verifySignature(this.#key, schemeOfKey(algorithm), headBytes(head), head.signature)
    );
  }
}
