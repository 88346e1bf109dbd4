import { hash as digestOctets, randomBytes } from "node:crypto";
import {
  context,
  contextPrimitive,
  integer,
  NULL,
  octetString,
  oid,
  printableString,
  sequence,
  setOf,
  time,
  tlv,
} from "../../../plugin/pki/der-write.ts";
import { OID } from "../../../plugin/pki/oids.ts";
import { transientCertificate } from "../../../plugin/pki/transient-certificate.ts";
import { indefinite, segmented } from "./ber.ts";
import { flipLast } from "./csr.ts";
import type { LabKey } from "./keys.ts";
import { HASH_OIDS, rawSign, signatureAlgorithm, type AnyHash, type Padding } from "./signature.ts";

/** A signed attribute: its type and the DER of its values. */
export interface LabAttribute {
  readonly type: string;
  readonly values: readonly Uint8Array[];
}

/** A pkiMessage (RFC 8894 section 3.2) and every way to spoil one. Attribute values may be given as DER. */
export interface MessageShape {
  /** eContent; undefined: left out. */
  readonly content: Uint8Array | undefined;
  readonly signer: { readonly key: LabKey; readonly certificate: Uint8Array };
  /** The bag, when it is not just the signer's certificate. */
  readonly certificates?: readonly Uint8Array[];
  readonly hash?: AnyHash;
  /** Of the signature, where it is not the digest's. */
  readonly signatureHash?: AnyHash;
  readonly padding?: Padding;
  /** How SignerInfo labels an RSA signature; default: plain rsaEncryption. */
  readonly label?: "plain" | "combined" | Uint8Array;
  readonly messageType?: string | Uint8Array | undefined;
  readonly transactionId: string | Uint8Array | undefined;
  readonly senderNonce: Uint8Array | undefined;
  /** The nonce attribute's value as DER, where it is no OCTET STRING. */
  readonly nonceValue?: Uint8Array;
  readonly signingTime?: Date | undefined;
  /** Changes the list of attributes before it is signed. */
  readonly attributes?: (list: readonly LabAttribute[]) => readonly LabAttribute[];
  /** Attributes in the order of the list instead of DER order. */
  readonly unsorted?: boolean;
  readonly withoutAttributes?: boolean;
  readonly byKeyId?: Uint8Array;
  readonly contentType?: string;
  readonly version?: number;
  readonly bendDigest?: boolean;
  readonly bendSignature?: boolean;
  /** Salt of a PSS signature, in octets; default: as long as the hash. */
  readonly saltLength?: number;
  /** SignerInfos, given ours. */
  readonly signers?: (ours: Uint8Array) => readonly Uint8Array[];
  /** Indefinite lengths, eContent in segments. */
  readonly ber?: boolean;
}

export const labAttribute = (type: string, ...values: readonly Uint8Array[]): LabAttribute => ({
  type,
  values,
});

const text = (value: string | Uint8Array): Uint8Array =>
  typeof value === "string" ? printableString(value) : value;

const listOf = (shape: MessageShape, hash: AnyHash): readonly LabAttribute[] => {
  const digest = digestOctets(hash, shape.content ?? new Uint8Array(0), "buffer");
  const { messageType, transactionId, senderNonce, signingTime } = shape;
  const list = [
    labAttribute(OID.contentType, oid(OID.data)),
    labAttribute(
      OID.messageDigest,
      octetString(shape.bendDigest === true ? flipLast(digest) : digest),
    ),
  ];
  if (messageType !== undefined) list.push(labAttribute(OID.messageType, text(messageType)));
  if (transactionId !== undefined) list.push(labAttribute(OID.transactionId, text(transactionId)));
  if (senderNonce !== undefined)
    list.push(labAttribute(OID.senderNonce, shape.nonceValue ?? octetString(senderNonce)));
  if (signingTime !== undefined) list.push(labAttribute(OID.signingTime, time(signingTime)));
  return shape.attributes?.(list) ?? list;
};

const encode = ({ type, values }: LabAttribute): Uint8Array =>
  sequence(oid(type), tlv(0x31, ...values));

const labelOf = ({ label = "plain", signer, padding }: MessageShape, hash: AnyHash): Uint8Array => {
  if (label instanceof Uint8Array) return label;
  const { privateKey } = signer.key;
  return label === "combined" || padding === "pss" || privateKey.asymmetricKeyType !== "rsa"
    ? signatureAlgorithm(privateKey, hash, padding)
    : sequence(oid(OID.rsaEncryption), NULL);
};

/** ContentInfo with a SignedData, DER or BER. */
export const labMessage = (shape: MessageShape): Uint8Array => {
  const { hash = "sha256", signer, content } = shape;
  const attributes = listOf(shape, hash).map(encode);
  const set = shape.unsorted === true ? tlv(0x31, ...attributes) : setOf(...attributes);
  const toSign = shape.withoutAttributes === true ? (content ?? new Uint8Array(0)) : set;
  const { privateKey } = signer.key;
  const { signatureHash = hash, padding, saltLength } = shape;
  const signature = rawSign(toSign, privateKey, signatureHash, padding, saltLength);
  const implicit = Uint8Array.from(set);
  implicit[0] = 0xa0;
  const { issuer, serial } = transientCertificate(signer.certificate);
  const digest = sequence(oid(HASH_OIDS[hash]), NULL);
  const info = sequence(
    integer(shape.byKeyId === undefined ? 1 : 3),
    shape.byKeyId === undefined ? sequence(issuer, serial) : contextPrimitive(0, shape.byKeyId),
    digest,
    ...(shape.withoutAttributes === true ? [] : [implicit]),
    labelOf(shape, hash),
    octetString(shape.bendSignature === true ? flipLast(signature) : signature),
  );
  const wrap = (tag: number, ...parts: readonly Uint8Array[]): Uint8Array =>
    shape.ber === true ? indefinite(tag, ...parts) : tlv(tag, ...parts);
  const inner =
    content === undefined
      ? []
      : [wrap(0xa0, shape.ber === true ? segmented(0x24, content) : octetString(content))];
  const certificates = shape.certificates ?? [signer.certificate];
  return wrap(
    0x30,
    oid(OID.signedData),
    wrap(
      0xa0,
      wrap(
        0x30,
        integer(shape.version ?? 1),
        tlv(0x31, digest),
        wrap(0x30, oid(shape.contentType ?? OID.data), ...inner),
        ...(certificates.length === 0 ? [] : [context(0, ...certificates)]),
        tlv(0x31, ...(shape.signers?.(info) ?? [info])),
      ),
    ),
  );
};

/** A fresh transaction. */
export const newTransaction = (): { transactionId: string; senderNonce: Uint8Array } => ({
  transactionId: randomBytes(20).toString("hex").toUpperCase(),
  senderNonce: randomBytes(16),
});
