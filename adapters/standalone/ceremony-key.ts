import { randomBytes } from "node:crypto";
import type { Command } from "commander";
import {
  CountersignError,
  type HeldKey,
  type KeyProvider,
  type KeyRef,
  type KeySpec,
  schemeOfKey,
  signMessage,
  verifySignature,
  importPublicKey,
} from "../../plugin/sdk.ts";
import { addStepOptions, type GivenStep, publicKeyHash, tokenFacts } from "./ceremony.ts";
import { checkHeldKey } from "./key-choice.ts";
import type { GivenToken } from "./token-options.ts";
import type { TranscriptFacts } from "./transcript.ts";

/** What a step of a ceremony was given. */
export type Given = GivenToken & GivenStep;

/** How a step names one key of the token, beside a URI. */
export interface GivenKey {
  readonly label?: string;
  readonly id?: string;
}

export const addKeyOptions = (command: Command): Command =>
  addStepOptions(command)
    .argument("[uri]", "the key as PKCS#11 URI (RFC 7512)")
    .option("--label <label>", "the key by its label")
    .option("--id <hex>", "the key by its CKA_ID");

/** What a transcript says of the token. */
export const factsOf = (
  given: GivenToken,
  token: { readonly module: string; readonly tokenLabel?: string | undefined },
): Promise<TranscriptFacts> =>
  tokenFacts(token.module, token.tokenLabel, given.pinFile?.length ?? 1);

/** What a transcript says of a key. */
export const keyFacts = (key: HeldKey): TranscriptFacts => ({
  keyRef: key.ref,
  label: key.label,
  algorithm: key.algorithm,
  publicKeySha256: publicKeyHash(key.publicKey),
});

/** Throws `conflict` when a key of the token has this label. */
export const refuseTakenLabel = async (keys: KeyProvider, label: string): Promise<void> => {
  if (((await keys.list?.()) ?? []).some((key) => key.label === label))
    throw new CountersignError("conflict", `the token holds a key "${label}" already`);
};

/** A new key that cannot leave the token, as the token itself says, and that signs. Nothing is left of one that does not. */
export const makeHeldKey = async (keys: KeyProvider, spec: KeySpec): Promise<HeldKey> => {
  const ref = await keys.generate(spec);
  try {
    const key = ((await keys.list?.()) ?? []).find((one) => one.ref === ref);
    if (key === undefined)
      throw new CountersignError("key_not_found", "the token does not list the new key");
    checkHeldKey(key);
    await trySignature(keys, ref);
    return key;
  } catch (failure) {
    await keys.destroy(ref);
    throw failure;
  }
};

/** A signature by a key, checked outside of the token. Throws `key_unavailable` when it does not verify. */
export const trySignature = async (keys: KeyProvider, ref: KeyRef): Promise<void> => {
  await signedBy(keys, ref, randomBytes(32));
};

/** The same over a text of the ceremony; answers the signature. */
export const signedBy = async (
  keys: KeyProvider,
  ref: KeyRef,
  message: Uint8Array,
): Promise<Uint8Array> => {
  const signer = await keys.signer(ref);
  const scheme = schemeOfKey(signer.algorithm);
  const signature = await signMessage(signer, scheme, message);
  if (!verifySignature(importPublicKey(signer.publicKey), scheme, message, signature))
    throw new CountersignError("key_unavailable", `a signature by ${ref} does not verify`);
  return signature;
};
