import { z } from "zod";
import { fromPem } from "../../domain/pem.ts";
import { normalizeSerial } from "../../domain/serial-number.ts";
import { DEVICE_KEY_ALGORITHMS, KEY_ALGORITHMS } from "../../domain/algorithm.ts";

/** Any identifier that refers to something; what does not exist is found out by the service. */
export const reference = z.string().min(1).max(100);
export const displayName = z
  .string()
  .min(1)
  .max(200)
  .refine((name) => !/\p{Cc}/u.test(name), "must hold no control characters");
/** Of an authority's key. */
export const keyAlgorithm = z.enum(KEY_ALGORITHMS);
/** Of a device's key, or an RA's. */
export const deviceKeyAlgorithm = z.enum(DEVICE_KEY_ALGORITHMS);
/** A key in a key store, as `countersign keys` names it. */
export const keyReference = z.string().regex(/^[a-z0-9-]{1,32}:[0-9a-f]{2,510}$/);

/** A certificate as PEM text or base64 DER; octets from here on. */
export const certificateText = z
  .string()
  .max(64 * 1024)
  .transform((text, context) => {
    const der = fromPem(text);
    if (der !== undefined) return der;
    context.addIssue({ code: "custom", message: "must be one certificate as PEM or base64 DER" });
    return z.NEVER;
  });

/** An unencrypted private key as PEM text (PKCS#8) or base64 DER; octets from here on. The text never reaches an error. */
export const privateKeyText = z
  .string()
  .max(16 * 1024)
  .transform((text, context) => {
    const der = fromPem(text);
    if (der !== undefined) return der;
    context.addIssue({ code: "custom", message: "must be one private key as PEM or base64 DER" });
    return z.NEVER;
  });

/** An instant with its offset, for example `2027-01-31T00:00:00Z`. */
export const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

/** `?limit=` (1 to 500, default 50) and `?cursor=` (what the page before answered). */
export const page = {
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z.string().min(1).max(1000).optional(),
};
export const pageQuery = z.strictObject(page);

/** Query values are text. */
export const flag = z.enum(["true", "false"]).transform((value) => value === "true");

/** A serial number in any spelling of hex, as the store keeps it. */
export const serialNumber = z
  .string()
  .max(200)
  .transform((text, context) => {
    const serial = normalizeSerial(text);
    if (serial !== undefined) return serial;
    context.addIssue({ code: "custom", message: "must be a serial number in hex" });
    return z.NEVER;
  });

/** ISO 8601, such as `P7D`; what it comes to is the service's to judge. */
export const duration = z.string().min(2).max(40);
