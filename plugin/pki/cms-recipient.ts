import { CountersignError } from "../errors.ts";
import type { UnwrapScheme } from "../ports/keys.ts";
import { digestOfIdentifier, hasNoParameters, mgf1HashOf, taggedFields } from "./algorithms.ts";
import { octetStringOf } from "./content-info.ts";
import { expect, octets, oidOf, TAG, type Element } from "./der-read.ts";
import { derOf } from "./der-write.ts";
import { OID } from "./oids.ts";

/** Names of a recipient's certificate, as its owner has them. */
export interface RecipientName {
  /** Name and INTEGER of the certificate, with tag and length. */
  readonly issuer: Uint8Array;
  readonly serial: Uint8Array;
  readonly subjectKeyId?: Uint8Array | undefined;
}

/** One key transport (RFC 5652 section 6.2.1). */
export interface Recipient {
  /** In DER, as the certificate has them. */
  readonly id:
    | { readonly issuer: Uint8Array; readonly serial: Uint8Array }
    | { readonly subjectKeyId: Uint8Array };
  readonly scheme: UnwrapScheme;
  readonly encryptedKey: Uint8Array;
}

/** Decrypters know OAEP with one hash for both its uses and with an empty label only. */
const oaepScheme = (algorithm: Element): UnwrapScheme | undefined => {
  const parameters = algorithm.children[1];
  if (parameters === undefined) return "oaep-sha1";
  const fields = parameters.tag === TAG.sequence ? taggedFields(parameters) : undefined;
  if (fields === undefined || algorithm.children.length > 2) return undefined;
  const digest = fields.has(0) ? digestOfIdentifier(fields.get(0)) : "sha1";
  const mask = fields.has(1) ? mgf1HashOf(fields.get(1)) : "sha1";
  if (digest === undefined || digest === "md5" || digest !== mask) return undefined;
  const label = fields.get(2);
  if (label !== undefined && label.children[1]?.value.length !== 0) return undefined;
  return `oaep-${digest}`;
};

const unwrapSchemeOf = (algorithm: Element): UnwrapScheme | undefined => {
  switch (oidOf(algorithm.children[0], "key transport algorithm")) {
    case OID.rsaEncryption:
      return hasNoParameters(algorithm) ? "pkcs1" : undefined;
    case OID.rsaesOaep:
      return oaepScheme(algorithm);
    default:
      return undefined;
  }
};

/**
 * Reads a RecipientInfo; undefined for another kind than key transport and for another algorithm than RSA. Throws `bad_message`.
 */
export const readRecipient = (info: Element): Recipient | undefined => {
  if (info.tag !== TAG.sequence) return undefined;
  const [version, rid, algorithm, key, ...others] = info.children;
  expect(version, TAG.integer, "version");
  if (others.length > 0) throw new CountersignError("bad_message", "not valid CMS: recipient");
  const scheme = unwrapSchemeOf(expect(algorithm, TAG.sequence, "key transport algorithm"));
  const encryptedKey = octetStringOf(key, "encrypted key");
  if (scheme === undefined) return undefined;
  if (rid !== undefined && (rid.tag & 0xdf) === 0x80)
    return { id: { subjectKeyId: octets(rid) }, scheme, encryptedKey };
  const [issuer, serial] = expect(rid, TAG.sequence, "recipient identifier").children;
  const id = {
    issuer: derOf(expect(issuer, TAG.sequence, "recipient's issuer")),
    serial: derOf(expect(serial, TAG.integer, "recipient's serial number")),
  };
  return { id, scheme, encryptedKey };
};

const same = (a: Uint8Array | undefined, b: Uint8Array): boolean =>
  a !== undefined && Buffer.compare(a, b) === 0;

/** Whether the recipient is the owner of this name. */
export const isFor = ({ id }: Recipient, name: RecipientName): boolean =>
  "issuer" in id
    ? same(name.serial, id.serial) && same(name.issuer, id.issuer)
    : same(name.subjectKeyId, id.subjectKeyId);
