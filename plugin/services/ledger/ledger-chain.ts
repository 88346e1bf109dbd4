import { hash } from "node:crypto";
import { canonicalJson } from "../../domain/canonical-json.ts";
import type { ChainEnd, LedgerEntry, SignedHead } from "../../domain/events.ts";
import type { TenantId } from "../../domain/tenant.ts";

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
