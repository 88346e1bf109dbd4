import type { Calls, FilledForm } from "../api/calls.ts";

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
  "renewalWindow",
  "scepRenewal",
  "renewalGrace",
  "policies",
  "allowDuplicates",
] as const satisfies readonly (keyof TemplateChange)[];

/** Members of a form's model that differ from those it was read with; empty ones are left as they are. */
export const templateChange = (
  before: FilledForm["model"],
  after: FilledForm["model"],
): TemplateChange =>
  Object.fromEntries(
    MEMBERS.filter(
      (member) =>
        after[member] !== "" && JSON.stringify(after[member]) !== JSON.stringify(before[member]),
    ).map((member) => [member, after[member]]),
  );
