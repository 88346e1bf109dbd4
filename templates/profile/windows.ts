import {
  CountersignError,
  parseDuration,
  type KeyStorage,
  type KeyUsage,
  type Pkcs12ProfileInput,
  type ProfileInput,
  type ProfileRenderer,
  type SanType,
  type SubjectAltName,
} from "../../plugin/sdk.ts";
import { certStrName } from "./cert-str-name.ts";
import { nameUuid } from "./name-uuid.ts";
import { fileNameOf, refuseControlCharacters, scepKeyBits } from "./profile-fields.ts";
import { atomicSyncml, type SyncmlCommand } from "./syncml.ts";
import { readTrustChain, type TrustChain } from "./trust-chain.ts";

export interface WindowsProfileOptions {
  /** Where the leaf and its key live; CA certificates always go to the computer's stores (P-02). Default `device`. */
  readonly scope?: "device" | "user";
  /**
   * `Add` (default) for a device that has none of the nodes, `Replace` for a profile sent again: Windows answers 418 to
   * Add of a node that exists, and the Atomic then fails as a whole.
   */
  readonly verb?: "Add" | "Replace";
  /**
   * How the challenge is written. The CSP's reference calls it base64, but its own example and the MDM servers that
   * work send the secret as it is: `plain` (default).
   */
  readonly challenge?: "plain" | "base64";
}

/** The node below `ClientCertificateInstall/SCEP` that a profile owns; stable over renewals (P-07). */
export const windowsUniqueId = (profileId: string): string =>
  nameUuid("windows", profileId, "scep");

/** The same below `ClientCertificateInstall/PFXCertInstall`. */
export const windowsPfxId = (profileId: string): string => nameUuid("windows", profileId, "pfx");

/**
 * Windows SyncML: one `<Atomic>` with the trusted certificates, the nodes of ClientCertificateInstall/SCEP and `Enroll`
 * last, or those of PFXCertInstall and `PFXCertBlob` last, which installs (P-05). Throws `key_unsupported` for keys that Windows does not make, `template_impossible` for key usages it cannot
 * ask for, `invalid_input` for a chain that is not exactly one.
 */
export const windowsRenderer = (options: WindowsProfileOptions = {}): ProfileRenderer => ({
  platform: "windows",
  render: (input) => {
    refuseControlCharacters(input);
    return {
      platform: "windows",
      contentType: "application/vnd.syncml.dm+xml",
      fileName: fileNameOf(input, "xml"),
      body: new TextEncoder().encode(atomicSyncml(commandsOf(input, options))),
    };
  },
  renderPkcs12: (input) => {
    refuseControlCharacters(input);
    return {
      platform: "windows",
      contentType: "application/vnd.syncml.dm+xml",
      fileName: fileNameOf(input, "xml"),
      body: new TextEncoder().encode(atomicSyncml(pfxCommandsOf(input, options))),
    };
  },
});

const VENDOR = { device: "./Device/Vendor/MSFT", user: "./User/Vendor/MSFT" } as const;

/** Root and the CAs below it, into the computer's stores (P-02). */
const trustCommands = (chain: TrustChain, verb: "Add" | "Replace"): readonly SyncmlCommand[] =>
  [chain.root, ...chain.below].map(({ role, sha1, der }) => ({
    verb,
    uri: `${VENDOR.device}/RootCATrustedCertificates/${role === "root" ? "Root" : "CA"}/${sha1.toUpperCase()}/EncodedCertificate`,
    format: "b64",
    data: Buffer.from(der).toString("base64"),
  }));

const pfxCommandsOf = (
  input: Pkcs12ProfileInput,
  { scope = "device", verb = "Add" }: WindowsProfileOptions,
): readonly SyncmlCommand[] => {
  const node = `${VENDOR[scope]}/ClientCertificateInstall/PFXCertInstall/${windowsPfxId(input.profileId)}`;
  const set = (
    name: string,
    format: "chr" | "int" | "bool",
    data: string | number,
  ): SyncmlCommand => ({ verb, uri: `${node}/${name}`, format, data: String(data) });
  const hello = input.keyStorage === "windows-hello";
  return [
    ...trustCommands(readTrustChain(input.chain), verb),
    { verb, uri: node, format: "node" },
    set("KeyLocation", "int", KEY_PROTECTION[input.keyStorage]),
    ...(hello ? [set("ContainerName", "chr", windowsPfxId(input.profileId))] : []),
    // 0: the password stands here as it is, under the session's own encryption.
    set("PFXCertPasswordEncryptionType", "int", 0),
    set("PFXCertPassword", "chr", input.password),
    // Left out, it would be true; and true is taken with KeyLocation 3 only.
    set("PFXKeyExportable", "bool", "false"),
    set("PFXCertBlob", "chr", Buffer.from(input.pkcs12).toString("base64")),
  ];
};

const commandsOf = (
  input: ProfileInput,
  { scope = "device", verb = "Add", challenge = "plain" }: WindowsProfileOptions,
): readonly SyncmlCommand[] => {
  const chain = readTrustChain(input.chain);
  const node = `${VENDOR[scope]}/ClientCertificateInstall/SCEP/${windowsUniqueId(input.profileId)}`;
  const set = (name: string, data: string | number | undefined): readonly SyncmlCommand[] =>
    data === undefined || data === ""
      ? []
      : [
          {
            verb,
            uri: `${node}/Install/${name}`,
            format: typeof data === "number" ? "int" : "chr",
            data: String(data),
          },
        ];
  const hello = input.keyStorage === "windows-hello";
  const validity = validityPeriod(input.validity);
  return [
    ...trustCommands(chain, verb),
    { verb, uri: node, format: "node" },
    ...set("ServerURL", input.scepUrl),
    ...set("Challenge", challengeText(input.challenge, challenge)),
    ...set("CAThumbprint", chain.root.sha1.toUpperCase()),
    ...set("SubjectName", certStrName(input.subject)),
    ...set("SubjectAlternativeNames", alternativeNames(input.sans)),
    ...set("KeyUsage", keyUsageBits(input.keyUsages)),
    ...set("EKUMapping", input.extendedKeyUsages.join("+")),
    ...set("KeyLength", keyLength(input)),
    ...set("HashAlgorithm", "SHA-2"),
    ...set("KeyProtection", KEY_PROTECTION[input.keyStorage]),
    ...set("ContainerName", hello ? windowsUniqueId(input.profileId) : undefined),
    ...set("CustomTextToShowInPrompt", hello ? input.displayName : undefined),
    ...set("ValidPeriod", validity?.period),
    ...set("ValidPeriodUnits", validity?.units),
    ...set("RetryCount", 3),
    ...set("RetryDelay", 5),
    { verb: "Exec", uri: `${node}/Install/Enroll` },
  ];
};

const challengeText = (challenge: string, form: "plain" | "base64"): string =>
  form === "plain" ? challenge : Buffer.from(challenge, "utf8").toString("base64");

const KEY_PROTECTION: Record<KeyStorage, number> = {
  tpm: 1,
  "tpm-else-software": 2,
  software: 3,
  "windows-hello": 4,
};

/**
 * Name formats are the numbers of Windows' AlternativeNameType, for example `11+tom@contoso.com;3+contoso.com`. IP
 * addresses cannot be made from text there: the CA writes the template's names, asked for or not.
 */
const NAME_FORMATS: Partial<Record<SanType, number>> = { rfc822: 2, dns: 3, uri: 7, upn: 11 };

const alternativeNames = (sans: readonly SubjectAltName[]): string =>
  sans
    .flatMap(({ type, value }) => {
      const format = NAME_FORMATS[type];
      if (format === undefined) return [];
      if (value.includes(";")) {
        throw new CountersignError(
          "invalid_input",
          `Windows cannot carry an alternative name with a semicolon: ${value}`,
        );
      }
      return [`${format}+${value}`];
    })
    .join(";");

/** Windows takes digitalSignature (0x80) and keyEncipherment (0x20) and needs one of them. */
const keyUsageBits = (usages: readonly KeyUsage[]): number => {
  const bits =
    (usages.includes("digitalSignature") ? 0x80 : 0) |
    (usages.includes("keyEncipherment") ? 0x20 : 0);
  if (bits === 0) {
    throw new CountersignError(
      "template_impossible",
      "Windows asks only for certificates with digitalSignature or keyEncipherment",
    );
  }
  return bits;
};

const keyLength = ({ keyAlgorithm, keyStorage }: ProfileInput): number => {
  const bits = scepKeyBits(keyAlgorithm, "Windows");
  if (keyStorage === "windows-hello" && bits !== 2048) {
    throw new CountersignError("key_unsupported", "Windows Hello makes RSA keys of 2048 bits only");
  }
  return bits;
};

/** Whole years, months or days; anything else is left to the CA, which decides anyway. */
const validityPeriod = (
  validity: string,
): { readonly period: "Years" | "Months" | "Days"; readonly units: number } | undefined => {
  const { months, seconds } = parseDuration(validity);
  if (seconds === 0 && months > 0) {
    return months % 12 === 0
      ? { period: "Years", units: months / 12 }
      : { period: "Months", units: months };
  }
  return months === 0 && seconds > 0 && seconds % 86_400 === 0
    ? { period: "Days", units: seconds / 86_400 }
    : undefined;
};
