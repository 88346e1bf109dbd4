import type { Calls, FilledForm } from "../../api/calls.ts";

/** Fields of a template as its own routes take them. */
export type TemplateChange = Omit<Calls["postTemplatesIdImpact"]["request"]["body"], "moveOver">;

/** What forms write and saving a template takes. */
const MEMBERS = [
  "name",
  "authorityId",
  "profileId",
  "subject",
  "sans",
  "keyAlgorithms",
  "keyUsages",
  "extendedKeyUsages",
  "allowedExtendedKeyUsages",
  "validity",
  "maxValidity",
  "beyondAuthority",
  "backdate",
  "delivery",
  "pkcs12Encoding",
  "challengeMode",
  "challengeLifetime",
  "keyStorage",
  "autoRenewal",
  "attempts",
  "renewalWindow",
  "scepRenewal",
  "renewalGrace",
  "oldCertificate",
  "policies",
  "revocation",
  "allowDuplicates",
  "requiredDomain",
] as const satisfies readonly (keyof TemplateChange)[];

/** Whether a member of a form's model is one of the template's own: what is not stands beside it, at its endpoint. */
export const isOfTemplate = (member: string): boolean =>
  (MEMBERS as readonly string[]).includes(member);

/** What is taken away by leaving it empty. */
const REMOVABLE: readonly string[] = [
  "profileId",
  "requiredDomain",
] satisfies readonly (keyof TemplateChange)[];

/** Members of a form's model that differ from those it was read with; empty ones are left as they are, but for a profile, which goes. */
export const templateChange = (
  before: FilledForm["model"],
  after: FilledForm["model"],
): TemplateChange =>
  Object.fromEntries(
    MEMBERS.filter(
      (member) =>
        (after[member] !== "" || (REMOVABLE.includes(member) && before[member] !== undefined)) &&
        JSON.stringify(after[member]) !== JSON.stringify(before[member]),
    ).map((member) => [member, after[member] === "" ? null : after[member]]),
  );
