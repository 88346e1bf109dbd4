import type { DetectedClient } from "./client-detection.ts";
import type { ClientProfileName, Endpoint } from "./endpoint.ts";

/** What an interoperability profile changes, why, and where that is known from. Data only; every change away from the secure default is warned about. */
export interface ClientProfile {
  /** 3DES and SHA-1 are taken and offered. */
  readonly legacy: boolean;
  /** A CSR signed with MD5 is taken if the signature verifies (decision 7). */
  readonly acceptMd5Csr: boolean;
  /** GetCACert lists the RA twice, for clients that look for a signing and an encrypting one. */
  readonly duplicateRa: boolean;
  /** GetCACert ends with the root, also where the endpoint leaves it out. */
  readonly needsRoot: boolean;
  /** AES-GCM envelopes (AuthEnvelopedData) are taken, and answered in kind. */
  readonly gcm: boolean;
  /** One identity may hand in requests for many devices: the signer's key need not be the request's. */
  readonly allowProxySigner: boolean;
  readonly reason: string;
  readonly source: string;
}

const SECURE = {
  legacy: false,
  acceptMd5Csr: false,
  duplicateRa: false,
  needsRoot: false,
  gcm: false,
  allowProxySigner: false,
} as const;

export const CLIENT_PROFILE_TABLE: Readonly<Record<ClientProfileName, ClientProfile>> = {
  auto: {
    ...SECURE,
    reason: "AES, SHA-256 and one RA suit every current client",
    source: "scep.md 3.5, measured",
  },
  apple: {
    ...SECURE,
    reason: "wants the RA first and one chain; RSA and CBC only, as by default",
    source: "Apple's SecSCEP source",
  },
  windows: {
    ...SECURE,
    reason: "OAEP key transport and a critical AKI on the signer are taken by default",
    source: "bcgit/bc-java#953, smallstep PR#1994",
  },
  android: {
    ...SECURE,
    reason: "BER from BouncyCastle is read by default",
    source: "micromdm/scep#20, #79",
  },
  certmonger: {
    ...SECURE,
    reason: "GET only, X.509 v1 signer, replies need an empty eContent: all as by default",
    source: "scep.md 2.1, measured",
  },
  strongswan: {
    ...SECURE,
    reason: "finds AES only beside SHA-384 in GetCACaps, which is always there",
    source: "scep.md fact 14, measured",
  },
  "cisco-legacy": {
    ...SECURE,
    legacy: true,
    reason: "old IOS knows 3DES and SHA-1 only",
    source: "jscep#97, ejbca-ce#176",
  },
  fortigate: {
    ...SECURE,
    needsRoot: true,
    reason:
      "plain HTTP and polling; from FortiOS 7.0.4 the root must be listed; where it cannot read a list at all: use a `single` authority",
    source: "Jellyfish v4.2 section 5.2",
  },
  sonicwall: {
    ...SECURE,
    duplicateRa: true,
    acceptMd5Csr: true,
    reason: "needs the RA listed twice; signs some requests with MD5",
    source: "Jellyfish v4.2 section 5.3",
  },
  "ndes-proxy": {
    ...SECURE,
    allowProxySigner: true,
    reason: "a proxy signs for its devices with its own identity",
    source: "jscep#276",
  },
};

/** What one endpoint takes: its own switches and those of its profile together. Nobody is detected into it. */
export type Dialect = Pick<ClientProfile, "legacy" | "acceptMd5Csr" | "allowProxySigner" | "gcm">;

type Switches = Pick<Endpoint, "clientProfile" | "legacy" | "acceptMd5Csr" | "acceptGcm">;

export const dialectOf = (endpoint: Switches): Dialect => {
  const profile = CLIENT_PROFILE_TABLE[endpoint.clientProfile];
  return {
    legacy: endpoint.legacy || profile.legacy,
    acceptMd5Csr: endpoint.acceptMd5Csr || profile.acceptMd5Csr,
    allowProxySigner: profile.allowProxySigner,
    gcm: endpoint.acceptGcm || profile.gcm,
  };
};

/** How certificates are listed, which admits nothing and may therefore follow from who seems to ask. */
export type Presentation = Pick<ClientProfile, "duplicateRa" | "needsRoot">;

/** The endpoint's profile decides; at `auto`, that of the client detected. */
export const presentationOf = (
  { clientProfile }: Pick<Endpoint, "clientProfile">,
  client: DetectedClient | undefined,
): Presentation => {
  const { duplicateRa, needsRoot } =
    CLIENT_PROFILE_TABLE[clientProfile === "auto" ? (client?.profile ?? "auto") : clientProfile];
  return { duplicateRa, needsRoot };
};

/** The profile that would take what the endpoint has refused from this client; undefined where none would. A hint for administrators. */
export const profileThatHelps = (
  endpoint: Switches,
  client: DetectedClient | undefined,
): ClientProfileName | undefined => {
  if (client === undefined) return undefined;
  const taken = dialectOf(endpoint);
  const { legacy, acceptMd5Csr } = CLIENT_PROFILE_TABLE[client.profile];
  return (legacy && !taken.legacy) || (acceptMd5Csr && !taken.acceptMd5Csr)
    ? client.profile
    : undefined;
};
