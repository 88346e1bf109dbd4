import { createHash, type Hash } from "node:crypto";
import { hashOfScheme, type SignatureScheme } from "../domain/algorithm.ts";
import type { Signer } from "../ports/keys.ts";
import { signatureAlgorithmIdentifier } from "./algorithms.ts";
import { type CrlEntry, crlEntryWriter, type PackedEntries } from "./crl-entries.ts";
import { TAG } from "./der-read.ts";
import { bitString, context, header, integer, time } from "./der-write.ts";
import {
  authorityKeyIdentifier,
  crlNumber,
  deltaCrlIndicator,
  encodeExtensions,
  expiredCertsOnCrl,
  freshestCrl,
  issuingDistributionPoint,
} from "./extensions.ts";

export interface CrlSpec {
  /** Name of the authority, DER. */
  readonly issuerRaw: Uint8Array;
  /** Its subject key identifier, hex. */
  readonly akiHex: string;
  readonly number: bigint;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  /** Pages of entries, in the order in which they are to stand. */
  readonly entries: AsyncIterable<readonly CrlEntry[] | PackedEntries>;
  readonly scheme: SignatureScheme;
  readonly signer: Signer;
  readonly expiredCertsOnCrl?: Date | undefined;
  /** Address of this shard, which its certificates name; undefined for a list without shards. */
  readonly shardUrl?: string | undefined;
  /** Where the delta to this list is. */
  readonly deltaUrl?: string | undefined;
  /** Makes it a delta to the complete list with this number (RFC 5280 section 5.2.4). */
  readonly baseNumber?: bigint | undefined;
}

/** A signed list in parts: joined in order they are its DER. One of a million entries is never copied as a whole. */
export interface CrlParts {
  readonly parts: readonly Uint8Array[];
  readonly entries: number;
  /** Octets of the DER. */
  readonly size: number;
  /** Of the DER, hex. */
  readonly sha256: string;
}

type Parts = readonly Uint8Array[];

const sizeOf = (parts: Parts): number => parts.reduce((sum, part) => sum + part.length, 0);

const enclose = (tag: number, parts: Parts): Parts => [header(tag, sizeOf(parts)), ...parts];

const crlExtensions = (spec: CrlSpec): Uint8Array =>
  encodeExtensions([
    authorityKeyIdentifier(spec.akiHex),
    crlNumber(spec.number),
    ...(spec.baseNumber === undefined ? [] : [deltaCrlIndicator(spec.baseNumber)]),
    ...(spec.shardUrl === undefined ? [] : [issuingDistributionPoint(spec.shardUrl)]),
    ...(spec.expiredCertsOnCrl === undefined ? [] : [expiredCertsOnCrl(spec.expiredCertsOnCrl)]),
    ...(spec.deltaUrl === undefined ? [] : [freshestCrl(spec.deltaUrl)]),
  ]);

/** Octets that are hashed before others get their turn: about a millisecond. */
const AT_ONCE = 512 * 1024;

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const hashInTurns = async (hash: Hash, parts: Parts): Promise<void> => {
  let since = 0;
  for (const part of parts) {
    hash.update(part);
    since += part.length;
    if (since < AT_ONCE) continue;
    since = 0;
    await nextTurn();
  }
};

/** The message as one, for keys that cannot take a digest (EC keys in files). */
const joinInTurns = async (parts: Parts): Promise<Uint8Array> => {
  const joined = Buffer.allocUnsafe(sizeOf(parts));
  let at = 0;
  let turn = AT_ONCE;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
    if (at < turn) continue;
    turn = at + AT_ONCE;
    await nextTurn();
  }
  return joined;
};

const sign = async (tbs: Parts, { signer, scheme }: CrlSpec): Promise<Uint8Array> => {
  if (signer.takes === "message") return signer.sign(await joinInTurns(tbs), scheme);
  const digest = createHash(hashOfScheme(scheme));
  await hashInTurns(digest, tbs);
  return signer.sign(digest.digest(), scheme);
};

/**
 * A signed CRL, version 2, in parts of its DER (RFC 5280 section 5). Blocks nobody for more than a page of entries, and memory stays near the size of
 * the list when the signer takes a digest. Throws `invalid_input` for a URL that is not ASCII, and what `Signer.sign` throws.
 */
export const buildCrlParts = async (spec: CrlSpec): Promise<CrlParts> => {
  const pages: Uint8Array[] = [];
  const write = crlEntryWriter();
  let entries = 0;
  for await (const page of spec.entries) {
    const count = "text" in page ? page.entries : page.length;
    if (count === 0) continue;
    // A copy: the room of the page is written to again.
    pages.push(new Uint8Array(write(page)));
    entries += count;
  }
  const algorithm = signatureAlgorithmIdentifier(spec.scheme);
  const tbs = enclose(TAG.sequence, [
    integer(1),
    algorithm,
    spec.issuerRaw,
    time(spec.thisUpdate),
    time(spec.nextUpdate),
    // RFC 5280 section 5.1.2.6: absent when nothing is revoked.
    ...(entries > 0 ? enclose(TAG.sequence, pages) : []),
    context(0, crlExtensions(spec)),
  ]);
  const signature = await sign(tbs, spec);
  const parts = enclose(TAG.sequence, [...tbs, algorithm, bitString(signature)]);
  const digest = createHash("sha256");
  await hashInTurns(digest, parts);
  return { parts, entries, size: sizeOf(parts), sha256: digest.digest("hex") };
};

/** The same as one array of octets, for lists that are known to be short. */
export const buildCrl = async (spec: CrlSpec): Promise<Uint8Array> =>
  Buffer.concat((await buildCrlParts(spec)).parts);
