import { CountersignError } from "../errors.ts";
import { contentCipherOf, type ContentCipher } from "./algorithms.ts";
import { readRecipient, type Recipient } from "./cms-recipient.ts";
import { readContentInfo } from "./content-info.ts";
import { expect, octets, oidOf, TAG, type Element } from "./der-read.ts";
import { OID } from "./oids.ts";

/** An EnvelopedData that we could open. */
export interface Envelope {
  /** At least one; those of other kinds and algorithms than ours are left out. */
  readonly recipients: readonly [Recipient, ...Recipient[]];
  readonly cipher: ContentCipher;
  readonly iv: Uint8Array;
  readonly encryptedContent: Uint8Array;
}

const AUTH_ENVELOPED_DATA = "1.2.840.113549.1.9.16.1.23";
const MAX_RECIPIENTS = 8;

const fault = (what: string): CountersignError =>
  new CountersignError("bad_message", `not valid CMS: ${what}`);
const refuse = (what: string): CountersignError => new CountersignError("bad_algorithm", what);

const readEncryptedContent = (info: Element): Omit<Envelope, "recipients"> => {
  const [type, algorithm, content, ...others] = info.children;
  if (oidOf(type, "content type") !== OID.data)
    throw new CountersignError("invalid_input", "the enveloped content is not id-data");
  const [cipherId, iv] = expect(algorithm, TAG.sequence, "content cipher").children;
  const cipher = contentCipherOf(oidOf(cipherId, "content cipher"));
  if (cipher === undefined) throw refuse("content cipher that is not AES-CBC or 3DES-CBC");
  const vector = expect(iv, TAG.octetString, "initial vector").value;
  if (vector.length !== cipher.ivLength) throw fault("initial vector");
  if (others.length > 0) throw fault("encrypted content");
  if (content !== undefined && (content.tag & 0xdf) !== 0x80) throw fault("encrypted content");
  return {
    cipher,
    iv: vector,
    encryptedContent: content === undefined ? new Uint8Array(0) : octets(content),
  };
};

/**
 * Reads an EnvelopedData, BER or DER. Throws `bad_message` for what is none or has more than 8 recipients, `bad_algorithm` for a cipher
 * other than AES-CBC and 3DES-CBC and where no recipient is served by RSA, `invalid_input` for another content type. It looks at public
 * bytes only, so these answers tell nobody anything.
 */
export const parseEnvelope = (bytes: Uint8Array): Envelope => {
  const { contentType, content } = readContentInfo(bytes);
  if (contentType === AUTH_ENVELOPED_DATA) throw refuse("authenticated enveloped data");
  if (contentType !== OID.envelopedData)
    throw new CountersignError("invalid_input", "the content is not an EnvelopedData");
  const fields = expect(content, TAG.sequence, "EnvelopedData").children;
  expect(fields[0], TAG.integer, "version");
  const at = fields[1]?.tag === 0xa0 ? 2 : 1;
  const infos = expect(fields[at], TAG.set, "recipients").children;
  if (infos.length === 0 || infos.length > MAX_RECIPIENTS) throw fault("number of recipients");
  const contents = readEncryptedContent(expect(fields[at + 1], TAG.sequence, "encrypted content"));
  if (fields.length > (fields[at + 2]?.tag === 0xa1 ? at + 3 : at + 2))
    throw fault("EnvelopedData");
  const [first, ...rest] = infos.map(readRecipient).filter((one) => one !== undefined);
  if (first === undefined) throw refuse("key transport that is not RSA");
  return { recipients: [first, ...rest], ...contents };
};
