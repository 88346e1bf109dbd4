import { REVOCATION_REASONS } from "../domain/certificate.ts";
import { CountersignError } from "../errors.ts";
import { signatureSchemeOf, type ReceivedScheme } from "./algorithms.ts";
import { type CrlEntry, type CrlReason, reasonNumber } from "./crl-entries.ts";
import {
  bits,
  child,
  expect,
  integerHex,
  members,
  readDer,
  smallInteger,
  TAG,
  timeOf,
  type Element,
} from "./der-read.ts";
import { ExtensionReader, readExtensions } from "./extension-read.ts";
import type { Extension } from "./extensions.ts";
import { OID } from "./oids.ts";

/** A CRL as it stands; its signature is not verified by reading it. */
export interface ParsedCrl {
  /** TBSCertList: what is signed. */
  readonly tbs: Uint8Array;
  readonly issuerRaw: Uint8Array;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
  readonly number: bigint | undefined;
  /** Number of the complete list that a delta adds to; undefined for a complete list. */
  readonly baseNumber: bigint | undefined;
  /** Hex. */
  readonly authorityKeyId: string | undefined;
  readonly extensions: readonly Extension[];
  readonly entries: readonly CrlEntry[];
  readonly scheme: ReceivedScheme | undefined;
  readonly signature: Uint8Array;
}

/** L-12: lists above 22 MB are not acceptable; an entry has some 10 elements and 40 octets. */
const CRL_LIMITS = { bytes: 64 * 1024 * 1024, depth: 32, nodes: 10_000_000 } as const;

const fault = (what: string): CountersignError =>
  new CountersignError("bad_message", `not a valid CRL: ${what}`);

const isTime = (element: Element | undefined): boolean =>
  element?.tag === TAG.utcTime || element?.tag === TAG.generalizedTime;

const dateOf = (element: Element | undefined): Date => {
  const date = element === undefined ? undefined : timeOf(element);
  if (date === undefined) throw fault("time");
  return date;
};

const REASONS = [...Object.keys(REVOCATION_REASONS), "removeFromCRL"] as readonly CrlReason[];

const reasonOf = (code: number): CrlReason => {
  const found = REASONS.find((reason) => reasonNumber(reason) === code);
  if (found === undefined) throw fault(`reason ${code}`);
  return found;
};

const readEntry = (element: Element): CrlEntry => {
  const [serial, revokedAt, list] = members(element, TAG.sequence, "revoked certificate");
  const extensions = new ExtensionReader(list === undefined ? [] : readExtensions(list));
  const reason = extensions.find(OID.reasonCode);
  const invalid = extensions.find(OID.invalidityDate);
  return {
    serial: integerHex(expect(serial, TAG.integer, "serial number")),
    revokedAt: dateOf(revokedAt),
    ...(reason && { reason: reasonOf(smallInteger(readDer(reason.value), "reason")) }),
    ...(invalid && { invalidityDate: dateOf(readDer(invalid.value)) }),
  };
};

const numberIn = ({ value }: Extension): bigint =>
  BigInt(`0x${integerHex(expect(readDer(value), TAG.integer, "number"))}`);

/** Reads one CRL, complete or delta, strict DER. Throws `bad_message`. */
export const parseCrl = (der: Uint8Array): ParsedCrl => {
  const crl = readDer(der, CRL_LIMITS);
  const tbs = child(crl, 0, TAG.sequence, "TBSCertList");
  const parts = [...tbs.children];
  if (parts[0]?.tag === TAG.integer) parts.shift();
  const [, issuer, thisUpdate, ...rest] = parts;
  const nextUpdate = isTime(rest[0]) ? rest.shift() : undefined;
  const revoked = rest[0]?.tag === TAG.sequence ? rest.shift() : undefined;
  const list = rest[0]?.tag === 0xa0 ? rest.shift() : undefined;
  if (crl.children.length !== 3 || rest.length > 0) throw fault("fields");
  const extensions = new ExtensionReader(
    list === undefined ? [] : readExtensions(list.children[0]),
  );
  const number = extensions.find(OID.crlNumber);
  const base = extensions.find(OID.deltaCrlIndicator);
  return {
    tbs: tbs.raw,
    issuerRaw: expect(issuer, TAG.sequence, "issuer").raw,
    thisUpdate: dateOf(thisUpdate),
    nextUpdate: nextUpdate === undefined ? undefined : dateOf(nextUpdate),
    number: number && numberIn(number),
    baseNumber: base && numberIn(base),
    authorityKeyId: extensions.authorityKeyIdentifier,
    extensions: extensions.extensions,
    entries: (revoked?.children ?? []).map(readEntry),
    scheme: signatureSchemeOf(crl.children[1]),
    signature: bits(crl.children[2], "signature"),
  };
};
