import { webcrypto } from "node:crypto";
import {
  BasicConstraintsExtension,
  X509CertificateGenerator,
  type X509Certificate,
} from "@peculiar/x509";
import { parseDn } from "../../../plugin/domain/distinguished-name.ts";
import type { Pkcs12ProfileInput, ProfileInput } from "../../../plugin/ports/profile-renderer.ts";

const EC = { name: "ECDSA", namedCurve: "P-256" };
const DATES = { notBefore: new Date("2025-01-01"), notAfter: new Date("2035-01-01") };

/** A chain of CA certificates with these subjects, given root first; DER, issuing CA first and root last. */
export const makeChain = async (...subjects: readonly string[]): Promise<readonly Uint8Array[]> => {
  let issuer: { certificate: X509Certificate; privateKey: webcrypto.CryptoKey } | undefined;
  const chain: Uint8Array[] = [];
  for (const [i, subject] of subjects.entries()) {
    const keys = await webcrypto.subtle.generateKey(EC, true, ["sign", "verify"]);
    const certificate = await X509CertificateGenerator.create({
      ...DATES,
      serialNumber: `0${i + 1}`,
      subject,
      issuer: issuer?.certificate.subject ?? subject,
      publicKey: keys.publicKey,
      signingKey: issuer?.privateKey ?? keys.privateKey,
      signingAlgorithm: { name: "ECDSA", hash: "SHA-256" },
      extensions: [new BasicConstraintsExtension(true, undefined, true)],
    });
    issuer = { certificate, privateKey: keys.privateKey };
    chain.unshift(new Uint8Array(certificate.rawData));
  }
  return chain;
};

export const THREE_TIERS = [
  "CN=Root R1,O=Example",
  "CN=Middle M1,O=Example",
  "CN=Issuing I1,O=Example",
];

/** Text that breaks whatever writes XML by hand. */
export const HOSTILE = `a & b &amp; &lt; <x> ]]> "q" 'p' é😀`;

export const profileInput = (
  chain: readonly Uint8Array[],
  change: Partial<ProfileInput> = {},
): ProfileInput => ({
  profileId: "0b5f7c1e-wifi",
  displayName: "Wi-Fi identity",
  organization: "Example",
  scepUrl: "https://scep.example.com/scep/wifi?a=1&b=2",
  challenge: "s3cret+/=",
  subject: parseDn("C=US,O=Example,OU=x+UID=ada,CN=Ada L,SERIALNUMBER=F2L"),
  sans: [
    { type: "rfc822", value: "ada@example.com" },
    { type: "dns", value: "a.example.com" },
    { type: "dns", value: "b.example.com" },
    { type: "uri", value: "tag:microsoft.com,2022-09-14:sid:S-1-5-21" },
    { type: "upn", value: "ada@corp" },
    { type: "ip", value: "192.0.2.1" },
  ],
  keyAlgorithm: "rsa-2048",
  keyUsages: ["digitalSignature", "keyEncipherment"],
  extendedKeyUsages: ["1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.17"],
  validity: "P1Y",
  keyStorage: "tpm-else-software",
  chain,
  ...change,
});

/** A profile that hands over a key; its octets stand for a container, which only the device reads. */
export const pkcs12Input = (
  chain: readonly Uint8Array[],
  change: Partial<Pkcs12ProfileInput> = {},
): Pkcs12ProfileInput => ({
  profileId: "0b5f7c1e-wifi",
  displayName: "Wi-Fi identity",
  organization: "Example",
  keyStorage: "tpm-else-software",
  pkcs12: Uint8Array.from({ length: 300 }, (_, i) => i % 256),
  password: "0123456789ABCDEF",
  certificate: chain[0] ?? new Uint8Array(),
  chain,
  ...change,
});
