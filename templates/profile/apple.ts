import { build, type PlistValue } from "plist";
import type {
  DistinguishedName,
  KeyUsage,
  Pkcs12ProfileInput,
  ProfileBasics,
  ProfileInput,
  ProfileRenderer,
  RenderedProfile,
  SanType,
  SubjectAltName,
} from "../../plugin/sdk.ts";
import { nameUuid } from "./name-uuid.ts";
import { fileNameOf, refuseControlCharacters, scepKeyBits } from "./profile-fields.ts";
import { readTrustChain, type TrustChain, type TrustedCertificate } from "./trust-chain.ts";

/**
 * The payload UUIDs of one profile. They depend on its id alone, so that a Wi-Fi or VPN payload may name `scep` for
 * good (P-07).
 */
export interface ApplePayloadUuids {
  readonly profile: string;
  readonly root: string;
  /** The identity, however it came about: what `PayloadCertificateUUID` of another payload refers to. */
  readonly scep: string;
  /** The CA at this place of the chain; 0 is the issuing CA. */
  authority(place: number): string;
}

export const payloadUuids = (profileId: string): ApplePayloadUuids => ({
  profile: nameUuid("apple", profileId, "profile"),
  root: nameUuid("apple", profileId, "root"),
  scep: nameUuid("apple", profileId, "scep"),
  authority: (place) => nameUuid("apple", profileId, `authority-${place}`),
});

/**
 * Apple configuration profile (.mobileconfig, XML property list, unsigned): root, the CAs below it and the SCEP payload or the PKCS#12
 * container in one profile (P-04, P-05). Throws `key_unsupported` for SCEP with other keys than RSA 2048 and 4096, `invalid_input` for a
 * chain that is not exactly one.
 */
export const appleRenderer: ProfileRenderer = {
  platform: "apple",
  render: (input) => {
    refuseControlCharacters(input);
    const chain = readTrustChain(input.chain);
    return profileOf(input, chain, "com.apple.security.scep", {
      PayloadContent: scepContent(input, chain),
    });
  },
  renderPkcs12: (input) => {
    refuseControlCharacters(input);
    const chain = readTrustChain(input.chain);
    return profileOf(input, chain, "com.apple.security.pkcs12", containerMembers(input));
  },
};

const profileOf = (
  input: ProfileBasics,
  chain: TrustChain,
  identity: `com.apple.security.${"scep" | "pkcs12"}`,
  members: Record<string, PlistValue>,
): RenderedProfile => {
  const uuids = payloadUuids(input.profileId);
  const role = identity === "com.apple.security.scep" ? "scep" : "pkcs12";
  const configuration = {
    PayloadContent: [
      certificatePayload(input, chain.root, "com.apple.security.root", "root", uuids.root),
      ...chain.below.map((authority, place) =>
        certificatePayload(
          input,
          authority,
          "com.apple.security.pkcs1",
          `authority-${place}`,
          uuids.authority(place),
        ),
      ),
      { ...head(input, identity, role, uuids.scep, input.displayName), ...members },
    ],
    ...head(input, "Configuration", undefined, uuids.profile, input.displayName),
    PayloadOrganization: input.organization,
  };
  return {
    platform: "apple",
    contentType: "application/x-apple-aspen-config",
    fileName: fileNameOf(input, "mobileconfig"),
    body: new TextEncoder().encode(build(configuration)),
  };
};

/** One identity a payload (uem-consoles I.3). */
const containerMembers = ({
  pkcs12,
  password,
}: Pkcs12ProfileInput): Record<string, PlistValue> => ({
  PayloadCertificateFileName: "identity.p12",
  PayloadContent: pkcs12,
  Password: password,
  KeyIsExtractable: false,
  AllowAllAppsAccess: false,
});

const head = (
  input: ProfileBasics,
  type: string,
  role: string | undefined,
  uuid: string,
  displayName: string,
): Record<string, PlistValue> => ({
  PayloadType: type,
  PayloadVersion: 1,
  PayloadIdentifier: ["countersign", input.profileId, role].filter(Boolean).join("."),
  PayloadUUID: uuid,
  PayloadDisplayName: displayName,
});

const certificatePayload = (
  input: ProfileBasics,
  certificate: TrustedCertificate,
  type: string,
  role: string,
  uuid: string,
): Record<string, PlistValue> => ({
  ...head(input, type, role, uuid, certificate.commonName),
  PayloadCertificateFileName: `${role}.cer`,
  PayloadContent: certificate.der,
});

const scepContent = (input: ProfileInput, chain: TrustChain): Record<string, PlistValue> => ({
  URL: input.scepUrl,
  Name: (chain.below[0] ?? chain.root).commonName,
  Subject: appleSubject(input.subject),
  ...subjectAltName(input.sans),
  Challenge: input.challenge,
  // Left out, it would be 1024 bits.
  Keysize: scepKeyBits(input.keyAlgorithm, "Apple"),
  "Key Type": "RSA",
  "Key Usage": keyUsageBits(input.keyUsages),
  // Apple compares MD5 or SHA-1, and with the top of the chain, not with the issuing CA.
  CAFingerprint: Uint8Array.from(Buffer.from(chain.root.sha1, "hex")),
  Retries: 3,
  RetryDelay: 10,
  KeyIsExtractable: false,
  AllowAllAppsAccess: false,
});

/** The only short names that Apple's schema knows; everything else is a dotted OID. */
const SHORT_NAMES: ReadonlyMap<string, string> = new Map([
  ["2.5.4.3", "CN"],
  ["2.5.4.6", "C"],
  ["2.5.4.7", "L"],
  ["2.5.4.8", "ST"],
  ["2.5.4.10", "O"],
  ["2.5.4.11", "OU"],
]);

const appleSubject = (subject: DistinguishedName): PlistValue =>
  subject.map((rdn) => rdn.map(([oid, value]) => [SHORT_NAMES.get(oid) ?? oid, value]));

/** IP addresses have no key: the CA writes the template's names, asked for or not. */
const SAN_KEYS: Partial<Record<SanType, string>> = {
  rfc822: "rfc822Name",
  dns: "dNSName",
  uri: "uniformResourceIdentifier",
  upn: "ntPrincipalName",
};

const subjectAltName = (sans: readonly SubjectAltName[]): Record<string, PlistValue> => {
  const names: Record<string, string[]> = {};
  for (const { type, value } of sans) {
    const key = SAN_KEYS[type];
    if (key !== undefined) (names[key] ??= []).push(value);
  }
  const entries = Object.entries(names).map(([key, values]): [string, PlistValue] => {
    const [only] = values;
    return [key, values.length === 1 && only !== undefined ? only : values];
  });
  return entries.length === 0 ? {} : { SubjectAltName: Object.fromEntries(entries) };
};

/** 1 signing, 4 encryption (uem-consoles I.1). */
const keyUsageBits = (usages: readonly KeyUsage[]): number =>
  (usages.includes("digitalSignature") || usages.includes("nonRepudiation") ? 1 : 0) |
  (usages.includes("keyEncipherment") ? 4 : 0);
