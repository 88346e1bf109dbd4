import type { AuthorityKind } from "../domain/authority.ts";
import type { CertificateRole } from "../domain/certificate.ts";
import type { TbsCertificate } from "./certificate.ts";

/** The authority that issues: its certificate and what it may certify. */
export interface Issuer {
  readonly kind: AuthorityKind;
  readonly certificate: TbsCertificate;
}

/** What the lint looks at: the encoded certificate read back, so that faults of the encoder are seen too. */
export interface LintSubject {
  readonly certificate: TbsCertificate;
  /** Undefined for a self-signed certificate. */
  readonly issuer: Issuer | undefined;
  readonly role: CertificateRole;
}

/** One rule: what is wrong, with the value; undefined when nothing is. A rule that cannot read its part throws `bad_message`. */
export type LintRule = (subject: LintSubject) => string | undefined;

/** The message when the condition holds; a function where making it costs more than the rule. */
export const faultIf = (
  condition: boolean,
  message: string | (() => string),
): string | undefined => {
  if (!condition) return undefined;
  return typeof message === "string" ? message : message();
};
