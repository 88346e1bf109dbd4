import { html, type TemplateResult } from "lit";
import type { CertificateDetails } from "../../api/calls.ts";
import { foreign, onDay, words } from "../../ui/format.ts";
import { extensionName } from "./extension-names.ts";
import { usageName } from "../templates/usage-names.ts";

/** All that a certificate says, in the order of RFC 5280; what it does not say reads "none". */
export const detailFacts = (all: CertificateDetails): TemplateResult => {
  const line = (name: string, values: readonly string[] | string | undefined): TemplateResult => {
    const text = [values ?? []].flat();
    return html`<dt>${name}</dt>
      <dd>
        ${text.length === 0 ? html`<span class="quiet">none</span>` : text.map((value) => html`<div class="mono">${foreign(value)}</div>`)}
      </dd>`;
  };
  return html`<dl class="facts">
    ${line("Status", words(all.status))} ${line("Profile", all.profileId)}
    ${line("Subject", all.subject)}
    ${line(
      "Names",
      all.sans.map(({ type, value }) => `${type} ${value}`),
    )}
    ${line("Serial", all.serial)} ${line("Issuer", all.issuer)}
    <dt>Valid</dt>
    <dd>${onDay(all.validFrom)} to ${onDay(all.expiry)}</dd>
    ${line("Public key", all.publicKeyType)} ${line("Signature", all.signatureAlgorithm)}
    ${line("Constraints", all.basicConstraints)} ${line("Key usage", all.keyUsages)}
    ${line("Extended", all.extendedKeyUsages.map(usageName))} ${line("OCSP", all.aiaOcsp)}
    ${line("CA certificate", all.aiaCaIssuers)} ${line("CRL", all.crlDistributionPoints)}
    ${line(
      "Policies",
      all.certificatePolicies.map(({ oid, cps }) =>
        cps === undefined ? oid : `${oid}, CPS ${cps}`,
      ),
    )}
    ${line("Other extensions", all.otherExtensions.map(extensionName))}
    ${line("Authority key id", all.authorityKeyIdentifier)}
    ${line("Subject key id", all.subjectKeyIdentifier)}
  </dl>`;
};
