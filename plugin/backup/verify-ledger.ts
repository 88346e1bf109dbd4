import { hash } from "node:crypto";
import type { ChainEnd, SealedEntry, SignedHead } from "../domain/events.ts";
import type { TenantId } from "../domain/tenant.ts";
import { type ChainFault, ChainVerifier } from "../services/ledger/chain-verifier.ts";
import { broken, readLedgerFile } from "./ledger-file.ts";

export interface VerifyLedgerOptions {
  /** SHA-256 of the SubjectPublicKeyInfo of the key that must have signed, hex; the file's own word is taken for it unless given. */
  readonly key?: string | undefined;
  /** Where the entry before the first one stands, known from elsewhere. */
  readonly after?: ChainEnd | undefined;
  /** Only the end may be missing: entries after the last signed head, or half a line, as a crash leaves them. */
  readonly allowTornEnd?: boolean | undefined;
}

/** An export that is whole and unchanged. */
export interface LedgerReport {
  readonly tenant: TenantId;
  /** How many are proven by the last head. */
  readonly entries: number;
  readonly after: ChainEnd;
  readonly signed: SignedHead;
  /** SHA-256 of the key's SubjectPublicKeyInfo, hex. */
  readonly key: string;
}

/**
 * Checks an export of a ledger with nothing but the file at hand. Throws `ledger_broken` that names the entry that was changed, is missing or
 * was inserted, or that the end was cut off.
 */
export const verifyLedgerFile = async (
  file: string,
  options: VerifyLedgerOptions = {},
): Promise<LedgerReport> => {
  let verifier: ChainVerifier | undefined;
  let [tenant, key, after]: [string, string, ChainEnd] = ["", "", { sequence: 0, hash: "" }];
  let torn = false;
  for await (const line of readLedgerFile(file)) {
    if (line.kind === "torn") torn = true;
    else if (line.kind === "ledger") {
      ({ tenant, after } = line.header);
      key = hash("sha256", line.header.publicKey, "hex");
      requireGiven(options, key, after);
      verifier = new ChainVerifier(tenant, line.header.publicKey, after);
    } else if (line.kind === "head") tell(verifier?.head(line.head));
    else {
      tell(verifier?.entry(line.entry));
      requireSameCertificate(line.entry, line.certificate);
    }
  }
  const signed = verifier?.signed;
  const end = verifier?.end.sequence ?? 0;
  if (signed === undefined)
    throw broken(`it is cut off: no signed head stands behind its ${end - after.sequence} entries`);
  if (options.allowTornEnd !== true) {
    if (torn) throw broken(`it is cut off: the line after entry ${end} has no end`);
    if (end > signed.sequence)
      throw broken(`it is cut off: no signed head stands behind entry ${end}`);
  }
  return { tenant, key, after, signed, entries: signed.sequence - after.sequence };
};

const requireGiven = (
  { key: wanted, after: known }: VerifyLedgerOptions,
  key: string,
  after: ChainEnd,
): void => {
  if (wanted !== undefined && wanted !== key) throw broken(`it is signed with another key: ${key}`);
  if (known !== undefined && (known.sequence !== after.sequence || known.hash !== after.hash))
    throw broken(
      `it goes on after entry ${after.sequence} with hash ${after.hash.slice(0, 16)}…, not after entry ${known.sequence} with ${known.hash.slice(0, 16)}…`,
    );
};

const SAID: Readonly<Record<ChainFault["fault"], (sequence: number) => string>> = {
  missing: (sequence) => `entry ${sequence} is missing`,
  inserted: (sequence) => `an entry was inserted: place ${sequence} is taken twice`,
  changed: (sequence) => `entry ${sequence} was changed, or the one before it was replaced`,
  signature: (sequence) => `the head at entry ${sequence} is not signed with the ledger's key`,
  head: (sequence) => `entry ${sequence}, or one before it, is not what was signed`,
};

const tell = (fault: ChainFault | undefined): void => {
  if (fault !== undefined) throw broken(SAID[fault.fault](fault.sequence));
};

/** The certificate stands beside its entry; the entry holds its fingerprint. */
const requireSameCertificate = (
  { sequence, data }: SealedEntry,
  certificate: Uint8Array | undefined,
): void => {
  const { fingerprint } = data;
  if (certificate === undefined || typeof fingerprint !== "string") return;
  if (hash("sha256", certificate, "hex") !== fingerprint)
    throw broken(`the certificate of entry ${sequence} was changed`);
};
