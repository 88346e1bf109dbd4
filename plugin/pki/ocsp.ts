import { hash } from "node:crypto";
import { type Hash, HASHES } from "../domain/algorithm.ts";
import { CountersignError } from "../errors.ts";
import { digestOfIdentifier } from "./algorithms.ts";
import type { TbsCertificate } from "./certificate.ts";
import {
  bits,
  child,
  expect,
  integerHex,
  members,
  readDer,
  TAG,
  type Element,
} from "./der-read.ts";
import { duplicateExtension, readExtensions } from "./extension-read.ts";
import { OID } from "./oids.ts";

/** What an OCSP request asks about (RFC 6960 section 4.1.1); hashes and serial in lower-case hex. */
export interface CertId {
  /** Undefined for a hash that we do not know: the answer is `unknown`. */
  readonly hash: Hash | undefined;
  readonly issuerNameHash: string;
  readonly issuerKeyHash: string;
  readonly serial: string;
  /** CertID, DER: the answer repeats it. */
  readonly raw: Uint8Array;
}

export interface OcspRequest {
  readonly certIds: readonly CertId[];
  /** Value of the nonce extension as it came; the answer repeats it. */
  readonly nonce?: Uint8Array;
}

/** A signed request carries a chain of certificates; many CertIDs are an attack on the responder. */
const OCSP_LIMITS = { bytes: 16 * 1024, depth: 32, nodes: 1000 } as const;
const MAX_CERT_IDS = 16;
/** RFC 9654 section 2.1: 128 octets; two more for the OCTET STRING around them, three to be safe. */
const MAX_NONCE_OCTETS = 131;

const fault = (what: string): CountersignError =>
  new CountersignError("bad_message", `not a valid OCSP request: ${what}`);

const hex = (element: Element): string => Buffer.from(element.value).toString("hex");

const readCertId = (element: Element): CertId => {
  if (members(element, TAG.sequence, "CertID").length !== 4) throw fault("CertID");
  const known = digestOfIdentifier(element.children[0]);
  const serial = child(element, 3, TAG.integer, "serial number");
  if (serial.value.length === 0 || serial.value.length > 64) throw fault("serial number");
  return {
    hash: known === "md5" ? undefined : known,
    issuerNameHash: hex(child(element, 1, TAG.octetString, "issuer name hash")),
    issuerKeyHash: hex(child(element, 2, TAG.octetString, "issuer key hash")),
    serial: integerHex(serial),
    raw: element.raw,
  };
};

const readNonce = (list: Element | undefined): Uint8Array | undefined => {
  if (list === undefined) return undefined;
  const extensions = readExtensions(list.children[0]);
  if (duplicateExtension(extensions) !== undefined) throw fault("extension twice");
  const nonce = extensions.find(({ oid }) => oid === OID.ocspNonce)?.value;
  if (nonce !== undefined && (nonce.length === 0 || nonce.length > MAX_NONCE_OCTETS))
    throw fault("nonce of a wrong length");
  return nonce;
};

/**
 * Reads an OCSP request, strict DER, with 1 to 16 CertIDs. A signature is ignored (L-13: never refused), as are extensions other than the
 * nonce. Throws `bad_message`: the answer is then `malformedRequest`.
 */
export const parseOcspRequest = (der: Uint8Array): OcspRequest => {
  const request = readDer(der, OCSP_LIMITS);
  const parts = [...child(request, 0, TAG.sequence, "TBSRequest").children];
  if (request.children.length > 2) throw fault("fields");
  if (parts[0]?.tag === 0xa0) parts.shift();
  if (parts[0]?.tag === 0xa1) parts.shift();
  const list = members(parts.shift(), TAG.sequence, "request list");
  const extensions = parts[0]?.tag === 0xa2 ? parts.shift() : undefined;
  if (parts.length > 0) throw fault("fields");
  if (list.length === 0 || list.length > MAX_CERT_IDS) throw fault(`${list.length} CertIDs`);
  const nonce = readNonce(extensions);
  return {
    certIds: list.map((item) => readCertId(child(item, 0, TAG.sequence, "CertID"))),
    ...(nonce === undefined ? {} : { nonce }),
  };
};

/** Contents of the subjectPublicKey BIT STRING of a certificate, without importing the key. */
export const keyBitsOf = (certificate: TbsCertificate): Uint8Array =>
  bits(expect(readDer(certificate.spki), TAG.sequence, "public key").children[1], "public key");

/** Tells whether a CertID names this authority as the issuer, by name and key; made once for many questions. */
export const issuerMatcher = (authority: TbsCertificate): ((certId: CertId) => boolean) => {
  const keyBits = keyBitsOf(authority);
  const own = new Map(
    HASHES.map((name) => [
      name,
      { name: hash(name, authority.subjectRaw, "hex"), key: hash(name, keyBits, "hex") },
    ]),
  );
  return ({ hash: algorithm, issuerNameHash, issuerKeyHash }) => {
    const known = algorithm === undefined ? undefined : own.get(algorithm);
    return known?.name === issuerNameHash && known.key === issuerKeyHash;
  };
};
