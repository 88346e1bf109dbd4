import { hash } from "node:crypto";
import type { SignatureScheme } from "../domain/algorithm.ts";
import type { CertificateRole } from "../domain/certificate.ts";
import { CountersignError } from "../errors.ts";
import type { PreparedCertificate } from "../ports/ca-backend.ts";
import type { Signer } from "../ports/keys.ts";
import { signatureAlgorithmIdentifier } from "./algorithms.ts";
import { integerHex, readDer } from "./der-read.ts";
import { bitString, context, integer, integerOf, sequence, time } from "./der-write.ts";
import {
  certificateExtensions,
  encodeExtensions,
  type CertificateExtensions,
} from "./extensions.ts";
import type { Issuer } from "./lint-rule.ts";
import { lintCertificate } from "./lint.ts";
import { encodeName, type Rdns } from "./name.ts";
import { importPublicKey, keyIdentifier, type PublicKey, verifySignature } from "./public-key.ts";
import { signMessage } from "./signing.ts";

/** Everything a certificate says. Issuer name, key identifiers and criticality follow from it. */
export interface CertificateSpec {
  readonly role: CertificateRole;
  /** 16 random octets; the first bit is cleared. */
  readonly serial: Uint8Array;
  /** Undefined: self-signed. */
  readonly issuer: Issuer | undefined;
  readonly subject: Rdns;
  /** Fractions of a second are dropped. */
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  /** Of the issuer's signature. */
  readonly scheme: SignatureScheme;
  readonly extensions: CertificateExtensions;
}

/** Only this file makes one, so that nothing is signed that was not linted. */
class Prepared implements PreparedCertificate {
  readonly tbsDigest: Uint8Array;
  #spent = false;

  constructor(
    readonly tbs: Uint8Array,
    readonly serial: string,
    readonly algorithm: Uint8Array,
  ) {
    this.tbsDigest = hash("sha256", tbs, "buffer");
  }

  spend(): Uint8Array {
    if (this.#spent) throw new CountersignError("internal", "a prepared certificate is spent once");
    this.#spent = true;
    return this.tbs;
  }
}

/** The serial number that 16 random octets become: lower-case hex without leading zero octets. */
export const serialHexOf = (random: Uint8Array): string =>
  integerHex(readDer(positiveSerial(random)));

const positiveSerial = (random: Uint8Array): Uint8Array => {
  if (random.length !== 16)
    throw new CountersignError("internal", "a serial number is made of 16 random octets");
  const serial = Uint8Array.from(random);
  serial[0] = (serial[0] ?? 0) & 0x7f;
  return integerOf(serial);
};

const authorityKeyId = (issuer: Issuer | undefined, ownKeyId: string): string =>
  issuer === undefined
    ? ownKeyId
    : (issuer.certificate.subjectKeyIdentifier ?? keyIdentifier(issuer.certificate.publicKey));

/**
 * Encodes and lints a TBSCertificate (RFC 5280 section 4.1). Throws `lint_failed` naming each broken rule and value, `invalid_input` for
 * names that cannot be encoded, `bad_algorithm` or `bad_message` for a key that cannot be read.
 */
export const prepareCertificate = (spec: CertificateSpec): PreparedCertificate => {
  const { role, issuer } = spec;
  const serial = positiveSerial(spec.serial);
  const algorithm = signatureAlgorithmIdentifier(spec.scheme);
  const subject = encodeName(spec.subject);
  const subjectKeyId = keyIdentifier(importPublicKey(spec.spki));
  const extensions = certificateExtensions(
    spec.extensions,
    { subjectKeyId, authorityKeyId: authorityKeyId(issuer, subjectKeyId) },
    spec.subject.length === 0,
  );
  const tbs = sequence(
    context(0, integer(2)),
    serial,
    algorithm,
    issuer?.certificate.subjectRaw ?? subject,
    sequence(time(spec.notBefore), time(spec.notAfter)),
    subject,
    spec.spki,
    context(3, encodeExtensions(extensions)),
  );
  const issues = lintCertificate(tbs, { issuer, role });
  if (issues.length > 0)
    throw new CountersignError(
      "lint_failed",
      issues.map(({ path, message }) => `${path}: ${message}`).join("; "),
      { issues },
    );
  return new Prepared(tbs, integerHex(readDer(serial)), algorithm);
};

/** Public keys of signers, which are few and live long, by their octets. */
const signerKeys = new WeakMap<Uint8Array, PublicKey>();

const keyOf = ({ publicKey }: Signer): PublicKey => {
  const known = signerKeys.get(publicKey) ?? importPublicKey(publicKey);
  signerKeys.set(publicKey, known);
  return known;
};

/**
 * Spends a prepared certificate: signs it and answers the certificate, DER. Throws `internal` for one that is spent, was made elsewhere or
 * names another scheme, `key_unavailable` when the signature does not verify, and what `Signer.sign` throws.
 */
export const completeCertificate = async (
  prepared: PreparedCertificate,
  scheme: SignatureScheme,
  signer: Signer,
): Promise<Uint8Array> => {
  const algorithm = signatureAlgorithmIdentifier(scheme);
  if (!(prepared instanceof Prepared) || Buffer.compare(prepared.algorithm, algorithm) !== 0)
    throw new CountersignError("internal", "not a certificate that was prepared for this scheme");
  const tbs = prepared.spend();
  const signature = await signMessage(signer, scheme, tbs);
  // A faulty RSA computation gives the key away, and a wrong key would only be seen by the relying parties.
  if (!verifySignature(keyOf(signer), scheme, tbs, signature))
    throw new CountersignError("key_unavailable", "the key made a signature that does not verify");
  return sequence(tbs, algorithm, bitString(signature));
};
