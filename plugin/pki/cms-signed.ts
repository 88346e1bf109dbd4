import { hash, timingSafeEqual } from "node:crypto";
import { hashOfScheme, type Hash } from "../domain/algorithm.ts";
import { CountersignError } from "../errors.ts";
import {
  digestOfIdentifier,
  hasNoParameters,
  signatureSchemeOf,
  type ReceivedScheme,
} from "./algorithms.ts";
import { octetStringOf, readContentInfo } from "./content-info.ts";
import { expect, octets, oidOf, TAG, type Element } from "./der-read.ts";
import { derOf, setOf, tlv } from "./der-write.ts";
import { OID } from "./oids.ts";
import { importPublicKey, type PublicKey, verifySignature } from "./public-key.ts";
import { transientCertificateOf, type TransientCertificate } from "./transient-certificate.ts";

/** A SignedData with exactly one signer and signed attributes, as SCEP wants it (RFC 8894 section 3.2). Nothing of it is verified yet. */
export interface SignedMessage {
  /** eContentType. */
  readonly contentType: string;
  /** Octets of eContent, segments joined; undefined where it is absent. */
  readonly content: Uint8Array | undefined;
  /** Certificates as received and in that order, DER. */
  readonly certificates: readonly Uint8Array[];
  /** The one that SignerInfo names; undefined where it is not in the message. */
  readonly signerCertificate: TransientCertificate | undefined;
  /** The hash of content and signature; undefined for one that we do not know. */
  readonly digest: Hash | "md5" | undefined;
  /** Undefined for one that we do not verify, and where its hash is not `digest`. */
  readonly scheme: ReceivedScheme | undefined;
  /** The single value of each signed attribute, by OID. */
  readonly attributes: ReadonlyMap<string, Element>;
  /** The signed attributes as received, [0] IMPLICIT. */
  readonly signedAttributes: Element;
  readonly signature: Uint8Array;
}

const fault = (what: string): CountersignError =>
  new CountersignError("bad_message", `not valid CMS: ${what}`);

const same = (a: Uint8Array | undefined, b: Uint8Array): boolean =>
  a !== undefined && Buffer.compare(a, b) === 0;

const signerMatcher = (sid: Element | undefined): ((c: TransientCertificate) => boolean) => {
  if (sid !== undefined && (sid.tag & 0xdf) === 0x80) {
    const keyId = octets(sid);
    return ({ subjectKeyId }) => same(subjectKeyId, keyId);
  }
  const { children } = expect(sid, TAG.sequence, "signer identifier");
  // The message may be BER, its certificates are DER (RFC 5652 section 5.1).
  const issuer = derOf(expect(children[0], TAG.sequence, "signer's issuer"));
  const serial = derOf(expect(children[1], TAG.integer, "signer's serial number"));
  return (certificate) => same(certificate.serial, serial) && same(certificate.issuer, issuer);
};

const findSigner = (
  sid: Element | undefined,
  certificates: readonly Element[],
): TransientCertificate | undefined => {
  const matches = signerMatcher(sid);
  for (const element of certificates) {
    const certificate = transientCertificateOf(element);
    if (matches(certificate)) return certificate;
  }
  return undefined;
};

const readAttributes = (signedAttributes: Element): ReadonlyMap<string, Element> => {
  const attributes = new Map<string, Element>();
  for (const attribute of signedAttributes.children) {
    const { children } = expect(attribute, TAG.sequence, "attribute");
    const type = oidOf(children[0], "attribute type");
    const values = expect(children[1], TAG.set, "attribute values").children;
    if (values[0] === undefined || values.length > 1) throw fault("attribute without one value");
    if (attributes.has(type)) throw fault("attribute twice");
    attributes.set(type, values[0]);
  }
  return attributes;
};

/** SignerInfo names either the key algorithm alone, which goes with the digest algorithm, or a whole scheme. */
const readScheme = (
  algorithm: Element | undefined,
  digest: SignedMessage["digest"],
): ReceivedScheme | undefined => {
  const { children } = expect(algorithm, TAG.sequence, "signature algorithm");
  if (digest === undefined || algorithm === undefined) return undefined;
  if (oidOf(children[0], "signature algorithm") === OID.rsaEncryption)
    return hasNoParameters(algorithm) ? `rsa-pkcs1-${digest}` : undefined;
  const scheme = signatureSchemeOf(algorithm);
  if (scheme === undefined) return undefined;
  const hashed = scheme === "rsa-pkcs1-md5" ? "md5" : hashOfScheme(scheme);
  return hashed === digest ? scheme : undefined;
};

/** The members of a SEQUENCE one after the other, optional ones by their tag. */
class Fields {
  private at = 0;
  constructor(private readonly fields: readonly Element[]) {}
  next(): Element | undefined {
    return this.fields[this.at++];
  }
  optional(tag: number): Element | undefined {
    return this.fields[this.at]?.tag === tag ? this.next() : undefined;
  }
  end(what: string): void {
    if (this.at < this.fields.length) throw fault(what);
  }
}

const readSignerInfo = (
  info: Element,
  certificates: readonly Element[],
): Omit<SignedMessage, "contentType" | "content" | "certificates"> => {
  const fields = new Fields(expect(info, TAG.sequence, "SignerInfo").children);
  expect(fields.next(), TAG.integer, "version");
  const sid = fields.next();
  const digest = digestOfIdentifier(expect(fields.next(), TAG.sequence, "digest algorithm"));
  const signedAttributes = expect(fields.next(), 0xa0, "signed attributes");
  const attributes = readAttributes(signedAttributes);
  const scheme = readScheme(fields.next(), digest);
  const signature = octetStringOf(fields.next(), "signature");
  fields.optional(0xa1);
  fields.end("SignerInfo");
  const signerCertificate = findSigner(sid, certificates);
  return { signerCertificate, digest, scheme, attributes, signedAttributes, signature };
};

/**
 * Reads a SignedData, BER or DER. Throws `bad_message` for what is none, for any number of signers but one, for no signed attributes, and
 * for an attribute that is there twice or has not exactly one value.
 */
export const parseSignedMessage = (bytes: Uint8Array): SignedMessage => {
  const { contentType, content } = readContentInfo(bytes);
  if (contentType !== OID.signedData) throw fault("not a SignedData");
  const fields = new Fields(expect(content, TAG.sequence, "SignedData").children);
  expect(fields.next(), TAG.integer, "version");
  expect(fields.next(), TAG.set, "digest algorithms");
  const [type, eContent, ...others] = expect(
    fields.next(),
    TAG.sequence,
    "encapsulated content",
  ).children;
  if (others.length > 0) throw fault("encapsulated content");
  // CertificateSet also allows other kinds, which nobody uses (RFC 5652 section 10.2.2).
  const certificates = (fields.optional(0xa0)?.children ?? []).filter(
    ({ tag }) => tag === TAG.sequence,
  );
  fields.optional(0xa1);
  const signers = expect(fields.next(), TAG.set, "signer infos").children;
  fields.end("SignedData");
  if (signers[0] === undefined || signers.length > 1) throw fault("not exactly one signer");
  return {
    contentType: oidOf(type, "content type"),
    content:
      eContent === undefined
        ? undefined
        : octetStringOf(expect(eContent, 0xa0, "content").children[0], "content"),
    certificates: certificates.map(({ raw }) => raw),
    ...readSignerInfo(signers[0], certificates),
  };
};

const digestMatches = (message: SignedMessage, digest: Hash | "md5"): boolean => {
  const claimed = octetStringOf(message.attributes.get(OID.messageDigest), "message digest");
  const actual = hash(digest, message.content ?? new Uint8Array(0), "buffer");
  return claimed.length === actual.length && timingSafeEqual(claimed, actual);
};

/**
 * Whether the message is what its signer certificate's key signed: content type id-data in both places, the content's digest, and the
 * signature over the attributes in the order received or in DER order (scep.md fact 4). Never throws; says nothing about who the signer is.
 * `signer`: the key of the signer certificate, where it has been imported before.
 */
export const verifySignedMessage = (message: SignedMessage, signer?: PublicKey): boolean => {
  const { attributes, digest, scheme, signerCertificate, signedAttributes, signature } = message;
  if (digest === undefined || scheme === undefined || signerCertificate === undefined) return false;
  try {
    if (message.contentType !== OID.data) return false;
    if (oidOf(attributes.get(OID.contentType), "content type") !== OID.data) return false;
    if (!digestMatches(message, digest)) return false;
    const key = signer ?? importPublicKey(signerCertificate.spki);
    // The signature is over a SET, whose tag the message replaces by [0] (RFC 5652 section 5.4).
    const received = tlv(TAG.set, signedAttributes.value);
    if (verifySignature(key, scheme, received, signature)) return true;
    const sorted = setOf(...signedAttributes.children.map(derOf));
    return !same(sorted, received) && verifySignature(key, scheme, sorted, signature);
  } catch {
    return false;
  }
};
