import { createHash, X509Certificate } from "node:crypto";
import { CountersignError } from "../../plugin/sdk.ts";

/** One CA certificate of the chain. Fingerprints are lower-case hex over the DER. */
export interface TrustedCertificate {
  readonly role: "root" | "intermediate" | "issuing";
  readonly der: Uint8Array;
  readonly commonName: string;
  readonly sha1: string;
  readonly sha256: string;
}

/** One chain, issuing CA first, root last; where the root issues, it is the only one. */
export interface TrustChain {
  readonly root: TrustedCertificate;
  /** Issuing CA first, without the root. */
  readonly below: readonly TrustedCertificate[];
  /** All of them, root last. */
  readonly all: readonly TrustedCertificate[];
}

/**
 * Reads the chain of a profile. Throws `invalid_input` unless it is exactly one chain (P-04): each certificate issued
 * by the next and the last by itself.
 */
export const readTrustChain = (chain: readonly Uint8Array[]): TrustChain => {
  const certificates = chain.map(parse);
  const top = certificates.at(-1);
  if (top === undefined) refuse("is empty");
  for (const [i, certificate] of certificates.entries()) {
    if (!certificate.checkIssued(certificates[i + 1] ?? certificate)) {
      refuse(
        certificate === top
          ? "does not end in a root"
          : `is not one chain: certificate ${i + 1} was not issued by the one after it`,
      );
    }
  }
  const all = certificates.map((certificate, i): TrustedCertificate => ({
    role: certificate === top ? "root" : i === 0 ? "issuing" : "intermediate",
    der: new Uint8Array(certificate.raw),
    commonName: /^CN=(.*)$/m.exec(certificate.subject)?.[1] ?? "Certificate authority",
    sha1: fingerprint("sha1", certificate.raw),
    sha256: fingerprint("sha256", certificate.raw),
  }));
  const root = all.at(-1);
  if (root === undefined) return refuse("is empty");
  return { root, below: all.slice(0, -1), all };
};

const fingerprint = (hash: "sha1" | "sha256", der: Uint8Array): string =>
  createHash(hash).update(der).digest("hex");

const parse = (der: Uint8Array): X509Certificate => {
  try {
    return new X509Certificate(der);
  } catch (cause) {
    throw new CountersignError(
      "invalid_input",
      "The chain holds something that is no certificate",
      {
        cause,
      },
    );
  }
};

const refuse = (fault: string): never => {
  throw new CountersignError("invalid_input", `The chain of the profile ${fault}`);
};
