import assert from "node:assert/strict";
import {
  type CipherGCMTypes,
  constants,
  createDecipheriv,
  hash as digestOctets,
  privateDecrypt,
  verify,
  X509Certificate,
  type KeyObject,
} from "node:crypto";
import { readDer, TAG, type Element } from "../../../plugin/pki/der-read.ts";
import { oidOf } from "../../../plugin/pki/der-read.ts";
import { setOf, tlv } from "../../../plugin/pki/der-write.ts";
import { OID } from "../../../plugin/pki/oids.ts";
import type { HttpAnswer } from "./http.ts";
import { HASH_OIDS, type AnyHash } from "./signature.ts";

/** The request that a reply must answer. */
export interface Asked {
  readonly transactionId: string;
  readonly senderNonce: Uint8Array;
  /** Certificate that signed the request, DER, and the key that opens the reply. */
  readonly signer: { readonly certificate: Uint8Array; readonly privateKey: KeyObject };
}

/** A CertRep that has passed every check; `certificates` and `crls` are those of the opened envelope. */
export interface LabReply {
  readonly status: "0" | "2" | "3";
  readonly failInfo: string | undefined;
  readonly text: string | undefined;
  readonly hash: AnyHash;
  /** OID of the content cipher. */
  readonly cipher: string | undefined;
  readonly certificates: readonly Uint8Array[];
  readonly crls: readonly Uint8Array[];
  readonly senderNonce: string;
  readonly signer: Uint8Array;
  readonly der: Buffer;
}

const hashes = new Map(Object.entries(HASH_OIDS).map(([name, id]) => [id, name as AnyHash]));
const seenNonces = new Set<string>();

const at = (element: Element | undefined, ...path: readonly number[]): Element => {
  let here = element;
  for (const index of path) here = here?.children[index];
  assert.ok(here, `nothing at ${path.join(".")}`);
  return here;
};

/** ContentInfo of this type: its content. */
const contentOf = (der: Uint8Array, type: string): Element => {
  const info = readDer(der);
  assert.equal(oidOf(at(info, 0)), type);
  assert.equal(info.children.length, 2);
  return at(info, 1, 0);
};

const printable = (value: Element, what: string): string => {
  assert.equal(value.tag, TAG.printable, `${what} is no PrintableString`);
  return Buffer.from(value.value).toString("latin1");
};

/** Signed attributes by OID, each once with one value; the encoding must be in DER order. */
const attributesOf = (signed: Element): ReadonlyMap<string, Element> => {
  assert.equal(signed.tag, 0xa0);
  const asSet = tlv(0x31, signed.value);
  const sorted = setOf(...signed.children.map(({ raw }) => raw));
  assert.ok(Buffer.from(asSet).equals(sorted), "signed attributes are not in DER order");
  const found = new Map<string, Element>();
  for (const attribute of signed.children) {
    const type = oidOf(at(attribute, 0));
    assert.ok(!found.has(type), `attribute ${type} twice`);
    assert.equal(at(attribute, 1).children.length, 1);
    found.set(type, at(attribute, 1, 0));
  }
  return found;
};

/** Certificates and CRLs of a degenerate SignedData (RFC 8894 section 3.4): no signers, no content. */
export const readDegenerate = (
  der: Uint8Array,
): { readonly certificates: readonly Uint8Array[]; readonly crls: readonly Uint8Array[] } => {
  const { children } = contentOf(der, OID.signedData);
  assert.equal(at(children[1]).children.length, 0, "degenerate: a digest algorithm");
  const encapsulated = at(children[2]);
  assert.equal(oidOf(at(encapsulated, 0)), OID.data);
  assert.equal(encapsulated.children.length, 1, "degenerate: content is there");
  assert.equal(children.at(-1)?.tag, 0x31);
  assert.equal(children.at(-1)?.children.length, 0, "degenerate: a signer");
  const of = (tag: number): readonly Uint8Array[] =>
    (children.slice(3, -1).find((child) => child.tag === tag)?.children ?? []).map(
      ({ raw }) => raw,
    );
  return { certificates: of(0xa0), crls: of(0xa1) };
};

const BLOCK: Readonly<Record<string, { name: string; key: number }>> = {
  [OID.aes128Cbc]: { name: "aes-128-cbc", key: 16 },
  [OID.aes192Cbc]: { name: "aes-192-cbc", key: 24 },
  [OID.aes256Cbc]: { name: "aes-256-cbc", key: 32 },
  [OID.desEde3Cbc]: { name: "des-ede3-cbc", key: 24 },
};
const AUTHENTIC: Readonly<Record<string, { name: CipherGCMTypes; key: number }>> = {
  [OID.aes128Gcm]: { name: "aes-128-gcm", key: 16 },
  [OID.aes192Gcm]: { name: "aes-192-gcm", key: 24 },
  [OID.aes256Gcm]: { name: "aes-256-gcm", key: 32 },
};

/** What a content key opens: AES-CBC or 3DES in an EnvelopedData, AES-GCM in an AuthEnvelopedData with its tag behind. */
const decrypt = (content: Element, tag: Element | undefined, block: Uint8Array) => {
  const cipher = oidOf(at(content, 1, 0));
  const { name, key } =
    (tag === undefined ? BLOCK[cipher] : AUTHENTIC[cipher]) ??
    assert.fail(`content cipher ${cipher}`);
  assert.deepEqual([block[0], block[1], block[block.length - key - 1]], [0, 2, 0]);
  assert.equal(block.subarray(2, block.length - key - 1).indexOf(0), -1);
  assert.equal(at(content, 2).tag, 0x80);
  const contentKey = block.subarray(-key);
  const parameters = at(content, 1, 1);
  const decipher =
    tag === undefined
      ? createDecipheriv(name, contentKey, parameters.value)
      : createDecipheriv(name as CipherGCMTypes, contentKey, at(parameters, 0).value).setAuthTag(
          tag.value,
        );
  return {
    cipher,
    plaintext: Buffer.concat([decipher.update(at(content, 2).value), decipher.final()]),
  };
};

/** Opens the reply's envelope with nothing but node:crypto; it must be version 0, one ktri version 0, RSAES-PKCS1-v1_5. */
const openReply = (
  envelope: Uint8Array,
  { certificate, privateKey }: Asked["signer"],
): { readonly cipher: string; readonly plaintext: Uint8Array } => {
  const authentic = oidOf(at(readDer(envelope), 0)) === OID.authEnvelopedData;
  const data = contentOf(envelope, authentic ? OID.authEnvelopedData : OID.envelopedData);
  assert.equal(data.children.length, authentic ? 4 : 3);
  assert.deepEqual([...at(data, 0).value], [0], "EnvelopedData is not version 0");
  assert.equal(at(data, 1).children.length, 1, "not one recipient");
  const recipient = at(data, 1, 0);
  assert.deepEqual([...at(recipient, 0).value], [0], "recipient is not version 0");
  const tbs = at(readDer(certificate), 0);
  const fields = tbs.children.slice(tbs.children[0]?.tag === 0xa0 ? 1 : 0);
  assert.deepEqual(Buffer.from(at(recipient, 1, 0).raw), Buffer.from(at(fields[2]).raw));
  assert.deepEqual(Buffer.from(at(recipient, 1, 1).raw), Buffer.from(at(fields[0]).raw));
  assert.equal(oidOf(at(recipient, 2, 0)), OID.rsaEncryption);
  assert.equal(at(recipient, 2, 1).tag, TAG.null);
  const block = privateDecrypt(
    { key: privateKey, padding: constants.RSA_NO_PADDING },
    at(recipient, 3).value,
  );
  const content = at(data, 2);
  assert.equal(oidOf(at(content, 0)), OID.data);
  return decrypt(content, authentic ? at(data, 3) : undefined, block);
};

const checkHttp = (answer: HttpAnswer): void => {
  assert.equal(
    answer.status,
    200,
    `HTTP ${answer.status}: ${answer.body.toString().slice(0, 300)}`,
  );
  assert.equal(answer.headers["content-type"], "application/x-pki-message");
  assert.equal(answer.headers["content-length"], answer.body.length.toString());
  assert.equal(answer.headers["transfer-encoding"], undefined);
};

/**
 * Every check that scep.md section 4 wants of every CertRep; strict DER throughout. Uses of the product nothing but its DER reader. Throws
 * AssertionError.
 */
export const checkReply = (answer: HttpAnswer, asked: Asked): LabReply => {
  checkHttp(answer);
  return checkCertRep(answer.body, asked);
};

/** The same of the octets alone, without HTTP. */
export const checkCertRep = (der: Uint8Array, asked: Asked): LabReply => {
  const data = contentOf(der, OID.signedData);
  assert.deepEqual([...at(data, 0).value], [1], "SignedData is not version 1");
  assert.equal(oidOf(at(data, 2, 0)), OID.data);
  const content = at(data, 2, 1, 0);
  assert.equal(content.tag, TAG.octetString);
  const certificates = at(data, 3);
  assert.equal(certificates.tag, 0xa0);
  const signers = at(data, 4);
  assert.equal(signers.children.length, 1);
  assert.equal(data.children.length, 5);

  const info = at(signers, 0);
  assert.deepEqual([...at(info, 0).value], [1], "SignerInfo is not version 1");
  const signer = at(certificates, 0).raw;
  const x509 = new X509Certificate(signer);
  const tbs = at(readDer(signer), 0);
  assert.deepEqual(Buffer.from(at(info, 1, 0).raw), Buffer.from(at(tbs, 3).raw));
  assert.deepEqual(Buffer.from(at(info, 1, 1).raw), Buffer.from(at(tbs, 1).raw));
  const hash = hashes.get(oidOf(at(info, 2, 0))) ?? assert.fail("digest of an unknown kind");
  assert.deepEqual(
    Buffer.from(at(data, 1).value),
    Buffer.from(at(info, 2).raw),
    "digestAlgorithms is not just SignerInfo's digest",
  );
  const attributes = attributesOf(at(info, 3));
  const attribute = (type: string): Element =>
    attributes.get(type) ?? assert.fail(`attribute ${type} is missing`);
  assert.equal(oidOf(at(info, 4, 0)), OID.rsaEncryption, "not labelled plain rsaEncryption");
  assert.equal(at(info, 4, 1).tag, TAG.null);
  assert.equal(info.children.length, 6);
  assert.ok(
    verify(hash, tlv(0x31, at(info, 3).value), x509.publicKey, at(info, 5).value),
    "the reply's signature is wrong",
  );
  assert.equal(oidOf(attribute(OID.contentType)), OID.data);
  assert.deepEqual(
    Buffer.from(attribute(OID.messageDigest).value),
    digestOctets(hash, content.value, "buffer"),
  );
  assert.equal(printable(attribute(OID.messageType), "messageType"), "3");
  const id = attribute(OID.transactionId);
  assert.equal(Buffer.from(id.value).toString("utf8"), asked.transactionId);
  if (/^[A-Za-z0-9 '()+,\-./:=?]*$/.test(asked.transactionId)) printable(id, "transactionID");
  assert.equal(attribute(OID.recipientNonce).tag, TAG.octetString);
  assert.deepEqual(
    Buffer.from(attribute(OID.recipientNonce).value),
    Buffer.from(asked.senderNonce),
    "recipientNonce is not the request's senderNonce",
  );
  const nonce = attribute(OID.senderNonce);
  assert.equal(nonce.tag, TAG.octetString);
  assert.equal(nonce.value.length, 16);
  const senderNonce = Buffer.from(nonce.value).toString("hex");
  assert.ok(!seenNonces.has(senderNonce), "senderNonce was used before");
  seenNonces.add(senderNonce);

  const status = printable(attribute(OID.pkiStatus), "pkiStatus");
  assert.ok(status === "0" || status === "2" || status === "3", `pkiStatus ${status}`);
  const failInfo = attributes.get(OID.failInfo);
  const text = attributes.get(OID.failInfoText);
  assert.equal(failInfo !== undefined, status === "2", "failInfo goes with FAILURE only");
  if (text !== undefined) assert.equal(text.tag, TAG.utf8);
  if (status !== "2") assert.equal(text, undefined);
  if (status !== "0") assert.equal(content.value.length, 0, "eContent is not empty");
  const opened = status === "0" ? openReply(content.value, asked.signer) : undefined;
  const inner = opened && readDegenerate(opened.plaintext);
  return {
    status,
    failInfo: failInfo && printable(failInfo, "failInfo"),
    text: text && Buffer.from(text.value).toString("utf8"),
    hash,
    cipher: opened?.cipher,
    certificates: inner?.certificates ?? [],
    crls: inner?.crls ?? [],
    senderNonce,
    signer,
    der: Buffer.from(der),
  };
};

/** A reply as others of its class must look, octet by octet: senderNonce and signature blanked out. */
export const blanked = (reply: LabReply): string => {
  const copy = Buffer.from(reply.der);
  const nonce = copy.indexOf(Buffer.from(reply.senderNonce, "hex"));
  copy.fill(0, nonce, nonce + 16);
  const info = at(contentOf(copy, OID.signedData), 4, 0);
  at(info, 5).value.fill(0);
  return copy.toString("hex");
};
