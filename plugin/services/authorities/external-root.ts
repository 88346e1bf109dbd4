import type { Authority } from "../../domain/authority.ts";
import { formatDn } from "../../domain/distinguished-name.ts";
import { CountersignError } from "../../errors.ts";
import { parseCertificate, readCertificateFile } from "../../pki/certificate.ts";
import { checkRootImport } from "../../pki/chain.ts";
import { keyIdentifier } from "../../pki/public-key.ts";
import { checkIdentifier } from "./authority-rules.ts";

/** A root whose key is elsewhere: its certificate, DER or PEM. */
export interface ExternalRootInput {
  readonly id: string;
  readonly name?: string | undefined;
  readonly certificate: Uint8Array;
}

/** Throws `invalid_input`, and `certificate_not_matching` naming each failed check. */
export const readExternalRoot = (
  input: ExternalRootInput,
  publicUrl: string,
  now: Date,
): Authority => {
  checkIdentifier(input.id, (path, message) => {
    throw new CountersignError("invalid_input", "the identifier is not valid", {
      issues: [{ path, message }],
    });
  });
  const der = readCertificateFile(input.certificate);
  const issues = checkRootImport(der, now);
  if (issues.length > 0)
    throw new CountersignError(
      "certificate_not_matching",
      "this is not a root certificate in date",
      { issues },
    );
  const parsed = parseCertificate(der);
  return {
    id: input.id,
    name: input.name ?? input.id,
    kind: "external",
    status: "active",
    parentId: undefined,
    subject: formatDn(parsed.subject),
    keyAlgorithm: parsed.publicKey.algorithm ?? "rsa-2048",
    signature: undefined,
    keyRef: undefined,
    publicKey: parsed.publicKey.spki,
    certificate: der,
    pastCertificates: [],
    csr: undefined,
    subjectKeyId: keyIdentifier(parsed.publicKey),
    notBefore: parsed.notBefore,
    notAfter: parsed.notAfter,
    publicUrl,
    crlEnabled: false,
    ocspEnabled: false,
    crlShards: 1,
    deltaCrl: false,
    ocspKeyAlgorithm: "ec-p256",
    single: false,
    ocspResponder: undefined,
    outside: undefined,
    version: 1,
    createdAt: now,
  };
};
