import type { Platform } from "./device.ts";

/**
 * `strong`: PBES2 with AES-256 and HMAC-SHA-256, as OpenSSL 3 writes it. `compatible`: triple DES and SHA-1, for Windows before 1709, macOS
 * before 15 and Android before 9, which read nothing else.
 */
export const PKCS12_ENCODINGS = ["strong", "compatible"] as const;
export type Pkcs12Encoding = (typeof PKCS12_ENCODINGS)[number];

/** What a device is sent where its template does not say: Apple's systems in use still hold many that read the old encoding only. */
export const usualEncoding = (platform: Platform): Pkcs12Encoding =>
  platform === "apple" ? "compatible" : "strong";
