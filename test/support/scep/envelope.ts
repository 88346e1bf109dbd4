import { constants, createCipheriv, publicEncrypt, randomBytes, type KeyObject } from "node:crypto";
import {
  context,
  contextPrimitive,
  integer,
  NULL,
  octetString,
  oid,
  sequence,
  tlv,
} from "../../../plugin/pki/der-write.ts";
import { parseCertificate } from "../../../plugin/pki/certificate.ts";
import { OID } from "../../../plugin/pki/oids.ts";
import { indefinite, segmented } from "./ber.ts";
import { HASH_OIDS } from "./signature.ts";

export type LabCipher = "aes-128-cbc" | "aes-192-cbc" | "aes-256-cbc" | "des-ede3-cbc";
const CIPHERS: Readonly<Record<LabCipher, { oid: string; key: number; iv: number }>> = {
  "aes-128-cbc": { oid: OID.aes128Cbc, key: 16, iv: 16 },
  "aes-192-cbc": { oid: OID.aes192Cbc, key: 24, iv: 16 },
  "aes-256-cbc": { oid: OID.aes256Cbc, key: 32, iv: 16 },
  "des-ede3-cbc": { oid: OID.desEde3Cbc, key: 24, iv: 8 },
};

/** An EnvelopedData and every way to spoil one. */
export interface EnvelopeShape {
  /** The RA certificate that it says it is for, DER. */
  readonly recipient: Uint8Array;
  readonly cipher?: LabCipher;
  /** Another OID than the cipher's own. */
  readonly cipherOid?: string;
  /** Parameters of the content cipher, DER, in place of the initial vector. */
  readonly cipherParameters?: Uint8Array;
  readonly contentKey?: Uint8Array;
  readonly iv?: Uint8Array;
  /** RSAES-OAEP with this hash in place of PKCS#1 v1.5. */
  readonly oaep?: "sha1" | "sha256";
  /** The block to be raised to e as it is; what it holds is the test's affair. Lengths in octets. */
  readonly block?: (size: number, contentKey: Uint8Array) => Uint8Array;
  /** The key that encrypts, when it is not the recipient's. */
  readonly encryptTo?: KeyObject;
  readonly bendEncryptedKey?: (encryptedKey: Uint8Array) => Uint8Array;
  readonly bendCiphertext?: (ciphertext: Uint8Array) => Uint8Array;
  /** Encrypts the octets without adding padding. */
  readonly padded?: boolean;
  readonly keyAlgorithm?: Uint8Array;
  /** RecipientInfos, given ours. */
  readonly recipients?: (ours: Uint8Array) => readonly Uint8Array[];
  readonly byKeyId?: boolean;
  readonly contentType?: string;
  readonly outerType?: string;
  /** [0] IMPLICIT before the recipients. */
  readonly originatorInfo?: boolean;
  /** [1] IMPLICIT at the end. */
  readonly unprotectedAttributes?: boolean;
  /** Indefinite lengths; encryptedContent in segments. */
  readonly ber?: boolean;
}

/** 00 02 PS 00 key (RFC 8017 section 7.2.1), for tests that spoil it. */
export const pkcs1Block = (size: number, contentKey: Uint8Array): Uint8Array => {
  const padding = randomBytes(size - 3 - contentKey.length).map((octet) => octet || 1);
  return Buffer.concat([new Uint8Array([0, 2]), padding, new Uint8Array([0]), contentKey]);
};

const oaepIdentifier = (hash: "sha1" | "sha256"): Uint8Array => {
  const digest = sequence(oid(HASH_OIDS[hash]), NULL);
  return hash === "sha1"
    ? sequence(oid(OID.rsaesOaep), sequence())
    : sequence(
        oid(OID.rsaesOaep),
        sequence(context(0, digest), context(1, sequence(oid(OID.mgf1), digest))),
      );
};

const encryptKey = (shape: EnvelopeShape, key: KeyObject, contentKey: Uint8Array): Uint8Array => {
  const size = (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
  if (shape.block !== undefined)
    return publicEncrypt({ key, padding: constants.RSA_NO_PADDING }, shape.block(size, contentKey));
  return shape.oaep === undefined
    ? publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, contentKey)
    : publicEncrypt(
        { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: shape.oaep },
        contentKey,
      );
};

/** KeyTransRecipientInfo, DER. */
export const keyTransport = (
  certificate: Uint8Array,
  encryptedKey: Uint8Array,
  algorithm: Uint8Array = sequence(oid(OID.rsaEncryption), NULL),
  byKeyId = false,
): Uint8Array => {
  const parsed = parseCertificate(certificate);
  const rid = byKeyId
    ? contextPrimitive(0, Buffer.from(parsed.subjectKeyIdentifier ?? "", "hex"))
    : sequence(parsed.issuerRaw, tlv(0x02, parsed.serialOctets));
  return sequence(integer(byKeyId ? 2 : 0), rid, algorithm, octetString(encryptedKey));
};

/** ContentInfo with an EnvelopedData around the plaintext. */
export const labEnvelope = (plaintext: Uint8Array, shape: EnvelopeShape): Uint8Array => {
  const name = shape.cipher ?? "aes-128-cbc";
  const cipher = CIPHERS[name];
  const contentKey = shape.contentKey ?? randomBytes(cipher.key);
  const iv = shape.iv ?? randomBytes(cipher.iv);
  const recipientKey = parseCertificate(shape.recipient).publicKey.key!;
  const encrypted = encryptKey(shape, shape.encryptTo ?? recipientKey, contentKey);
  const encryptedKey = shape.bendEncryptedKey?.(encrypted) ?? encrypted;
  const usable = Buffer.alloc(cipher.key);
  usable.set(contentKey.subarray(0, cipher.key));
  const encryption = createCipheriv(name, usable, iv).setAutoPadding(shape.padded ?? true);
  const whole = Buffer.concat([encryption.update(plaintext), encryption.final()]);
  const ciphertext = shape.bendCiphertext?.(whole) ?? whole;
  const algorithm =
    shape.keyAlgorithm ?? (shape.oaep === undefined ? undefined : oaepIdentifier(shape.oaep));
  const ours = keyTransport(shape.recipient, encryptedKey, algorithm, shape.byKeyId);
  const recipients = shape.recipients?.(ours) ?? [ours];
  const wrap = (tag: number, ...parts: readonly Uint8Array[]): Uint8Array =>
    shape.ber === true ? indefinite(tag, ...parts) : tlv(tag, ...parts);
  const content = wrap(
    0x30,
    oid(shape.contentType ?? OID.data),
    sequence(oid(shape.cipherOid ?? cipher.oid), shape.cipherParameters ?? octetString(iv)),
    shape.ber === true ? segmented(0xa0, ciphertext) : contextPrimitive(0, ciphertext),
  );
  const version = shape.originatorInfo === true || shape.unprotectedAttributes === true ? 2 : 0;
  return wrap(
    0x30,
    oid(shape.outerType ?? OID.envelopedData),
    wrap(
      0xa0,
      wrap(
        0x30,
        integer(version),
        ...(shape.originatorInfo === true ? [context(0)] : []),
        wrap(0x31, ...recipients),
        content,
        ...(shape.unprotectedAttributes === true
          ? [context(1, sequence(oid("1.2.3.4.5"), tlv(0x31, NULL)))]
          : []),
      ),
    ),
  );
};
