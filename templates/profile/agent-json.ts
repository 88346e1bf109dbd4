import { createHash } from "node:crypto";
import {
  dnAliasOfOid,
  formatDn,
  type Pkcs12ProfileInput,
  type Platform,
  type ProfileBasics,
  type ProfileInput,
  type ProfileRenderer,
  type RenderedProfile,
} from "../../plugin/sdk.ts";
import { nameUuid } from "./name-uuid.ts";
import { fileNameOf, refuseControlCharacters } from "./profile-fields.ts";
import { readTrustChain, type TrustChain } from "./trust-chain.ts";

/**
 * Our own JSON for enrolment agents (Android and every platform without a profile format of its own), UTF-8. Members:
 * `version`, raised only when an older agent would misread it; `platform`; `profileId`; `alias`, under which key and
 * certificate are kept, stable over renewals (P-07); `displayName`; `organization`; `certificates`, every CA of the
 * chain, issuing CA first, root last, all to be trusted (P-03): `{role, commonName, sha256, der}` with role `issuing`,
 * `intermediate` or `root`, sha256 in lower-case hex and der in base64.
 */
export interface AgentBasics {
  readonly platform: Platform;
  readonly profileId: string;
  readonly alias: string;
  readonly displayName: string;
  readonly organization: string;
  readonly certificates: readonly {
    readonly role: "root" | "intermediate" | "issuing";
    readonly commonName: string;
    readonly sha256: string;
    readonly der: string;
  }[];
}

/**
 * Besides `AgentBasics`: `scep`: `{url, challenge, subject: {text,
 * rdns}, subjectAltNames, keyAlgorithm, keyUsages, extendedKeyUsages, validity, keyStorage, caFingerprintSha256,
 * chainFingerprintsSha256}`. `subject.rdns` lists the RDNs in certificate order, each a list of `{oid, name, value}`
 * (name null where the OID has none); `caFingerprintSha256` is the root's, `chainFingerprintsSha256` names all of
 * `certificates`; `validity` is an ISO 8601 duration and advisory.
 */
export interface AgentProfile extends AgentBasics {
  readonly version: 1;
  readonly scep: {
    readonly url: string;
    readonly challenge: string;
    readonly subject: {
      readonly text: string;
      readonly rdns: readonly (readonly {
        readonly oid: string;
        readonly name: string | null;
        readonly value: string;
      }[])[];
    };
    readonly subjectAltNames: readonly { readonly type: string; readonly value: string }[];
    readonly keyAlgorithm: string;
    readonly keyUsages: readonly string[];
    readonly extendedKeyUsages: readonly string[];
    readonly validity: string;
    readonly keyStorage: string;
    readonly caFingerprintSha256: string;
    readonly chainFingerprintsSha256: readonly string[];
  };
}

/**
 * A key pair that was made at the CA, for `installKeyPair` on Android (uem-consoles I.6) or a key store of the agent's: `pkcs12` in base64
 * (key, certificate, chain), the `password` that opens it, and `certificateSha256`, lower-case hex, to tell what was installed. The agent puts
 * it under `alias`, in place of the pair before, and keeps neither container nor password.
 */
export interface AgentKeyProfile extends AgentBasics {
  readonly version: 2;
  readonly keyPair: {
    readonly pkcs12: string;
    readonly password: string;
    readonly certificateSha256: string;
    readonly keyStorage: string;
  };
}

/** The alias that holds the identity of a profile on a device. */
export const agentAlias = (profileId: string): string =>
  `countersign-${nameUuid("agent", profileId, "alias").toLowerCase()}`;

/** Renders `AgentProfile` or `AgentKeyProfile` for one platform. Throws `invalid_input` for a chain that is not exactly one. */
export const agentRenderer = (platform: Platform): ProfileRenderer => {
  const file = (
    input: ProfileBasics,
    profile: AgentProfile | AgentKeyProfile,
  ): RenderedProfile => ({
    platform,
    contentType: "application/json",
    fileName: fileNameOf(input, "json"),
    body: new TextEncoder().encode(`${JSON.stringify(profile, null, 2)}\n`),
  });
  return {
    platform,
    render: (input) => {
      refuseControlCharacters(input);
      return file(input, scepProfileOf(input, platform));
    },
    renderPkcs12: (input) => {
      refuseControlCharacters(input);
      return file(input, keyProfileOf(input, platform));
    },
  };
};

const basicsOf = (input: ProfileBasics, { all }: TrustChain, platform: Platform): AgentBasics => ({
  platform,
  profileId: input.profileId,
  alias: agentAlias(input.profileId),
  displayName: input.displayName,
  organization: input.organization,
  certificates: all.map(({ role, commonName, sha256, der }) => ({
    role,
    commonName,
    sha256,
    der: Buffer.from(der).toString("base64"),
  })),
});

const keyProfileOf = (input: Pkcs12ProfileInput, platform: Platform): AgentKeyProfile => ({
  version: 2,
  ...basicsOf(input, readTrustChain(input.chain), platform),
  keyPair: {
    pkcs12: Buffer.from(input.pkcs12).toString("base64"),
    password: input.password,
    certificateSha256: createHash("sha256").update(input.certificate).digest("hex"),
    keyStorage: input.keyStorage,
  },
});

const scepProfileOf = (input: ProfileInput, platform: Platform): AgentProfile => {
  const chain = readTrustChain(input.chain);
  const { all, root } = chain;
  return {
    version: 1,
    ...basicsOf(input, chain, platform),
    scep: {
      url: input.scepUrl,
      challenge: input.challenge,
      subject: {
        text: formatDn(input.subject),
        rdns: input.subject.map((rdn) =>
          rdn.map(([oid, value]) => ({ oid, name: dnAliasOfOid(oid) ?? null, value })),
        ),
      },
      subjectAltNames: input.sans.map(({ type, value }) => ({ type, value })),
      keyAlgorithm: input.keyAlgorithm,
      keyUsages: input.keyUsages,
      extendedKeyUsages: input.extendedKeyUsages,
      validity: input.validity,
      keyStorage: input.keyStorage,
      caFingerprintSha256: root.sha256,
      chainFingerprintsSha256: all.map(({ sha256 }) => sha256),
    },
  };
};
