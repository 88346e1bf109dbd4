import { randomBytes } from "node:crypto";
import {
  addDuration,
  completeCertificate,
  CountersignError,
  DEFAULT_LIFE_YEARS,
  type DistinguishedName,
  formatDn,
  importPublicKey,
  parseCertificate,
  parseCsr,
  parseDn,
  pemBlocks,
  prepareCertificate,
  readCertificateFile,
  type RsaSignature,
  schemeOfKey,
  type Signer,
  verifyCsr,
  verifyIssued,
  weakness,
} from "../../plugin/sdk.ts";
import { machineClock } from "./clock.ts";
import { sha256Hex, type TranscriptFacts } from "./transcript.ts";

/** A CA certificate that a ceremony is to make. */
export interface CaOrder {
  readonly kind: "root" | "intermediate" | "issuing";
  /** DN text; roots only. */
  readonly subject: string | undefined;
  /** PKCS#10, DER or PEM; all but roots. */
  readonly csr: Uint8Array | undefined;
  /** Certificate of the signing key, DER or PEM; all but roots. */
  readonly issuer: Uint8Array | undefined;
  readonly signature: RsaSignature | undefined;
  readonly notAfter: Date | undefined;
  readonly pathLength: number | undefined;
  readonly crlUrl: string | undefined;
  readonly caUrl: string | undefined;
}

/** A linted certificate that waits for its signature, and what a transcript says of it. */
export interface PreparedCa {
  readonly facts: TranscriptFacts;
  /** DER. Throws what signing throws. */
  sign(): Promise<Uint8Array>;
}

const refuse = (detail: string): CountersignError => new CountersignError("invalid_input", detail);

/** DER of the request in a file. */
const requestOf = (file: Uint8Array): Uint8Array =>
  pemBlocks(file, "CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST")[0] ?? file;

/** Who is certified: name and public key. */
const certified = (
  { kind, subject, csr }: CaOrder,
  signer: Signer,
): {
  readonly subject: DistinguishedName;
  readonly spki: Uint8Array;
  readonly csrSha256?: string;
} => {
  if (kind === "root") {
    if (subject === undefined || csr !== undefined)
      throw refuse("a root has a --subject and no --csr");
    return { subject: parseDn(subject), spki: signer.publicKey };
  }
  if (subject !== undefined || csr === undefined)
    throw refuse(`an ${kind} CA is certified by its --csr, which has its name`);
  const der = requestOf(csr);
  const request = parseCsr(der, importPublicKey);
  if (!verifyCsr(request)) throw new CountersignError("bad_csr", "its signature does not verify");
  const weak = weakness(request.publicKey);
  if (weak !== undefined) throw new CountersignError("bad_csr", `the key is weak: ${weak}`);
  return { subject: request.subject, spki: request.publicKey.spki, csrSha256: sha256Hex(der) };
};

/** The certificate of the signing key. */
const issuerOf = ({ kind, issuer }: CaOrder, signer: Signer, now: Date) => {
  if (kind === "root") {
    if (issuer !== undefined) throw refuse("a root has no --issuer");
    return undefined;
  }
  if (issuer === undefined) throw refuse("name the certificate of the token's key: --issuer FILE");
  const der = readCertificateFile(issuer);
  const certificate = parseCertificate(der);
  if (Buffer.compare(certificate.spki, signer.publicKey) !== 0)
    throw refuse("--issuer is not the certificate of this key");
  if (certificate.basicConstraints?.cA !== true || certificate.notAfter <= now)
    throw refuse("--issuer is not the certificate of a CA in date");
  const self = verifyIssued(der, der);
  return { kind: self ? ("root" as const) : ("intermediate" as const), certificate };
};

/** Throws `invalid_input`, `bad_csr`, `lint_failed`; nothing is signed. */
export const prepareCa = (order: CaOrder, signer: Signer): PreparedCa => {
  const now = machineClock.now();
  const { kind, signature } = order;
  if (kind === "issuing" && order.pathLength !== undefined && order.pathLength !== 0)
    throw refuse("an issuing CA has path length 0");
  const issuer = issuerOf(order, signer, now);
  const { subject, spki, ...request } = certified(order, signer);
  const limit = issuer?.certificate.notAfter;
  const life = addDuration(now, { months: 12 * DEFAULT_LIFE_YEARS[kind], seconds: 0 });
  const notAfter = order.notAfter ?? (limit !== undefined && limit < life ? limit : life);
  if (notAfter <= now) throw refuse("--not-after lies in the past");
  if (limit !== undefined && notAfter > limit)
    throw refuse(`--not-after lies past the end of the issuer (${limit.toISOString()})`);
  const room = issuer?.certificate.basicConstraints?.pathLen ?? Infinity;
  const pathLen = kind === "issuing" ? 0 : order.pathLength;
  if (room < 1 && kind === "intermediate")
    throw refuse("the issuer's path length leaves no room for an intermediate CA");
  const scheme = schemeOfKey(signer.algorithm, signature);
  const prepared = prepareCertificate({
    role: "authority",
    serial: randomBytes(16),
    issuer,
    subject,
    notBefore: now,
    notAfter,
    spki,
    scheme,
    extensions: {
      basicConstraints: { cA: true, ...(pathLen === undefined ? {} : { pathLen }) },
      keyUsages: ["digitalSignature", "keyCertSign", "cRLSign"],
      crlUrls: order.crlUrl === undefined ? [] : [order.crlUrl],
      caIssuersUrls: order.caUrl === undefined ? [] : [order.caUrl],
    },
  });
  return {
    facts: {
      kind,
      subject: formatDn(subject),
      serial: prepared.serial,
      notAfter: notAfter.toISOString(),
      scheme,
      tbsSha256: sha256Hex(prepared.tbs),
      ...request,
      ...(issuer === undefined ? {} : { issuerSha256: sha256Hex(issuer.certificate.der) }),
    },
    sign: () => completeCertificate(prepared, scheme, signer),
  };
};
