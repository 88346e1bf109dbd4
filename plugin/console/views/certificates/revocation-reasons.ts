/** The eight reasons to revoke for good: value, label, when to choose it. `certificateHold` is what suspending says. */
export const REASONS_TO_REVOKE = [
  ["unspecified", "No reason given", "When none of the others fits, or it shall not be said."],
  ["keyCompromise", "Key compromised", "Somebody else may have the device's private key."],
  ["cACompromise", "CA compromised", "Somebody else may have the CA's private key."],
  [
    "affiliationChanged",
    "Affiliation changed",
    "The name in the certificate is not right any more.",
  ],
  ["superseded", "Superseded", "Another certificate has taken its place."],
  ["cessationOfOperation", "Out of use", "The device was wiped, sold or has left."],
  ["privilegeWithdrawn", "Privilege withdrawn", "The holder may not do any more what it was for."],
  [
    "aACompromise",
    "AA compromised",
    "Somebody else may sign attributes in the name of their authority.",
  ],
] as const;
