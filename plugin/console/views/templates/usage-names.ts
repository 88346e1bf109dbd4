const NAMES: Readonly<Record<string, string>> = {
  "1.3.6.1.5.5.7.3.1": "server authentication",
  "1.3.6.1.5.5.7.3.2": "client authentication",
  "1.3.6.1.5.5.7.3.3": "code signing",
  "1.3.6.1.5.5.7.3.4": "e-mail protection",
  "1.3.6.1.5.5.7.3.7": "IPsec user",
  "1.3.6.1.5.5.7.3.14": "EAP over LAN",
  "1.3.6.1.5.5.7.3.17": "IPsec IKE",
  "1.3.6.1.4.1.311.20.2.2": "smart card logon",
  "1.3.6.1.5.2.3.4": "Kerberos client",
};

/** An extended key usage in words, with its number where it has none. */
export const usageName = (oid: string): string => NAMES[oid] ?? oid;
