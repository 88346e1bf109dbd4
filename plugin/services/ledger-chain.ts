import { hash } from "node:crypto";
import { canonicalJson } from "../domain/canonical-json.ts";
import type { ChainEnd, LedgerEntry, SignedHead } from "../domain/events.ts";
import type { TenantId } from "../domain/tenant.ts";
import { schemeOfKey } from "../domain/algorithm.ts";
import { importPublicKey, verifySignature } from "../pki/public-key.ts";

/** Before the first entry. */
export const CHAIN_BEGINNING: ChainEnd = { sequence: 0, hash: "0".repeat(64) };

const sha256 = (value: unknown): string =>
  hash("sha256", Buffer.from(canonicalJson(value), "utf8"), "hex");

/**
 * The next end of a chain, hash in lower-case hex: SHA-256 over the canonical JSON (RFC 8785) of version, tenant, sequence, the hash before and the
 * entry's own digest. The digest stands in between so that personal data can become salted commitments in a version 2, and an entry whose
 * salt was erased still holds the chain together (foundations.md 34).
 */
export const nextEnd = (tenant: TenantId, end: ChainEnd, entry: LedgerEntry): ChainEnd => {
  const { event, principal, at, subjectId, data } = entry;
  const sequence = end.sequence + 1;
  const content = sha256({ event, principal, at, subjectId: subjectId ?? null, data });
  return { sequence, hash: sha256({ v: 1, tenant, sequence, previous: end.hash, content }) };
};

/** What a head's signature is over. */
export const headBytes = ({
  tenant,
  sequence,
  hash: head,
  at,
}: Omit<SignedHead, "signature">): Uint8Array =>
  Buffer.from(
    canonicalJson({ v: 1, kind: "countersign-ledger-head", tenant, sequence, hash: head, at }),
    "utf8",
  );

/** An entry with its place, as the ledger lists it. */
export interface SealedEntry extends LedgerEntry, ChainEnd {}

/** The first thing that is wrong, and at which sequence. */
export interface ChainFault {
  readonly sequence: number;
  /**
   * `signature`: the head is not of this key; `missing`: an entry is not there; `order`: an entry stands where another belongs; `changed`: an
   * entry, or the one before it, is not what was sealed; `head`: the entry that the head names has another hash.
   */
  readonly fault: "signature" | "missing" | "order" | "changed" | "head";
}

/**
 * Checks entries, in their order, against a signed head; undefined when every one from after `from` up to the head is there and unchanged.
 * Entries after the head are checked by their hashes only. `publicKey`: SubjectPublicKeyInfo, DER; throws `bad_algorithm` when it is none.
 */
export const verifyChain = (
  entries: readonly SealedEntry[],
  head: SignedHead,
  publicKey: Uint8Array,
  from: ChainEnd = CHAIN_BEGINNING,
): ChainFault | undefined => {
  const key = importPublicKey(publicKey);
  if (
    key.algorithm === undefined ||
    !verifySignature(key, schemeOfKey(key.algorithm), headBytes(head), head.signature)
  )
    return { sequence: head.sequence, fault: "signature" };
  let end = from;
  let reached = head.sequence <= from.sequence;
  for (const entry of entries) {
    const next = nextEnd(head.tenant, end, entry);
    if (entry.sequence !== next.sequence)
      return {
        sequence: next.sequence,
        fault: entries.some(({ sequence }) => sequence === next.sequence) ? "order" : "missing",
      };
    if (entry.hash !== next.hash) return { sequence: next.sequence, fault: "changed" };
    if (next.sequence === head.sequence) {
      if (next.hash !== head.hash) return { sequence: next.sequence, fault: "head" };
      reached = true;
    }
    end = next;
  }
  return reached ? undefined : { sequence: end.sequence + 1, fault: "missing" };
};
