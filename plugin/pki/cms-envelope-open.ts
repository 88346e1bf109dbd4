import { createDecipheriv, createHash, hash } from "node:crypto";
import type { Decrypter } from "../ports/keys.ts";
import type { Authentication, Envelope } from "./cms-envelope.ts";
import { isFor, type Recipient, type RecipientName } from "./cms-recipient.ts";

const NOTHING = new Uint8Array(0);

/** The first of our names that the envelope has a recipient for; undefined when it is for none of them. */
export const recipientOf = <Name extends RecipientName>(
  envelope: Envelope,
  names: readonly Name[],
): Name | undefined => {
  for (const recipient of envelope.recipients) {
    const found = names.find((name) => isFor(recipient, name));
    if (found !== undefined) return found;
  }
  return undefined;
};

/** Somebody else's key transport stands in for a missing one, so that the same work follows. */
const transportFor = (envelope: Envelope, name: RecipientName): Recipient =>
  envelope.recipients.find((recipient) => isFor(recipient, name)) ?? envelope.recipients[0];

/**
 * Lower-case hex SHA-256 for the rule "one ciphertext, one message" (scep.md 5.3 rule 5): of the encrypted key, and of everything that
 * decides what it opens (scheme, cipher, initial vector, encrypted content).
 */
export const envelopeDigests = (
  envelope: Envelope,
  name: RecipientName,
): { readonly ciphertextDigest: string; readonly contentDigest: string } => {
  const { scheme, encryptedKey } = transportFor(envelope, name);
  return {
    ciphertextDigest: hash("sha256", encryptedKey, "hex"),
    contentDigest: createHash("sha256")
      .update(`${scheme} ${envelope.cipher.name} `)
      .update(envelope.iv)
      .update(envelope.authentication?.tag ?? NOTHING)
      .update(envelope.authentication?.attributes ?? NOTHING)
      .update(envelope.encryptedContent)
      .digest("hex"),
  };
};

/** Length of the padding (RFC 5652 section 6.3), or 0 when it is wrong. No branch and no index depends on the octets. */
const paddingLength = (plaintext: Uint8Array, block: number): number => {
  const last = plaintext[plaintext.length - 1] ?? 0;
  let wrong = ((last - 1) >> 31) | ((block - last) >> 31);
  for (let i = 0; i < block; i++) {
    const inside = (i - last) >> 31;
    wrong |= inside & ((plaintext[plaintext.length - 1 - i] ?? 0) ^ last);
  }
  const right = ~((wrong | -wrong) >> 31);
  return last & right;
};

/** AES-GCM; the octets come back whether or not the tag is right. */
const openAuthentic = (
  encryptedContent: Uint8Array,
  key: Uint8Array,
  iv: Uint8Array,
  { cipher, tag, attributes }: Authentication,
): { readonly plaintext: Uint8Array; readonly ok: boolean } => {
  const decipher = createDecipheriv(cipher, key, iv, { authTagLength: tag.length })
    .setAAD(attributes)
    .setAuthTag(tag);
  const plaintext = decipher.update(encryptedContent);
  try {
    decipher.final();
    return { plaintext, ok: true };
  } catch {
    return { plaintext, ok: false };
  }
};

/**
 * Opens an envelope. Whatever is wrong with it (not for this name, key transport, length, padding) comes back as `ok: false` with arbitrary
 * octets after the same work, so that the caller goes on with them and answers at one exit (scep.md 5.3). Throws only what
 * `Decrypter.unwrap` throws, when the key itself cannot be used.
 */
export const openEnvelope = async (
  envelope: Envelope,
  name: RecipientName,
  decrypter: Decrypter,
): Promise<{ readonly plaintext: Uint8Array; readonly ok: boolean }> => {
  const { cipher, iv, encryptedContent, authentication } = envelope;
  const mine = envelope.recipients.some((recipient) => isFor(recipient, name));
  const { encryptedKey, scheme } = transportFor(envelope, name);
  const key = await decrypter.unwrap(encryptedKey, scheme, cipher.keyLength);
  if (authentication !== undefined) {
    const opened = openAuthentic(encryptedContent, key, iv, authentication);
    return { plaintext: opened.plaintext, ok: mine && opened.ok };
  }
  const blocks = Math.floor(encryptedContent.length / cipher.ivLength);
  const whole = blocks > 0 && blocks * cipher.ivLength === encryptedContent.length;
  const input =
    blocks > 0 ? encryptedContent.subarray(0, blocks * cipher.ivLength) : new Uint8Array(16);
  const decipher = createDecipheriv(cipher.name, key, iv).setAutoPadding(false);
  const plaintext = decipher.update(input);
  decipher.final();
  const padding = paddingLength(plaintext, cipher.ivLength);
  return {
    plaintext: plaintext.subarray(0, plaintext.length - padding),
    ok: mine && whole && padding > 0,
  };
};
