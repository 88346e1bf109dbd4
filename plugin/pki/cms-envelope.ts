import { CountersignError } from "../errors.ts";
import {
  contentCipherOf,
  gcmCipherOf,
  type ContentCipher,
  type GcmCipherName,
} from "./algorithms.ts";
import { readRecipient, type Recipient } from "./cms-recipient.ts";
import { octetStringOf, readContentInfo } from "./content-info.ts";
import { expect, octets, oidOf, smallInteger, TAG, type Element } from "./der-read.ts";
import { tlv } from "./der-write.ts";
import { OID } from "./oids.ts";

/** An EnvelopedData or AuthEnvelopedData that we could open. */
export interface Envelope {
  /** At least one; those of other kinds and algorithms than ours are left out. */
  readonly recipients: readonly [Recipient, ...Recipient[]];
  readonly cipher: ContentCipher;
  readonly iv: Uint8Array;
  readonly encryptedContent: Uint8Array;
  /** Of an AuthEnvelopedData. */
  readonly authentication: Authentication | undefined;
}

/** What makes an AuthEnvelopedData authentic (RFC 5083 section 2.1). */
export interface Authentication {
  readonly cipher: GcmCipherName;
  /** 12 to 16 octets. */
  readonly tag: Uint8Array;
  /** DER of the authenticated attributes as a SET; empty where there are none. */
  readonly attributes: Uint8Array;
}

const MAX_RECIPIENTS = 8;

const fault = (what: string): CountersignError =>
  new CountersignError("bad_message", `not valid CMS: ${what}`);
const refuse = (what: string): CountersignError => new CountersignError("bad_algorithm", what);

/** The parts of an EncryptedContentInfo (RFC 5652 section 6.1), its content type checked. */
const readEncryptedContent = (info: Element) => {
  const [type, algorithm, content, ...others] = info.children;
  if (oidOf(type, "content type") !== OID.data)
    throw new CountersignError("invalid_input", "the enveloped content is not id-data");
  const [cipherId, parameters] = expect(algorithm, TAG.sequence, "content cipher").children;
  const encryptedContent = (): Uint8Array => {
    if (others.length > 0) throw fault("encrypted content");
    if (content !== undefined && (content.tag & 0xdf) !== 0x80) throw fault("encrypted content");
    return content === undefined ? new Uint8Array(0) : octets(content);
  };
  return { cipherId: oidOf(cipherId, "content cipher"), parameters, encryptedContent };
};

const vectorOf = (element: Element | undefined, cipher: ContentCipher): Uint8Array => {
  const vector = octetStringOf(element, "initial vector");
  if (vector.length !== cipher.ivLength) throw fault("initial vector");
  return vector;
};

const readPlain = (info: Element): Omit<Envelope, "recipients"> => {
  const { cipherId, parameters, encryptedContent } = readEncryptedContent(info);
  const cipher = contentCipherOf(cipherId);
  if (cipher === undefined) throw refuse("content cipher that is not AES-CBC or 3DES-CBC");
  const iv = vectorOf(parameters, cipher);
  return { cipher, iv, encryptedContent: encryptedContent(), authentication: undefined };
};

/** GCMParameters (RFC 5084 section 3.2): nonce, and the length of the tag, 12 unless given. */
const readAuthentic = (
  info: Element,
  attributes: Element | undefined,
  mac: Element | undefined,
): Omit<Envelope, "recipients"> => {
  const { cipherId, parameters, encryptedContent } = readEncryptedContent(info);
  const cipher = gcmCipherOf(cipherId);
  if (cipher === undefined) throw refuse("authenticated content cipher that is not AES-GCM");
  const [nonce, length, ...others] = expect(parameters, TAG.sequence, "GCM parameters").children;
  const tag = octetStringOf(mac, "authentication tag");
  const tagLength = length === undefined ? 12 : smallInteger(length, "tag length");
  if (others.length > 0 || tag.length !== tagLength || tagLength < 12 || tagLength > 16)
    throw fault("authentication tag");
  return {
    cipher,
    iv: vectorOf(nonce, cipher),
    encryptedContent: encryptedContent(),
    authentication: {
      cipher: cipher.name,
      tag,
      // What was authenticated is a SET, whose tag the message replaces by [1] (RFC 5083 section 2.2).
      attributes: attributes === undefined ? new Uint8Array(0) : tlv(TAG.set, attributes.value),
    },
  };
};

/** The fields after the version, in order: optional ones by their tag. */
const readFields = (content: Element, authentic: boolean) => {
  const fields = [...expect(content, TAG.sequence, "enveloped data").children];
  const optional = (tag: number): Element | undefined =>
    fields[0]?.tag === tag ? fields.shift() : undefined;
  expect(fields.shift(), TAG.integer, "version");
  optional(0xa0);
  const recipients = expect(fields.shift(), TAG.set, "recipients").children;
  const info = expect(fields.shift(), TAG.sequence, "encrypted content");
  const attributes = optional(0xa1);
  const mac = authentic ? fields.shift() : undefined;
  if (authentic) optional(0xa2);
  if (fields.length > 0) throw fault("enveloped data");
  return { recipients, info, attributes, mac };
};

/**
 * Reads an EnvelopedData, or, where `gcm` allows it, an AuthEnvelopedData with AES-GCM; BER or DER. Throws `bad_message` for what is none or
 * has more than 8 recipients, `bad_algorithm` for another cipher and where no recipient is served by RSA, `invalid_input` for another
 * content type. It looks at public bytes only, so these answers tell nobody anything.
 */
export const parseEnvelope = (bytes: Uint8Array, gcm = false): Envelope => {
  const { contentType, content } = readContentInfo(bytes);
  const authentic = contentType === OID.authEnvelopedData;
  if (authentic && !gcm) throw refuse("authenticated enveloped data");
  if (!authentic && contentType !== OID.envelopedData)
    throw new CountersignError("invalid_input", "the content is not an EnvelopedData");
  const { recipients, info, attributes, mac } = readFields(content, authentic);
  if (recipients.length === 0 || recipients.length > MAX_RECIPIENTS)
    throw fault("number of recipients");
  const contents = authentic ? readAuthentic(info, attributes, mac) : readPlain(info);
  const [first, ...rest] = recipients.map(readRecipient).filter((one) => one !== undefined);
  if (first === undefined) throw refuse("key transport that is not RSA");
  return { recipients: [first, ...rest], ...contents };
};
