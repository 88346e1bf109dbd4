import {
  dnAliasOfOid,
  formatDn,
  type Platform,
  type ProfileInput,
  type ProfileRenderer,
} from "../../plugin/sdk.ts";
import { nameUuid } from "./name-uuid.ts";
import { fileNameOf, refuseControlCharacters } from "./profile-fields.ts";
import { readTrustChain } from "./trust-chain.ts";

/**
 * Our own JSON for enrolment agents (Android and every platform without a profile format of its own), UTF-8. Members:
 * `version` 1, raised only when an older agent would misread it; `platform`; `profileId`; `alias`, under which key and
 * certificate are kept, stable over renewals (P-07); `displayName`; `organization`; `certificates`, every CA of the
 * chain, issuing CA first, root last, all to be trusted (P-03): `{role, commonName, sha256, der}` with role `issuing`,
 * `intermediate` or `root`, sha256 in lower-case hex and der in base64; `scep`: `{url, challenge, subject: {text,
 * rdns}, subjectAltNames, keyAlgorithm, keyUsages, extendedKeyUsages, validity, keyStorage, caFingerprintSha256,
 * chainFingerprintsSha256}`. `subject.rdns` lists the RDNs in certificate order, each a list of `{oid, name, value}`
 * (name null where the OID has none); `caFingerprintSha256` is the root's, `chainFingerprintsSha256` names all of
 * `certificates`; `validity` is an ISO 8601 duration and advisory.
 */
export interface AgentProfile {
  readonly version: 1;
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

/** The alias that holds the identity of a profile on a device. */
export const agentAlias = (profileId: string): string =>
  `countersign-${nameUuid("agent", profileId, "alias").toLowerCase()}`;

/** Renders `AgentProfile` for one platform. Throws `invalid_input` for a chain that is not exactly one. */
export const agentRenderer = (platform: Platform): ProfileRenderer => ({
  platform,
  render: (input) => {
    refuseControlCharacters(input);
    return {
      platform,
      contentType: "application/json",
      fileName: fileNameOf(input, "json"),
      body: new TextEncoder().encode(`${JSON.stringify(profileOf(input, platform), null, 2)}\n`),
    };
  },
});

const profileOf = (input: ProfileInput, platform: Platform): AgentProfile => {
  const { all, root } = readTrustChain(input.chain);
  return {
    version: 1,
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
