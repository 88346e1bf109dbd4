import type { SubjectAltName } from "../domain/san.ts";
import type { KeyUsage } from "../domain/template.ts";
import { CountersignError, messageOf } from "../errors.ts";
import { signatureSchemeOf, type ReceivedScheme } from "./algorithms.ts";
import {
  bits,
  child,
  expect,
  members,
  oidOf,
  readBer,
  readDer,
  smallInteger,
  TAG,
  textOf,
  type Element,
} from "./der-read.ts";
import { duplicateExtension, ExtensionReader, readExtensions } from "./extension-read.ts";
import type { BasicConstraints, Extension } from "./extensions.ts";
import { decodeName, hasControlCharacters, type Rdns } from "./name.ts";
import { OID } from "./oids.ts";
import { importDeviceKey, verifySignature, type PublicKey } from "./public-key.ts";

/** What proves a PKCS#10 request (RFC 2986): its key and its signature. What it asks for is not looked at yet. */
export interface CsrFrame {
  readonly raw: Uint8Array;
  /** CertificationRequestInfo: what is signed. */
  readonly info: Uint8Array;
  readonly subjectRaw: Uint8Array;
  readonly publicKey: PublicKey;
  /** Undefined for a signature that we do not verify; whether MD5 or SHA-1 will do is the caller's policy. */
  readonly scheme: ReceivedScheme | undefined;
  readonly signature: Uint8Array;
  /** CertificationRequestInfo as it was read. */
  readonly fields: readonly Element[];
}

/** A PKCS#10 request as it asks; nothing of it is granted or verified by reading it. */
export interface ParsedCsr extends Omit<CsrFrame, "fields"> {
  readonly subject: Rdns;
  /** All that are asked for, also those below. */
  readonly extensions: readonly Extension[];
  readonly sans: readonly SubjectAltName[];
  /** How many names of kinds that we never issue were asked for; they are not in `sans`. */
  readonly unsupportedSans: number;
  readonly keyUsages: readonly KeyUsage[] | undefined;
  readonly extendedKeyUsages: readonly string[] | undefined;
  readonly basicConstraints: BasicConstraints | undefined;
  readonly challengePassword: string | undefined;
}

/** Far above an honest request with an 8192-bit key, every extension we know and a signed challenge. */
const CSR_LIMITS = { bytes: 32 * 1024, depth: 32, nodes: 2000 } as const;
const MAX_SUBJECT_OCTETS = 4096;
const MAX_SANS = 100;
const MAX_EXTENSIONS = 32;

const refuse = (detail: string, cause?: unknown): CountersignError =>
  new CountersignError("bad_csr", detail, { cause });

/** SCEP clients built on BouncyCastle send BER inside envelopes. */
const readLeniently = (bytes: Uint8Array): Element => {
  try {
    return readDer(bytes, CSR_LIMITS);
  } catch {
    return readBer(bytes, CSR_LIMITS);
  }
};

/** The values of each attribute by type; an attribute that stands twice is refused. */
const readAttributes = (attributes: Element | undefined): Map<string, readonly Element[]> => {
  const found = new Map<string, readonly Element[]>();
  if (attributes === undefined) return found;
  for (const attribute of members(attributes, 0xa0, "attributes")) {
    const [type, values] = members(attribute, TAG.sequence, "attribute");
    const name = oidOf(type, "attribute type");
    if (found.has(name)) throw refuse(`attribute ${name} stands twice`);
    found.set(name, members(values, TAG.set, "attribute values"));
  }
  return found;
};

/** The value of a single-valued attribute (RFC 2985 section 5.4); undefined where it is absent. */
const single = (values: readonly Element[] | undefined, what: string): Element | undefined => {
  if (values !== undefined && values.length !== 1) throw refuse(`${what} needs just one value`);
  return values?.[0];
};

const readChallenge = (value: Element | undefined): string | undefined => {
  if (value === undefined) return undefined;
  const text = textOf(value);
  if (text === undefined) throw refuse("challengePassword is no text");
  return text;
};

/** The standard attribute and the older one of Microsoft together, each extension once. */
const requestedExtensions = (attributes: Map<string, readonly Element[]>): ExtensionReader => {
  const extensions = [OID.extensionRequest, OID.msExtensionRequest].flatMap((type) => {
    const value = single(attributes.get(type), "extensionRequest");
    return value === undefined ? [] : readExtensions(value);
  });
  const twice = duplicateExtension(extensions);
  if (twice !== undefined) throw refuse(`extension ${twice} stands twice`);
  if (extensions.length > MAX_EXTENSIONS) throw refuse("too many extensions");
  return new ExtensionReader(extensions);
};

const readSubject = (element: Element | undefined): Rdns => {
  const name = expect(element, TAG.sequence, "subject");
  if (name.raw.length > MAX_SUBJECT_OCTETS) throw refuse("subject is too long");
  const subject = decodeName(name);
  if (subject.flat().some(([, value]) => hasControlCharacters(value)))
    throw refuse("subject holds control characters");
  return subject;
};

const readSans = (
  names: readonly (SubjectAltName | undefined)[],
): Pick<ParsedCsr, "sans" | "unsupportedSans"> => {
  if (names.length > MAX_SANS) throw refuse("too many subject alternative names");
  const sans = names.filter((name) => name !== undefined);
  if (sans.some(({ value }) => value === "" || hasControlCharacters(value)))
    throw refuse("subject alternative name is empty or holds control characters");
  return { sans, unsupportedSans: names.length - sans.length };
};

const readFrame = (bytes: Uint8Array, importKey: typeof importDeviceKey): CsrFrame => {
  const csr = readLeniently(bytes);
  const info = child(csr, 0, TAG.sequence, "request info");
  if (csr.tag !== TAG.sequence || csr.children.length !== 3 || info.children.length > 4)
    throw refuse("fields");
  const [version, subject, spki] = info.children;
  if (smallInteger(version, "version") !== 0) throw refuse("version is not 0");
  return {
    raw: csr.raw,
    info: info.raw,
    subjectRaw: expect(subject, TAG.sequence, "subject").raw,
    publicKey: importKey(expect(spki, TAG.sequence, "public key").raw),
    scheme: signatureSchemeOf(csr.children[1]),
    signature: bits(csr.children[2], "signature"),
    fields: info.children,
  };
};

const readContents = ({ fields, ...proof }: CsrFrame): ParsedCsr => {
  const [, subject, , attributeSet] = fields;
  const attributes = readAttributes(attributeSet);
  const requested = requestedExtensions(attributes);
  const challenge = single(attributes.get(OID.challengePassword), "challengePassword");
  return {
    ...proof,
    subject: readSubject(subject),
    extensions: requested.extensions,
    ...readSans(requested.subjectAltNames ?? []),
    keyUsages: requested.keyUsages,
    extendedKeyUsages: requested.extendedKeyUsages,
    basicConstraints: requested.basicConstraints,
    challengePassword: readChallenge(challenge),
  };
};

const asBadCsr = <Result>(read: () => Result): Result => {
  try {
    return read();
  } catch (error) {
    if (error instanceof CountersignError && error.code === "bad_csr") throw error;
    throw refuse(`cannot be read (${messageOf(error)})`, error);
  }
};

/**
 * Reads as much of a PKCS#10 request as proves it, DER (BER where DER fails): for who must not act on what it asks before it is proven. Throws
 * `bad_csr` for what is no request and for a key that `importKey` refuses.
 */
export const readCsrFrame = (der: Uint8Array, importKey = importDeviceKey): CsrFrame =>
  asBadCsr(() => readFrame(der, importKey));

/**
 * Reads the rest. Throws `bad_csr` for anything broken, ambiguous (attributes or extensions that stand twice), oversized, or with control
 * characters in its names.
 */
export const readCsrContents = (frame: CsrFrame): ParsedCsr => asBadCsr(() => readContents(frame));

/** Reads one whole PKCS#10 request, that of a device unless another `importKey` is given; throws as both of these do. */
export const parseCsr = (der: Uint8Array, importKey = importDeviceKey): ParsedCsr =>
  readCsrContents(readCsrFrame(der, importKey));

/** Proof of possession: whether the request is signed with the key it asks a certificate for. Never throws. */
export const verifyCsr = (
  csr: Pick<CsrFrame, "scheme" | "publicKey" | "info" | "signature">,
): boolean =>
  csr.scheme !== undefined && verifySignature(csr.publicKey, csr.scheme, csr.info, csr.signature);
