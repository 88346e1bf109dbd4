import { html, nothing, type TemplateResult } from "lit";
import type { CertificateDetails } from "../api/calls.ts";
import { foreign, onDay } from "../ui/format.ts";
import { usageName } from "./usage-names.ts";

/** All that a certificate says, in the order of RFC 5280. */
export const detailFacts = (all: CertificateDetails): TemplateResult => {
  const line = (
    name: string,
    values: readonly string[] | string | undefined,
  ): TemplateResult | typeof nothing => {
    const text = [values ?? []].flat();
    return text.length === 0
      ? nothing
      : html`<dt>${name}</dt>
          <dd>${text.map((value) => html`<div class="mono">${foreign(value)}</div>`)}</dd>`;
  };
  return html`<dl class="facts">
    ${line("Subject", all.subject)} ${all.sans.map(({ type, value }) => line(type, value))}
    ${line("Issuer", all.issuer)}
    <dt>Valid</dt>
    <dd>${onDay(all.validFrom)} to ${onDay(all.expiry)}</dd>
    ${line("Public key", all.publicKeyType)} ${line("Signature", all.signatureAlgorithm)}
    ${line("Constraints", all.basicConstraints)} ${line("Key usage", all.keyUsages)}
    ${line("Extended", all.extendedKeyUsages.map(usageName))} ${line("OCSP", all.aiaOcsp)}
    ${line("CA certificate", all.aiaCaIssuers)} ${line("CRL", all.crlDistributionPoints)}
    ${line(
      "Policies",
      all.certificatePolicies.map(({ oid }) => oid),
    )}
    ${line("Authority key id", all.authorityKeyIdentifier)}
    ${line("Subject key id", all.subjectKeyIdentifier)}
  </dl>`;
};
