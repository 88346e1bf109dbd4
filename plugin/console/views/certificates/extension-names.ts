/** The seven that requests of Windows carry (T-12), as a person calls them. */
const NAMES: Readonly<Record<string, string>> = {
  "1.3.6.1.4.1.311.21.10": "Application policies",
  "2.5.29.32": "Certificate policies",
  "2.5.29.37": "Extended key usage",
  "1.3.6.1.4.1.311.20.2": "Microsoft template name",
  "1.3.6.1.4.1.311.21.7": "Microsoft template",
  "1.2.840.113549.1.9.15": "S/MIME capabilities",
  "1.3.6.1.4.1.311.25.2": "NTDS security",
};

/** What an extension is called, and its object identifier. */
export const extensionName = (oid: string): string => {
  const name = NAMES[oid];
  return name === undefined ? oid : `${name} (${oid})`;
};
