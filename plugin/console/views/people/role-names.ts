/** Roles that a machine may have: none that gives roles to others. */
export const MACHINE_ROLES = [
  ["ca-administrator", "CA Administrator: CAs, profiles, configuration"],
  ["certificate-administrator", "Certificate Administrator: issue, revoke, approve"],
  ["ca-auditor", "CA Auditor: reads"],
  ["protocol-operator", "Protocol Operator: endpoints, templates, devices"],
  ["protocol-auditor", "Protocol Auditor: reads"],
] as const;

export const HUMAN_ROLES = [["owner", "Owner: everything, and people"], ...MACHINE_ROLES] as const;

/** Roles to tick in a form. */
export const roleChoices = (
  roles: readonly (readonly [value: string, label: string])[],
): readonly { readonly value: string; readonly label: string }[] =>
  roles.map(([value, label]) => ({ value, label }));
