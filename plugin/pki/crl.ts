import { createHash } from "node:crypto";
import { hashOfScheme, type SignatureScheme } from "../domain/algorithm.ts";
import { REVOCATION_REASONS, type RevocationReason } from "../domain/certificate.ts";
import type { Signer } from "../ports/keys.ts";
import { signatureAlgorithmIdentifier } from "./algorithms.ts";
import { TAG } from "./der-read.ts";
import {
  bitString,
  context,
  header,
  integer,
  integerFromHex,
  sequence,
  time,
} from "./der-write.ts";
import {
  authorityKeyIdentifier,
  crlNumber,
  encodeExtensions,
  expiredCertsOnCrl,
  invalidityDate,
  issuingDistributionPoint,
  reasonCode,
} from "./extensions.ts";

/** One revoked certificate; `serial` is lower-case hex. */
export interface RevokedEntry {
  readonly serial: string;
  readonly revokedAt: Date;
  readonly reason?: RevocationReason | undefined;
  readonly invalidityDate?: Date | undefined;
}

export interface CrlSpec {
  /** Name of the authority, DER. */
  readonly issuerRaw: Uint8Array;
  /** Its subject key identifier, hex. */
  readonly akiHex: string;
  readonly number: bigint;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  /** Pages of entries, in the order in which they are to stand. */
  readonly entries: AsyncIterable<readonly RevokedEntry[]>;
  readonly scheme: SignatureScheme;
  readonly signer: Signer;
  readonly expiredCertsOnCrl?: Date | undefined;
  /** Address of this shard, which its certificates name; undefined for a list without shards. */
  readonly shardUrl?: string | undefined;
}

/** Bytes in parts: a list of a million entries is joined once and not at every level. */
type Parts = readonly Uint8Array[];

const enclose = (tag: number, parts: Parts): Parts => [
  header(
    tag,
    parts.reduce((sum, part) => sum + part.length, 0),
  ),
  ...parts,
];

/** Extensions of an entry without an invalidity date: one of eight, so each is encoded once. */
const reasonExtensions = (): ((reason: RevocationReason) => Uint8Array) => {
  const known = new Map<RevocationReason, Uint8Array>();
  return (reason) => {
    const encoded = known.get(reason) ?? encodeExtensions([reasonCode(REVOCATION_REASONS[reason])]);
    known.set(reason, encoded);
    return encoded;
  };
};

const entryEncoder = (): ((entry: RevokedEntry) => Uint8Array) => {
  const ofReason = reasonExtensions();
  return ({ serial, revokedAt, reason = "unspecified", invalidityDate: invalid }) => {
    const parts = [integerFromHex(serial), time(revokedAt)];
    // RFC 5280 section 5.3.1: better absent than unspecified.
    const code = reason === "unspecified" ? [] : [reasonCode(REVOCATION_REASONS[reason])];
    if (invalid !== undefined)
      return sequence(...parts, encodeExtensions([...code, invalidityDate(invalid)]));
    return reason === "unspecified" ? sequence(...parts) : sequence(...parts, ofReason(reason));
  };
};

const crlExtensions = (spec: CrlSpec): Uint8Array =>
  encodeExtensions([
    authorityKeyIdentifier(spec.akiHex),
    crlNumber(spec.number),
    ...(spec.shardUrl === undefined ? [] : [issuingDistributionPoint(spec.shardUrl)]),
    ...(spec.expiredCertsOnCrl === undefined ? [] : [expiredCertsOnCrl(spec.expiredCertsOnCrl)]),
  ]);

const sign = (tbs: Parts, { signer, scheme }: CrlSpec): Promise<Uint8Array> => {
  if (signer.takes === "message") return signer.sign(Buffer.concat(tbs), scheme);
  const digest = createHash(hashOfScheme(scheme));
  for (const part of tbs) digest.update(part);
  return signer.sign(digest.digest(), scheme);
};

/**
 * A signed complete CRL, version 2, DER (RFC 5280 section 5). Memory stays near twice the size of the list when the signer takes a digest.
 * Throws `invalid_input` for a shard URL that is not ASCII, and what `Signer.sign` throws.
 */
export const buildCrl = async (spec: CrlSpec): Promise<Uint8Array> => {
  const pages: Uint8Array[] = [];
  const encodeEntry = entryEncoder();
  for await (const page of spec.entries) pages.push(Buffer.concat(page.map(encodeEntry)));
  const algorithm = signatureAlgorithmIdentifier(spec.scheme);
  const tbs = enclose(TAG.sequence, [
    integer(1),
    algorithm,
    spec.issuerRaw,
    time(spec.thisUpdate),
    time(spec.nextUpdate),
    // RFC 5280 section 5.1.2.6: absent when nothing is revoked.
    ...(pages.some((page) => page.length > 0) ? enclose(TAG.sequence, pages) : []),
    context(0, crlExtensions(spec)),
  ]);
  const signature = await sign(tbs, spec);
  return Buffer.concat(enclose(TAG.sequence, [...tbs, algorithm, bitString(signature)]));
};
