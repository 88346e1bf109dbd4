import { constants, createCipheriv, publicEncrypt } from "node:crypto";
import { CountersignError } from "../errors.ts";
import {
  type CbcCipherName,
  type ContentCipher,
  GCM_CIPHERS,
  type GcmCipherName,
} from "./algorithms.ts";
import { contentInfo } from "./content-info.ts";
import { TAG } from "./der-read.ts";
import { contextPrimitive, integer, NULL, octetString, oid, sequence, tlv } from "./der-write.ts";
import { OID } from "./oids.ts";
import type { PublicKey } from "./public-key.ts";

/** Whom an envelope is for: issuer and serial number of the certificate as received, with tag and length, and its RSA key. */
export interface EnvelopeRecipient {
  readonly issuer: Uint8Array;
  readonly serial: Uint8Array;
  readonly publicKey: PublicKey;
}

/**
 * A DER EnvelopedData version 0 (for a GCM cipher an AuthEnvelopedData version 0, RFC 5083) with one key transport of version 0, RSAES-PKCS1-v1_5 (the form that every SCEP client opens: scep.md 2.3
 * rule 7). `randomBytes` makes content key and initial vector. Throws `bad_algorithm` for a recipient without an RSA key.
 */
export const buildEnvelope = (
  plaintext: Uint8Array,
  recipient: EnvelopeRecipient,
  cipher: ContentCipher,
  randomBytes: (length: number) => Uint8Array,
): Uint8Array => {
  const { issuer, serial, publicKey } = recipient;
  if (publicKey.type !== "rsa")
    throw new CountersignError("bad_algorithm", "an envelope needs a recipient with an RSA key");
  const contentKey = randomBytes(cipher.keyLength);
  const iv = randomBytes(cipher.ivLength);
  const { encrypted, parameters, tag } = encrypt(plaintext, cipher.name, contentKey, iv);
  const padding = constants.RSA_PKCS1_PADDING;
  const encryptedKey = publicEncrypt({ key: publicKey.key, padding }, contentKey);
  const keyTransport = sequence(
    integer(0),
    sequence(issuer, serial),
    sequence(oid(OID.rsaEncryption), NULL),
    octetString(encryptedKey),
  );
  const encryptedContent = sequence(
    oid(OID.data),
    sequence(oid(cipher.oid), parameters),
    contextPrimitive(0, encrypted),
  );
  const fields = [integer(0), tlv(TAG.set, keyTransport), encryptedContent];
  return tag === undefined
    ? contentInfo(OID.envelopedData, sequence(...fields))
    : contentInfo(OID.authEnvelopedData, sequence(...fields, octetString(tag)));
};

interface Encrypted {
  readonly encrypted: Uint8Array;
  /** Of the cipher's AlgorithmIdentifier, DER. */
  readonly parameters: Uint8Array;
  readonly tag: Uint8Array | undefined;
}

const TAG_LENGTH = 16;

const encrypt = (
  plaintext: Uint8Array,
  cipher: CbcCipherName | GcmCipherName,
  key: Uint8Array,
  iv: Uint8Array,
): Encrypted => {
  if (!isGcm(cipher)) {
    const encryption = createCipheriv(cipher, key, iv);
    const encrypted = Buffer.concat([encryption.update(plaintext), encryption.final()]);
    return { encrypted, parameters: octetString(iv), tag: undefined };
  }
  const encryption = createCipheriv(cipher, key, iv, { authTagLength: TAG_LENGTH });
  const encrypted = Buffer.concat([encryption.update(plaintext), encryption.final()]);
  const parameters = sequence(octetString(iv), integer(TAG_LENGTH));
  return { encrypted, parameters, tag: encryption.getAuthTag() };
};

const isGcm = (cipher: CbcCipherName | GcmCipherName): cipher is GcmCipherName =>
  cipher in GCM_CIPHERS;
