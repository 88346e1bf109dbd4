import { hashOfScheme, isPure, type Hash, type SignatureScheme } from "../domain/algorithm.ts";
import { oidOf, smallInteger, TAG, type Element } from "./der-read.ts";
import { context, integer, NULL, oid, sequence } from "./der-write.ts";
import { OID } from "./oids.ts";

/** A scheme as received: ours, or the MD5 one, which is recognised so that it can be refused or, by a setting, verified. */
export type ReceivedScheme = SignatureScheme | "rsa-pkcs1-md5";

const DIGESTS: Record<Hash | "md5", string> = {
  md5: OID.md5,
  sha1: OID.sha1,
  sha256: OID.sha256,
  sha384: OID.sha384,
  sha512: OID.sha512,
};
const DIGEST_NAMES = new Map(
  Object.entries(DIGESTS).map(([name, dotted]) => [dotted, name as Hash | "md5"]),
);

/** Octets of a digest. */
export const DIGEST_LENGTH: Record<Hash, number> = {
  sha1: 20,
  sha256: 32,
  sha384: 48,
  sha512: 64,
};

/** The hash with this OID; undefined for one that we do not know. */
export const digestOf = (dotted: string): Hash | "md5" | undefined => DIGEST_NAMES.get(dotted);

/** AlgorithmIdentifier of a hash, DER. CMS leaves the parameters out (RFC 5754 section 2), PSS and OAEP write NULL (RFC 4055 section 2.1). */
export const digestAlgorithmIdentifier = (
  hash: Hash,
  parameters: "absent" | "null" = "absent",
): Uint8Array =>
  parameters === "null" ? sequence(oid(DIGESTS[hash]), NULL) : sequence(oid(DIGESTS[hash]));

const PLAIN_SCHEMES = new Map<string, ReceivedScheme>([
  [OID.md5WithRsa, "rsa-pkcs1-md5"],
  [OID.sha1WithRsa, "rsa-pkcs1-sha1"],
  [OID.sha256WithRsa, "rsa-pkcs1-sha256"],
  [OID.sha384WithRsa, "rsa-pkcs1-sha384"],
  [OID.sha512WithRsa, "rsa-pkcs1-sha512"],
  [OID.ecdsaWithSha256, "ecdsa-sha256"],
  [OID.ecdsaWithSha384, "ecdsa-sha384"],
  [OID.ecdsaWithSha512, "ecdsa-sha512"],
  [OID.ed25519, "ed25519"],
  [OID.mlDsa44, "ml-dsa-44"],
  [OID.mlDsa65, "ml-dsa-65"],
  [OID.mlDsa87, "ml-dsa-87"],
]);
const SCHEME_OIDS = new Map([...PLAIN_SCHEMES].map(([dotted, scheme]) => [scheme, dotted]));

/**
 * AlgorithmIdentifier of a signature, DER: NULL with RSA PKCS#1 v1.5 (RFC 4055 section 5), nothing with ECDSA (RFC 5758 section 3.2),
 * Ed25519 (RFC 8410 section 3) and ML-DSA (RFC 9881 section 2), full
 * parameters with PSS (MGF1 of the same hash, salt as long as the hash).
 */
export const signatureAlgorithmIdentifier = (scheme: SignatureScheme): Uint8Array => {
  const dotted = SCHEME_OIDS.get(scheme);
  if (dotted !== undefined)
    return scheme.startsWith("rsa-") ? sequence(oid(dotted), NULL) : sequence(oid(dotted));
  const hash = hashOfScheme(scheme);
  const digest = digestAlgorithmIdentifier(hash, "null");
  return sequence(
    oid(OID.rsassaPss),
    sequence(
      context(0, digest),
      context(1, sequence(oid(OID.mgf1), digest)),
      context(2, integer(DIGEST_LENGTH[hash])),
    ),
  );
};

/** Whether the parameters of an AlgorithmIdentifier are NULL or absent. */
export const hasNoParameters = (algorithm: Element): boolean =>
  algorithm.children.length === 1 ||
  (algorithm.children.length === 2 &&
    algorithm.children[1]?.tag === TAG.null &&
    algorithm.children[1].value.length === 0);

/** The hash of an AlgorithmIdentifier, its parameters NULL or absent; undefined for any other. Throws `bad_message` without an OID. */
export const digestOfIdentifier = (algorithm: Element | undefined): Hash | "md5" | undefined => {
  if (algorithm?.tag !== TAG.sequence || !hasNoParameters(algorithm)) return undefined;
  return digestOf(oidOf(algorithm.children[0], "hash algorithm"));
};

/** The hash of an MGF1 AlgorithmIdentifier (RFC 8017 appendix A.2.1); undefined for any other mask. */
export const mgf1HashOf = (algorithm: Element | undefined): Hash | undefined => {
  if (algorithm?.tag !== TAG.sequence || algorithm.children.length !== 2) return undefined;
  if (oidOf(algorithm.children[0], "mask generation function") !== OID.mgf1) return undefined;
  const hash = digestOfIdentifier(algorithm.children[1]);
  return hash === "md5" ? undefined : hash;
};

/**
 * Explicitly tagged fields of a parameters SEQUENCE by number, each at most once; undefined where the shape is another. The parameters of
 * PSS and OAEP are made so (RFC 8017 appendix A.2).
 */
export const taggedFields = (parameters: Element): ReadonlyMap<number, Element> | undefined => {
  const fields = new Map<number, Element>();
  for (const field of parameters.children) {
    const inner = field.children[0];
    const number = field.tag & 0x1f;
    if ((field.tag & 0xe0) !== 0xa0 || field.children.length !== 1 || inner === undefined)
      return undefined;
    if (fields.has(number) || number > 3) return undefined;
    fields.set(number, inner);
  }
  return fields;
};

const pssScheme = (parameters: Element | undefined): SignatureScheme | undefined => {
  if (parameters?.tag !== TAG.sequence) return undefined;
  const fields = taggedFields(parameters);
  const hash = digestOfIdentifier(fields?.get(0));
  if (fields === undefined || hash === undefined || hash === "md5" || hash === "sha1")
    return undefined;
  if (mgf1HashOf(fields.get(1)) !== hash) return undefined;
  const salt = fields.get(2);
  // Some tools make the longest salt that fits; one below 20 octets is the work of a fault.
  const saltLength = salt === undefined ? 20 : smallInteger(salt, "salt length");
  const trailer = fields.get(3);
  if (saltLength < 20 || saltLength > 1024) return undefined;
  if (trailer !== undefined && smallInteger(trailer, "trailer field") !== 1) return undefined;
  return `rsa-pss-${hash}`;
};

/**
 * The scheme of a signature AlgorithmIdentifier. PSS wants one of SHA-256, SHA-384 and SHA-512, the same in MGF1, and a salt of at least
 * 20 octets. Undefined for what we do not verify; throws `bad_message` for what is no AlgorithmIdentifier.
 */
export const signatureSchemeOf = (algorithm: Element | undefined): ReceivedScheme | undefined => {
  if (algorithm?.tag !== TAG.sequence) return undefined;
  const dotted = oidOf(algorithm.children[0], "signature algorithm");
  if (dotted === OID.rsassaPss)
    return algorithm.children.length === 2 ? pssScheme(algorithm.children[1]) : undefined;
  const scheme = hasNoParameters(algorithm) ? PLAIN_SCHEMES.get(dotted) : undefined;
  // Theirs must be absent, NULL would be another algorithm.
  return scheme !== undefined && isPure(scheme) && algorithm.children.length > 1
    ? undefined
    : scheme;
};

/** A content cipher of CMS; `legacy` ones want the endpoint's legacy setting. Lengths in octets. */
export interface ContentCipher {
  readonly name: CbcCipherName | GcmCipherName;
  readonly oid: string;
  readonly keyLength: number;
  readonly ivLength: number;
  readonly legacy: boolean;
}
export type CbcCipherName = "aes-128-cbc" | "aes-192-cbc" | "aes-256-cbc" | "des-ede3-cbc";
export type GcmCipherName = "aes-128-gcm" | "aes-192-gcm" | "aes-256-gcm";

const aes = <Name extends CbcCipherName | GcmCipherName>(
  name: Name,
  dotted: string,
  keyLength: number,
): ContentCipher & { readonly name: Name } => ({
  name,
  oid: dotted,
  keyLength,
  // RFC 5084 section 3.2 recommends 12 octets for GCM, and nobody sends others.
  ivLength: name.endsWith("-gcm") ? 12 : 16,
  legacy: false,
});

/** Every content cipher of EnvelopedData that we open and write, by name. */
export const CONTENT_CIPHERS: Readonly<Record<CbcCipherName, ContentCipher>> = {
  "aes-128-cbc": aes("aes-128-cbc", OID.aes128Cbc, 16),
  "aes-192-cbc": aes("aes-192-cbc", OID.aes192Cbc, 24),
  "aes-256-cbc": aes("aes-256-cbc", OID.aes256Cbc, 32),
  "des-ede3-cbc": {
    name: "des-ede3-cbc",
    oid: OID.desEde3Cbc,
    keyLength: 24,
    ivLength: 8,
    legacy: true,
  },
};

/** Every content cipher of AuthEnvelopedData, by name. */
export const GCM_CIPHERS = {
  "aes-128-gcm": aes("aes-128-gcm", OID.aes128Gcm, 16),
  "aes-192-gcm": aes("aes-192-gcm", OID.aes192Gcm, 24),
  "aes-256-gcm": aes("aes-256-gcm", OID.aes256Gcm, 32),
} as const satisfies Readonly<Record<GcmCipherName, ContentCipher>>;

const byOid = <C extends ContentCipher>(ciphers: readonly C[]): ReadonlyMap<string, C> =>
  new Map(ciphers.map((cipher) => [cipher.oid, cipher]));
const CIPHERS = byOid(Object.values(CONTENT_CIPHERS));
const AEAD_CIPHERS = byOid<ContentCipher & { readonly name: GcmCipherName }>(
  Object.values(GCM_CIPHERS),
);

/** The cipher of EnvelopedData with this OID; undefined for one that we neither open nor write. */
export const contentCipherOf = (dotted: string): ContentCipher | undefined => CIPHERS.get(dotted);

/** The cipher of AuthEnvelopedData with this OID; undefined for one that we neither open nor write. */
export const gcmCipherOf = (
  dotted: string,
): (ContentCipher & { readonly name: GcmCipherName }) | undefined => AEAD_CIPHERS.get(dotted);
