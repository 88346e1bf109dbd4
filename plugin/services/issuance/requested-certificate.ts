import { isRsa } from "../../domain/algorithm.ts";
import { variablesOf } from "../../domain/device-variables.ts";
import { normalizeSan } from "../../domain/san-value.ts";
import { renderSan, renderSubject } from "../../domain/subject-pattern.ts";
import type { KeyUsage, Template } from "../../domain/template.ts";
import { CountersignError } from "../../errors.ts";
import type { ParsedCsr } from "../../pki/certificate-request.ts";
import { weakness } from "../../pki/public-key.ts";
import type { Redemption, RequestedIdentity } from "../../ports/challenge-policy.ts";

/** What is certified: a request, or a key that was made here and asks for nothing. */
export type Asked = Pick<
  ParsedCsr,
  | "raw"
  | "publicKey"
  | "subject"
  | "sans"
  | "unsupportedSans"
  | "extensions"
  | "keyUsages"
  | "extendedKeyUsages"
  | "basicConstraints"
>;

/** Names of kinds that we never issue are not left out in silence. */
const requestedNames = (csr: Asked): RequestedIdentity => {
  if (csr.unsupportedSans > 0)
    throw new CountersignError(
      "policy_refused",
      "the request asks for alternative names of a kind that is not issued",
    );
  return { subject: csr.subject, sans: csr.sans.map((san) => normalizeSan(san)) };
};

/** Subject and alternative names as whoever passed the challenge may have them (decision 6). Throws `policy_refused`, `variable_without_value`. */
export const namesOf = (
  { template, device, subjectSource }: Redemption,
  csr: Asked,
): RequestedIdentity => {
  if (subjectSource === "request") return requestedNames(csr);
  if (subjectSource !== "template") return subjectSource;
  const attributes = variablesOf(device);
  return {
    subject: renderSubject(template.subject, attributes),
    sans: template.sans.map((san) => renderSan(san, attributes)),
  };
};

/** T-16, scep.md case 48. Throws `bad_csr` for a weak key, `policy_refused` for one that the template does not allow. */
export const checkKey = (template: Template, { publicKey }: Asked): void => {
  const weak = weakness(publicKey);
  if (weak !== undefined) throw new CountersignError("bad_csr", `the key is weak: ${weak}`);
  if (publicKey.algorithm === undefined || !template.keyAlgorithms.includes(publicKey.algorithm)) {
    const asked = publicKey.algorithm ?? `${publicKey.type} with ${publicKey.bits} bits`;
    throw new CountersignError(
      "policy_refused",
      `key ${asked} is not allowed; allowed: ${template.keyAlgorithms.join(", ")}`,
    );
  }
};

/** T-18: what is asked for outside the template is refused by name; what the key cannot do is left out (RFC 8813). */
export const keyUsagesFor = (template: Template, csr: Asked): readonly KeyUsage[] => {
  for (const usage of csr.keyUsages ?? []) {
    if (!template.keyUsages.includes(usage))
      throw new CountersignError(
        "policy_refused",
        `key usage ${usage} is not allowed by template ${template.id}`,
      );
  }
  if (csr.basicConstraints?.cA === true)
    throw new CountersignError("policy_refused", "the request asks for a CA certificate");
  const rsa = csr.publicKey.algorithm !== undefined && isRsa(csr.publicKey.algorithm);
  const usages = template.keyUsages.filter((usage) =>
    rsa ? usage !== "keyAgreement" : usage !== "keyEncipherment" && usage !== "dataEncipherment",
  );
  if (usages.length === 0)
    throw new CountersignError(
      "policy_refused",
      `template ${template.id} has no key usage for such a key`,
    );
  return usages;
};

/** Those of the template and, of what it allows, those asked for. Throws `policy_refused`. */
export const extendedKeyUsagesFor = (template: Template, csr: Asked): readonly string[] => {
  const asked = csr.extendedKeyUsages ?? [];
  for (const oid of asked) {
    if (
      !template.extendedKeyUsages.includes(oid) &&
      !template.allowedExtendedKeyUsages.includes(oid)
    ) {
      throw new CountersignError(
        "policy_refused",
        `extended key usage ${oid} is not allowed by template ${template.id}`,
      );
    }
  }
  return [...new Set([...template.extendedKeyUsages, ...asked])];
};
