/** The eight reasons of RFC 5280 that a CRL of ours may carry: value, label, when to choose it. */
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
  ["certificateHold", "On hold", "The device is lost and may be found."],
  ["privilegeWithdrawn", "Privilege withdrawn", "The holder may not do any more what it was for."],
] as const;
