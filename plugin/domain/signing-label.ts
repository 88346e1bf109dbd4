import {
  isRsa,
  type KeyAlgorithm,
  type RsaSignature,
  schemeOfKey,
  type SignatureScheme,
} from "./algorithm.ts";

/** A row of the pick list of signing keys (requirements.md area K); the label fixes the hash. */
export interface SigningLabel {
  readonly label: string;
  readonly keyAlgorithm: KeyAlgorithm;
  readonly signature: RsaSignature;
  readonly scheme: SignatureScheme;
}

const row = (
  label: string,
  keyAlgorithm: KeyAlgorithm,
  signature: RsaSignature = "pkcs1",
): SigningLabel => ({
  label,
  keyAlgorithm,
  signature,
  scheme: schemeOfKey(keyAlgorithm, signature),
});

/** Every label that is offered, for roots, intermediates and issuing CAs alike. */
export const SIGNING_LABELS: readonly SigningLabel[] = [
  row("RSA-2048+PKCS15-SHA256", "rsa-2048"),
  row("RSA-2048+PSS-SHA256", "rsa-2048", "pss"),
  row("RSA-3072+PKCS15-SHA256", "rsa-3072"),
  row("RSA-3072+PSS-SHA256", "rsa-3072", "pss"),
  row("RSA-4096+PKCS15-SHA512", "rsa-4096"),
  row("RSA-4096+PSS-SHA512", "rsa-4096", "pss"),
  row("ECDSAP256+SHA256", "ec-p256"),
  row("ECDSAP384+SHA384", "ec-p384"),
  row("ECDSAP521+SHA512", "ec-p521"),
  row("ED25519", "ed25519"),
  row("ML-DSA-44", "ml-dsa-44"),
  row("ML-DSA-65", "ml-dsa-65"),
  row("ML-DSA-87", "ml-dsa-87"),
];

/** The label of a key and its way of signing; `signature` says nothing for EC keys. */
export const signingLabelOf = (algorithm: KeyAlgorithm, signature: RsaSignature): string =>
  SIGNING_LABELS.find(
    (label) =>
      label.keyAlgorithm === algorithm && (!isRsa(algorithm) || label.signature === signature),
  )?.label ?? algorithm;
