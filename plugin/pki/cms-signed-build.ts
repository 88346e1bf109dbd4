import { hash as digestOctets } from "node:crypto";
import { hashOfKey, isPure, isRsa, type Hash, type SignatureScheme } from "../domain/algorithm.ts";
import { CountersignError } from "../errors.ts";
import type { Signer } from "../ports/keys.ts";
import { digestAlgorithmIdentifier, signatureAlgorithmIdentifier } from "./algorithms.ts";
import { contentInfo } from "./content-info.ts";
import { TAG } from "./der-read.ts";
import {
  context,
  integer,
  NULL,
  octetString,
  oid,
  sequence,
  setOf,
  time,
  tlv,
} from "./der-write.ts";
import { OID } from "./oids.ts";
import { signMessage } from "./signing.ts";
import { transientCertificate } from "./transient-certificate.ts";

/** A signed attribute; `value` is the DER of its single value. */
export interface SignedAttribute {
  readonly oid: string;
  readonly value: Uint8Array;
}

export interface SignedMessageParts {
  /** Undefined: an empty OCTET STRING, since certmonger takes an absent one for a broken server (scep.md fact 2). */
  readonly content?: Uint8Array | undefined;
  /** Beside content type, message digest and signing time. */
  readonly attributes: readonly SignedAttribute[];
  readonly signer: Signer;
  /** The signer's, DER. */
  readonly certificate: Uint8Array;
  /** DER, after the signer's and in this order. */
  readonly extraCertificates?: readonly Uint8Array[];
  readonly hash: Hash;
  readonly signingTime?: Date;
}

const schemeOf = ({ algorithm }: Signer, hash: Hash): SignatureScheme => {
  // RFC 8419, RFC 9882.
  if (isPure(algorithm)) return algorithm;
  if (isRsa(algorithm)) return `rsa-pkcs1-${hash}`;
  if (hash === "sha1") throw new CountersignError("key_unsupported", "ECDSA with SHA-1");
  return `ecdsa-${hash}`;
};

const attribute = (type: string, value: Uint8Array): Uint8Array =>
  sequence(oid(type), tlv(TAG.set, value));

/**
 * A DER SignedData with one signer, named by issuer and serial number as its certificate has them. RSA signatures are labelled plain
 * rsaEncryption, the only label that every SCEP client takes (scep.md fact 3). Throws what the signer throws.
 */
export const buildSignedMessage = async (parts: SignedMessageParts): Promise<Uint8Array> => {
  const { signer, hash } = parts;
  const scheme = schemeOf(signer, hash);
  const content = parts.content ?? new Uint8Array(0);
  const attributes = [
    attribute(OID.contentType, oid(OID.data)),
    attribute(OID.messageDigest, octetString(digestOctets(hash, content, "buffer"))),
    ...parts.attributes.map(({ oid: type, value }) => attribute(type, value)),
  ];
  if (parts.signingTime !== undefined)
    attributes.push(attribute(OID.signingTime, time(parts.signingTime)));
  const signedAttributes = setOf(...attributes);
  const signature = await signMessage(signer, scheme, signedAttributes);

  const { issuer, serial } = transientCertificate(parts.certificate);
  const digest = digestAlgorithmIdentifier(hash);
  const implicitAttributes = Uint8Array.from(signedAttributes);
  implicitAttributes[0] = 0xa0;
  const signerInfo = sequence(
    integer(1),
    sequence(issuer, serial),
    digest,
    implicitAttributes,
    isRsa(signer.algorithm)
      ? sequence(oid(OID.rsaEncryption), NULL)
      : signatureAlgorithmIdentifier(scheme),
    octetString(signature),
  );
  const signedData = sequence(
    integer(1),
    tlv(TAG.set, digest),
    sequence(oid(OID.data), context(0, octetString(content))),
    // Not in DER order: clients read a meaning into the order.
    context(0, parts.certificate, ...(parts.extraCertificates ?? [])),
    tlv(TAG.set, signerInfo),
  );
  return contentInfo(OID.signedData, signedData);
};

/** A signed file, such as a .mobileconfig: the content inside a SignedData with the signer's chain. Throws what the signer throws. */
export const buildSignedFile = ({
  content,
  signer,
  certificate,
  chain,
  signingTime,
}: {
  readonly content: Uint8Array;
  readonly signer: Signer;
  readonly certificate: Uint8Array;
  readonly chain: readonly Uint8Array[];
  readonly signingTime: Date;
}): Promise<Uint8Array> =>
  buildSignedMessage({
    content,
    attributes: [],
    signer,
    certificate,
    extraCertificates: chain,
    hash: hashOfKey(signer.algorithm),
    signingTime,
  });
