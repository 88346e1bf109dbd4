import { generateKeyPair, createHash, randomBytes, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import {
  buildTransientCertificate,
  CountersignError,
  parseCertificate,
  readCertsOnly,
  verifyIssued,
  type CbcCipherName,
  type DistinguishedName,
  type Hash,
  type SubjectAltName,
} from "../../plugin/sdk.ts";
import { deviceKey, type DeviceKey } from "./device-key.ts";
import { readScepReply } from "./scep-reply.ts";
import { buildScepRequest } from "./scep-request.ts";
import { scepTransport, type ScepTransport } from "./scep-transport.ts";

export interface EnrolOptions {
  readonly url: string;
  readonly subject: DistinguishedName;
  readonly sans?: readonly SubjectAltName[];
  readonly challenge?: string;
  /** Private RSA key to certify; default: a new one of 2048 bits. */
  readonly key?: KeyObject;
  /** Default: POST where the server offers it. */
  readonly method?: "POST" | "GET";
  /** Default: AES-128. */
  readonly cipher?: CbcCipherName;
  /** Default: SHA-256. */
  readonly hash?: Hash;
  /** An earlier certificate (DER) and its key sign the request; without a type it is a RenewalReq, 17. */
  readonly renewWith?: {
    readonly certificate: Uint8Array;
    readonly privateKey: KeyObject;
    readonly messageType?: "17" | "19";
  };
  /** SHA-256 in hex of a CA certificate: only it and what descends from it is believed. Without it, all of GetCACert is. */
  readonly caFingerprint?: string;
  readonly now: Date;
}

export type EnrolResult =
  | {
      readonly status: "issued";
      /** DER. */
      readonly certificate: Uint8Array;
      /** DER, the issuer first, as far as the server sends it. */
      readonly chain: readonly Uint8Array[];
      /** PKCS#8, PEM. */
      readonly privateKey: string;
    }
  | { readonly status: "pending" }
  | { readonly status: "refused"; readonly failInfo: string; readonly text: string | undefined };

const HOUR_MS = 3_600_000;
const CHAIN_LIMIT = 8;

/** Keywords of GetCACaps as the server writes them (RFC 8894 section 3.5.2). */
export const getCaCaps = async (transport: ScepTransport): Promise<readonly string[]> => {
  const { body } = await transport.get("GetCACaps");
  const lines = Buffer.from(body).toString("latin1").split(/\r?\n/);
  return lines.map((line) => line.trim()).filter((line) => line !== "");
};

/** Certificates of GetCACert, DER, in the server's order (RFC 8894 section 4.2). Throws `bad_message` for anything else. */
export const getCaCert = async (transport: ScepTransport): Promise<readonly Uint8Array[]> => {
  const { type, body } = await transport.get("GetCACert");
  const certificates =
    type === "application/x-x509-ca-cert" ? [body] : readCertsOnly(body).certificates;
  if (certificates.length === 0)
    throw new CountersignError("bad_message", "GetCACert holds no certificate");
  return certificates.map((der) => parseCertificate(der).der);
};

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** The first certificate that may be encrypted to; a server whose certificates have no key usage means its first one. */
const recipientAmong = (certificates: readonly Uint8Array[]): Uint8Array => {
  const recipient =
    certificates.find((der) => parseCertificate(der).keyUsages?.includes("keyEncipherment")) ??
    certificates[0];
  if (recipient === undefined) throw new CountersignError("bad_message", "no CA certificate");
  return recipient;
};

const chainOf = (leaf: Uint8Array, pool: readonly Uint8Array[]): readonly Uint8Array[] => {
  const chain: Uint8Array[] = [];
  let last = leaf;
  while (chain.length < CHAIN_LIMIT) {
    const current = last;
    const issuer = pool.find((der) => !same(der, current) && verifyIssued(current, der));
    if (issuer === undefined) break;
    chain.push(issuer);
    last = issuer;
  }
  return chain;
};

/** The certificate with this fingerprint and those that descend from it; the others are nobody's. */
const descendantsOf = (
  certificates: readonly Uint8Array[],
  fingerprint: string,
): readonly Uint8Array[] => {
  const anchor = certificates.find(
    (der) => createHash("sha256").update(der).digest("hex") === fingerprint.toLowerCase(),
  );
  if (anchor === undefined)
    throw new CountersignError(
      "certificate_not_matching",
      "GetCACert holds no certificate with the wanted fingerprint",
    );
  return certificates.filter(
    (der) => same(der, anchor) || chainOf(der, certificates).some((ca) => same(ca, anchor)),
  );
};

const newKey = async (): Promise<KeyObject> =>
  (await promisify(generateKeyPair)("rsa", { modulusLength: 2048 })).privateKey;

interface Identity extends DeviceKey {
  readonly certificate: Uint8Array;
  readonly messageType: "19" | "17";
}

/** Who signs: the earlier certificate, or a throw-away one of the new key. */
const identityOf = async (options: EnrolOptions, keys: DeviceKey): Promise<Identity> => {
  const { renewWith, subject, now } = options;
  if (renewWith !== undefined) {
    const { certificate, privateKey, messageType = "17" } = renewWith;
    return { ...deviceKey(privateKey), certificate, messageType };
  }
  const certificate = await buildTransientCertificate({
    subject,
    signer: keys.signer,
    serial: randomBytes(8),
    notBefore: new Date(now.getTime() - HOUR_MS),
    notAfter: new Date(now.getTime() + 24 * HOUR_MS),
  });
  return { ...keys, certificate, messageType: "19" };
};

const accept = (
  certificates: readonly Uint8Array[],
  caCertificates: readonly Uint8Array[],
  keys: DeviceKey,
  key: KeyObject,
): EnrolResult => {
  const [certificate, ...others] = certificates;
  if (certificate === undefined || !same(parseCertificate(certificate).spki, keys.signer.publicKey))
    throw new CountersignError("certificate_not_matching", "the certificate is for another key");
  const chain = chainOf(certificate, [...others, ...caCertificates]);
  if (chain.length === 0)
    throw new CountersignError("certificate_not_matching", "no CA of GetCACert issued it");
  const privateKey = key.export({ type: "pkcs8", format: "pem" }).toString();
  return { status: "issued", certificate, chain, privateKey };
};

/**
 * Enrols one device: GetCACaps, GetCACert, one PKIOperation, and the reply verified. A refusal by the server is a result. Throws
 * `bad_message` for a reply that is not to be believed, `certificate_not_matching` for a certificate with another key or without an issuer
 * among those of GetCACert, and what the transport throws.
 */
export const enrol = async (
  options: EnrolOptions,
  transport: ScepTransport = scepTransport(options.url),
): Promise<EnrolResult> => {
  const caps = await getCaCaps(transport);
  const offered = await getCaCert(transport);
  const caCertificates =
    options.caFingerprint === undefined ? offered : descendantsOf(offered, options.caFingerprint);
  const key = options.key ?? (await newKey());
  const keys = deviceKey(key);
  const { signer, decrypter, certificate, messageType } = await identityOf(options, keys);
  const { subject, sans, challenge } = options;
  const request = await buildScepRequest(
    {
      subject,
      signer: keys.signer,
      ...(sans === undefined ? {} : { sans }),
      ...(challenge === undefined ? {} : { challenge }),
    },
    {
      messageType,
      signer,
      certificate,
      recipient: recipientAmong(caCertificates),
      cipher: options.cipher ?? "aes-128-cbc",
      hash: options.hash ?? "sha256",
      signingTime: options.now,
    },
  );
  const posts = caps.includes("POSTPKIOperation") || caps.includes("SCEPStandard");
  const answer =
    (options.method ?? (posts ? "POST" : "GET")) === "POST"
      ? await transport.post("PKIOperation", request.message)
      : await transport.get("PKIOperation", Buffer.from(request.message).toString("base64"));
  const expected = { request, caCertificates, certificate, decrypter };
  const reply = await readScepReply(answer.body, expected);
  return reply.status === "issued" ? accept(reply.certificates, caCertificates, keys, key) : reply;
};
