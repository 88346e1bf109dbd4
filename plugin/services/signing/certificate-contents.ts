import type { CertificateRole } from "../../domain/certificate.ts";
import type { DistinguishedName } from "../../domain/distinguished-name.ts";
import type { SubjectAltName } from "../../domain/san.ts";
import type { CertificatePolicy, KeyUsage } from "../../domain/template.ts";
import type { Extension } from "../../pki/extensions.ts";

/** What a certificate says, whoever it is for. */
export interface CertificateContents {
  readonly role: CertificateRole;
  readonly subject: DistinguishedName;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly keyUsages: readonly KeyUsage[];
  readonly extendedKeyUsages?: readonly string[];
  readonly sans?: readonly SubjectAltName[];
  readonly policies?: readonly CertificatePolicy[];
  /** Taken over from a request. */
  readonly other?: readonly Extension[];
  /** Undefined for an end entity. */
  readonly ca?: { readonly pathLength: number | undefined };
}
