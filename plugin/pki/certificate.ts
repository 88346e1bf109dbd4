import { pemBlocks } from "../domain/pem.ts";
import { CountersignError, messageOf } from "../errors.ts";
import { signatureSchemeOf, type ReceivedScheme } from "./algorithms.ts";
import {
  bits,
  child,
  expect,
  integerHex,
  members,
  readDer,
  smallInteger,
  TAG,
  timeOf,
  type Element,
} from "./der-read.ts";
import { duplicateExtension, ExtensionReader, readExtensions } from "./extension-read.ts";
import { decodeName, type Rdns } from "./name.ts";
import { importPublicKey, type PublicKey } from "./public-key.ts";

const fault = (what: string): CountersignError =>
  new CountersignError("bad_message", `not a valid certificate: ${what}`);

const dateOf = (element: Element | undefined): Date => {
  const date = element === undefined ? undefined : timeOf(element);
  if (date === undefined) throw fault("time");
  return date;
};

/**
 * TBSCertificate (RFC 5280 section 4.1). Names, key and extensions are read when they are asked for; those getters throw `bad_message`
 * where the part is broken, `publicKey` also `bad_algorithm` for a kind of key that we do not know.
 */
export class TbsCertificate extends ExtensionReader {
  /** TBSCertificate, DER: what is signed. */
  readonly tbs: Uint8Array;
  /** 1, 2 or 3. */
  readonly version: number;
  /** Lower-case hex without leading zero octets. */
  readonly serial: string;
  /** Contents octets of the INTEGER as they stand. */
  readonly serialOctets: Uint8Array;
  /** AlgorithmIdentifier inside the TBSCertificate, DER. */
  readonly signatureAlgorithm: Uint8Array;
  /** Undefined for a signature that we do not verify. */
  readonly scheme: ReceivedScheme | undefined;
  readonly issuerRaw: Uint8Array;
  readonly subjectRaw: Uint8Array;
  /** Validity, DER. */
  readonly validityRaw: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  private readonly names: { readonly issuer: Element; readonly subject: Element };
  private readonly decoded: { issuer?: Rdns; subject?: Rdns } = {};
  private imported: PublicKey | undefined;

  constructor(tbs: Element) {
    const parts = [...members(tbs, TAG.sequence, "TBSCertificate")];
    const version = parts[0]?.tag === 0xa0 ? parts.shift() : undefined;
    const [serial, algorithm, issuer, validity, subject, spki, ...rest] = parts;
    if (rest[0]?.tag === 0x81) rest.shift();
    if (rest[0]?.tag === 0x82) rest.shift();
    const extensions = rest[0]?.tag === 0xa3 ? rest.shift() : undefined;
    if (rest.length > 0) throw fault("unknown fields");
    super(extensions === undefined ? [] : readExtensions(extensions.children[0]));
    const [notBefore, notAfter] = members(validity, TAG.sequence, "validity");
    this.tbs = tbs.raw;
    this.version = version === undefined ? 1 : smallInteger(version.children[0], "version") + 1;
    this.serialOctets = expect(serial, TAG.integer, "serial number").value;
    this.serial = integerHex(expect(serial, TAG.integer, "serial number"));
    this.signatureAlgorithm = expect(algorithm, TAG.sequence, "signature algorithm").raw;
    this.scheme = signatureSchemeOf(algorithm);
    this.names = {
      issuer: expect(issuer, TAG.sequence, "issuer"),
      subject: expect(subject, TAG.sequence, "subject"),
    };
    this.issuerRaw = this.names.issuer.raw;
    this.subjectRaw = this.names.subject.raw;
    this.validityRaw = expect(validity, TAG.sequence, "validity").raw;
    this.notBefore = dateOf(notBefore);
    this.notAfter = dateOf(notAfter);
    this.spki = expect(spki, TAG.sequence, "public key").raw;
    if (this.version > 3 || this.serialOctets.length === 0 || this.serialOctets.length > 64)
      throw fault("version or serial number");
  }

  get issuer(): Rdns {
    return (this.decoded.issuer ??= decodeName(this.names.issuer));
  }

  get subject(): Rdns {
    return (this.decoded.subject ??= decodeName(this.names.subject));
  }

  get publicKey(): PublicKey {
    return (this.imported ??= importPublicKey(this.spki));
  }

  /** Subject and issuer are the same bytes (RFC 5280 section 6.1); says nothing about the signature. */
  get isSelfIssued(): boolean {
    return Buffer.compare(this.issuerRaw, this.subjectRaw) === 0;
  }
}

/** A signed certificate; its signature is not verified by reading it. */
export class ParsedCertificate extends TbsCertificate {
  /** The whole certificate. */
  readonly der: Uint8Array;
  readonly signature: Uint8Array;

  constructor(certificate: Element) {
    if (members(certificate, TAG.sequence, "certificate").length !== 3) throw fault("fields");
    super(child(certificate, 0, TAG.sequence, "TBSCertificate"));
    this.der = certificate.raw;
    this.signature = bits(certificate.children[2], "signature");
    const outer = child(certificate, 1, TAG.sequence, "signature algorithm").raw;
    // RFC 5280 section 4.1.1.2.
    if (Buffer.compare(outer, this.signatureAlgorithm) !== 0)
      throw fault("signature algorithms differ");
    const twice = duplicateExtension(this.extensions);
    if (twice !== undefined) throw fault(`extension ${twice} twice`);
  }
}

/** Reads one TBSCertificate, strict DER. Throws `bad_message`. */
export const parseTbs = (der: Uint8Array): TbsCertificate => new TbsCertificate(readDer(der));

/**
 * Reads one certificate, strict DER, version 1 to 3. What outside CAs and SCEP clients really write is accepted: explicit defaults, long
 * serial numbers. Throws `bad_message`.
 */
export const parseCertificate = (der: Uint8Array): ParsedCertificate =>
  new ParsedCertificate(readDer(der));

/** The same; undefined for what cannot be read. */
export const tryParseCertificate = (der: Uint8Array): ParsedCertificate | undefined => {
  try {
    return parseCertificate(der);
  } catch (error) {
    if (error instanceof CountersignError) return undefined;
    throw error;
  }
};

/** DER of the one certificate in a file, which is DER or PEM (text around the block is fine). Throws `invalid_input`. */
export const readCertificateFile = (bytes: Uint8Array): Uint8Array => {
  const refuse = (detail: string, cause?: unknown): CountersignError =>
    new CountersignError("invalid_input", detail, { cause });
  let der = bytes;
  if (bytes[0] !== TAG.sequence) {
    const blocks = pemBlocks(bytes, "CERTIFICATE", "X509 CERTIFICATE");
    const [only] = blocks;
    if (only === undefined || blocks.length !== 1)
      throw refuse(`the file holds ${blocks.length} certificates in DER or PEM; one is wanted`);
    der = only;
  }
  try {
    return parseCertificate(der).der;
  } catch (error) {
    throw refuse(`the file holds no readable certificate (${messageOf(error)})`, error);
  }
};
