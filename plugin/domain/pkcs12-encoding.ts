import type { Platform } from "./device.ts";

/**
 * `strong`: PBES2 with AES-256 and HMAC-SHA-256, as OpenSSL 3 writes it. `compatible`: triple DES and SHA-1, for Windows before 1709, macOS
 * before 15 and Android before 9, which read nothing else.
 */
export const PKCS12_ENCODINGS = ["strong", "compatible"] as const;
export type Pkcs12Encoding = (typeof PKCS12_ENCODINGS)[number];

/** What a template says of it: one for all devices, or what each platform is known to read. */
export const CONTAINER_ENCODINGS = ["by-platform", ...PKCS12_ENCODINGS] as const;
export type ContainerEncoding = (typeof CONTAINER_ENCODINGS)[number];

/** What a device is sent. By platform, Apple's get the compatible one: many that are in use read nothing else. */
export const encodingFor = (encoding: ContainerEncoding, platform: Platform): Pkcs12Encoding =>
  encoding !== "by-platform" ? encoding : platform === "apple" ? "compatible" : "strong";
