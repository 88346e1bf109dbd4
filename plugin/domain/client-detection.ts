import type { ClientProfileName } from "./endpoint.ts";

/** What a request shows of the program that sent it: public octets only, and nothing that could not be forged. */
export interface ClientTraits {
  readonly userAgent: string | undefined;
  /** Of the certificate that signed a message; undefined for an operation without one. */
  readonly signer?:
    | {
        readonly version1: boolean;
        readonly commonName: string | undefined;
        /** Whether its serial number spells the transaction id. */
        readonly serialIsTransaction: boolean;
      }
    | undefined;
}

/** A client by name, and the interoperability profile that fits it; `auto` where it needs none. */
export interface DetectedClient {
  readonly name: string;
  readonly profile: ClientProfileName;
}

interface Rule extends DetectedClient {
  readonly fits: (traits: ClientTraits) => boolean;
  /** Where the trait is known from; "inferred" is a guess that cannot hurt. */
  readonly source: string;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const agent =
  (pattern: RegExp): Rule["fits"] =>
  ({ userAgent }) =>
    userAgent !== undefined && pattern.test(userAgent);
const commonName =
  (pattern: RegExp): Rule["fits"] =>
  ({ signer }) =>
    signer?.commonName !== undefined && pattern.test(signer.commonName);

/** The first that fits counts. Names in User-Agent come first, since a signer's name may be anybody's choice. */
export const CLIENT_RULES: readonly Rule[] = [
  {
    name: "cisco",
    profile: "cisco-legacy",
    fits: agent(/\bCisco PKI\b/),
    source: "micromdm/scep#211",
  },
  { name: "windows", profile: "windows", fits: agent(/\bNDES client\b/i), source: "inferred" },
  { name: "apple", profile: "apple", fits: agent(/\bCFNetwork\//), source: "inferred" },
  { name: "android", profile: "android", fits: agent(/\bAndroid\b/), source: "inferred" },
  {
    name: "fortigate",
    profile: "fortigate",
    fits: agent(/\bForti(?:Gate|OS)\b/i),
    source: "inferred",
  },
  {
    name: "sonicwall",
    profile: "sonicwall",
    fits: agent(/\bSonic(?:WALL|OS)\b/i),
    source: "inferred",
  },
  {
    name: "scepclient",
    profile: "auto",
    fits: commonName(/^SCEP SIGNER$/),
    source: "scep.md 2.1, measured",
  },
  {
    name: "windows",
    profile: "windows",
    fits: commonName(/^SCEP Protocol Certificate$/i),
    source: "inferred",
  },
  {
    name: "certmonger",
    profile: "certmonger",
    fits: ({ signer }) => signer?.version1 === true,
    source: "scep.md 2.1, measured",
  },
  {
    name: "strongswan",
    profile: "strongswan",
    fits: ({ signer }) => signer?.serialIsTransaction === true,
    source: "scep.md 2.1, measured",
  },
  { name: "apple", profile: "apple", fits: commonName(UUID), source: "Apple's SecSCEP source" },
];

/** Who seems to be asking; undefined for whoever shows no trait. Never a reason to admit anything: traits are free to forge. */
export const detectClient = (traits: ClientTraits): DetectedClient | undefined => {
  const rule = CLIENT_RULES.find(({ fits }) => fits(traits));
  return rule && { name: rule.name, profile: rule.profile };
};
