import {
  profileExtendedUsages,
  profileKeyUsages,
  takesExtendedUsages,
} from "../../domain/certificate-profile-check.ts";
import type { CertificateProfile } from "../../domain/certificate-profile.ts";
import type { KeyUsage } from "../../domain/template.ts";
import { CountersignError } from "../../errors.ts";
import type { ParsedCsr } from "../../pki/certificate-request.ts";

/** Those of the profile that the key can do (RFC 8813). Throws `policy_refused` for one that is asked for and not allowed, and where none is left. */
export const keyUsagesFor = (
  { id, definition }: CertificateProfile,
  rsa: boolean,
  asked: readonly KeyUsage[] | undefined,
): readonly KeyUsage[] => {
  const allowed = profileKeyUsages(definition);
  for (const usage of asked ?? [])
    if (!allowed.includes(usage))
      throw new CountersignError(
        "policy_refused",
        `key usage ${usage} is not allowed by profile ${id}`,
      );
  const fitting = allowed.filter((usage) =>
    rsa ? usage !== "keyAgreement" : usage !== "keyEncipherment" && usage !== "dataEncipherment",
  );
  if (fitting.length === 0)
    throw new CountersignError("policy_refused", `profile ${id} has no key usage for such a key`);
  return fitting;
};

/** T-13: where the profile takes them, those of the request; where it prescribes them, no other. */
export const extendedUsagesFor = (
  { id, definition }: CertificateProfile,
  csr: Pick<ParsedCsr, "extendedKeyUsages">,
): readonly string[] => {
  const own = profileExtendedUsages(definition);
  const asked = csr.extendedKeyUsages ?? [];
  const outside = asked.find((oid) => !own.includes(oid) && !takesExtendedUsages(definition));
  if (outside !== undefined)
    throw new CountersignError(
      "policy_refused",
      `extended key usage ${outside} is not allowed by profile ${id}`,
    );
  return [...new Set([...own, ...asked])];
};
