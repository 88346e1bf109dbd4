import { addDuration, parseDuration } from "../../domain/duration.ts";
import { parseRenewalWindow, renewalWindowStart } from "../../domain/renewal-window.ts";
import type { Template } from "../../domain/template.ts";
import { normalizeSan } from "../../domain/san-value.ts";
import type { SubjectAltName } from "../../domain/san.ts";
import { CountersignError } from "../../errors.ts";
import type { ParsedCsr } from "../../pki/certificate-request.ts";
import type { ParsedCertificate } from "../../pki/certificate.ts";
import { sameName } from "../../pki/name.ts";

/** `renewal_refused` with its reason, which the client may read. */
export const renewalRefused = (detail: string): CountersignError =>
  new CountersignError("renewal_refused", detail);

/** Throws `renewal_refused` unless the template renews now by a certificate of these dates. `issuedAt`: when its life began. */
export const requireRenewable = (
  template: Template,
  certificate: Pick<ParsedCertificate, "notBefore" | "notAfter">,
  issuedAt: Date,
  now: Date,
): void => {
  const { notBefore, notAfter } = certificate;
  if (template.scepRenewal === "off")
    throw renewalRefused(`template ${template.id} does not renew by SCEP`);
  if (notBefore > now) throw renewalRefused("the certificate that signed is not valid yet");
  if (now > addDuration(notAfter, parseDuration(template.renewalGrace)))
    throw renewalRefused(`the certificate that signed ended at ${notAfter.toISOString()}`);
  if (template.scepRenewal !== "in-window") return;
  const opens = renewalWindowStart(parseRenewalWindow(template.renewalWindow), {
    issuedAt,
    notAfter,
  });
  if (now < opens) throw renewalRefused(`the renewal window opens at ${opens.toISOString()}`);
};

/** Throws `renewal_refused` unless the request has the certificate's subject and no name beside the certificate's. */
export const requireSameNames = (certificate: ParsedCertificate, csr: ParsedCsr): void => {
  const held = new Set(certificate.sans.map(comparable));
  const added = csr.sans.find((san) => !held.has(comparable(san)));
  if (!sameName(csr.subjectRaw, certificate.subjectRaw))
    throw renewalRefused("the subject is not that of the certificate that signed");
  if (added !== undefined || csr.unsupportedSans > 0)
    throw renewalRefused(`the request adds the name ${added?.value ?? "of an unknown kind"}`);
};

/** In the form that certificates here have: a device asks again as it asked first. What has none stands as it is. */
const comparable = (san: SubjectAltName): string => {
  try {
    return `${san.type}:${normalizeSan(san, { wildcard: true }).value}`;
  } catch {
    return `${san.type}:${san.value}`;
  }
};
