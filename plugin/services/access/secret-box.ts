import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  timingSafeEqual,
} from "node:crypto";
import { inject } from "tsyringe";
import { CountersignError } from "../../errors.ts";
import type { Random } from "../../ports/ambient.ts";
import type { Settings } from "../../ports/settings.ts";
import { RANDOM, SETTINGS } from "../../tokens.ts";

/** What is derived from the server secret; one name, one key. */
export type SecretPurpose =
  "challenge-mac" | "seal" | "local-token" | "implicit-rejection" | "check" | "backup";

/** HKDF-SHA256 (RFC 5869) of the server secret: 32 octets a purpose. */
export const deriveKey = (serverSecret: Uint8Array, purpose: SecretPurpose): Uint8Array =>
  new Uint8Array(hkdfSync("sha256", serverSecret, new Uint8Array(0), `countersign:${purpose}`, 32));

/** Seals small secrets (AES-256-GCM) and makes the keyed MACs that challenges are compared by. */
export class SecretBox {
  private readonly macKey: Uint8Array;
  private readonly sealKey: Uint8Array;

  constructor(
    @inject(SETTINGS) settings: Settings,
    @inject(RANDOM) private readonly random: Random,
  ) {
    this.macKey = deriveKey(settings.serverSecret, "challenge-mac");
    this.sealKey = deriveKey(settings.serverSecret, "seal");
  }

  /** HMAC-SHA256 of a challenge, bound to where it is good; lower-case hex. */
  mac(scope: string, secret: string): string {
    return createHmac("sha256", this.macKey)
      .update(scope)
      .update("\0")
      .update(secret, "utf8")
      .digest("hex");
  }

  /** Compares two MACs in constant time. */
  same(a: string, b: string): boolean {
    const left = Buffer.from(a, "hex");
    const right = Buffer.from(b, "hex");
    return left.length === right.length && timingSafeEqual(left, right);
  }

  /** `context` names the row that holds it, so that sealed values cannot change places. */
  seal(context: string, secret: string): Uint8Array {
    const iv = this.random.bytes(12);
    const cipher = createCipheriv("aes-256-gcm", this.sealKey, iv).setAAD(Buffer.from(context));
    const body = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), body]);
  }

  /** Throws `key_pin_incorrect` when the server secret is not the one it was sealed with. */
  unseal(context: string, sealed: Uint8Array): string {
    try {
      const decipher = createDecipheriv("aes-256-gcm", this.sealKey, sealed.subarray(0, 12), {
        authTagLength: 16,
      })
        .setAAD(Buffer.from(context))
        .setAuthTag(sealed.subarray(12, 28));
      return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString(
        "utf8",
      );
    } catch (cause) {
      throw new CountersignError(
        "key_pin_incorrect",
        `a stored secret does not open with this server secret (${context})`,
        { cause },
      );
    }
  }
}
