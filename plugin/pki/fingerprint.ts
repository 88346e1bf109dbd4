import { hash } from "node:crypto";

/** SHA-256 of a certificate's DER, lower-case hex without colons (requirements.md A-24). */
export const sha256Fingerprint = (der: Uint8Array): string => hash("sha256", der, "hex");

/** SHA-1 of a certificate's DER, lower-case hex without colons: Apple's CAFingerprint and Windows' CAThumbprint. */
export const sha1Fingerprint = (der: Uint8Array): string => hash("sha1", der, "hex");
