import { hash } from "node:crypto";
import type { Config } from "../config.ts";
import { schemeOfKey } from "../domain/algorithm.ts";
import { CountersignError, type Issue, messageOf } from "../errors.ts";
import { importPublicKey, verifySignature } from "../pki/public-key.ts";
import { signMessage } from "../pki/signing.ts";
import type { Logger, Random } from "../ports/ambient.ts";
import { type KeyProvider, providerOf } from "../ports/keys.ts";
import { Keyring } from "../services/signing/keyring.ts";
import { deriveKey } from "../services/access/secret-box.ts";
import type { KeyFacts } from "./manifest.ts";

/** Opens the configured key stores for `work` and closes them again. Throws what a store throws that cannot be opened. */
export const withKeyStores = async <T>(
  keys: Config["keys"],
  serverSecret: Uint8Array,
  logger: Logger,
  work: (providers: readonly KeyProvider[]) => Promise<T>,
): Promise<T> => {
  const rejectionSecret = deriveKey(serverSecret, "implicit-rejection");
  const providers: KeyProvider[] = [];
  try {
    for (const store of keys) providers.push(await store.open({ rejectionSecret, logger }));
    return await work(providers);
  } finally {
    for (const provider of providers) await provider.close();
  }
};

/** What is known of keys now; each that cannot be used stands in `missing` with the reason. */
export const describeKeys = async (
  refs: readonly string[],
  providers: readonly KeyProvider[],
): Promise<{ readonly keys: readonly KeyFacts[]; readonly missing: readonly Issue[] }> => {
  const labels = await labelsOf(refs, providers);
  const keyring = new Keyring(providers);
  const keys: KeyFacts[] = [];
  const missing: Issue[] = [];
  for (const ref of refs) {
    const label = labels.get(ref);
    try {
      const { publicKey } = await keyring.signer(ref);
      keys.push({ ref, label, publicKey: fingerprint(publicKey) });
    } catch (thrown) {
      keys.push({ ref, label, publicKey: undefined });
      missing.push({ path: ref, message: messageOf(thrown) });
    }
  }
  return { keys, missing };
};

/**
 * Tries every key with a real signature and compares its public half with the one the backup names. Throws `key_not_found` that lists all
 * that are missing or are not the same; those that could not be used when the backup was made are let pass.
 */
export const requireKeys = async (
  keys: readonly KeyFacts[],
  providers: readonly KeyProvider[],
  random: Random,
  each: (done: number) => void,
): Promise<void> => {
  const keyring = new Keyring(providers);
  const issues: Issue[] = [];
  for (const [at, { ref, label, publicKey }] of keys.entries()) {
    const path = label === undefined ? ref : `${ref} ("${label}")`;
    if (publicKey !== undefined) {
      const message = await faultOf(keyring, ref, publicKey, random);
      if (message !== undefined) issues.push({ path, message });
    }
    each(at + 1);
  }
  if (issues.length > 0)
    throw new CountersignError(
      "key_not_found",
      `of ${keys.length} keys that the backup refers to, ${issues.length} cannot be used here`,
      { issues },
    );
};

const faultOf = async (
  keyring: Keyring,
  ref: string,
  expected: string,
  random: Random,
): Promise<string | undefined> => {
  try {
    const signer = await keyring.signer(ref);
    if (fingerprint(signer.publicKey) !== expected)
      return `another key answers to this name (its public key is ${fingerprint(signer.publicKey).slice(0, 16)}…, wanted is ${expected.slice(0, 16)}…)`;
    const message = random.bytes(32);
    const scheme = schemeOfKey(signer.algorithm);
    const signature = await signMessage(signer, scheme, message);
    return verifySignature(importPublicKey(signer.publicKey), scheme, message, signature)
      ? undefined
      : "its signature does not fit its public key";
  } catch (thrown) {
    return messageOf(thrown);
  }
};

const fingerprint = (publicKey: Uint8Array): string => hash("sha256", publicKey, "hex");

const labelsOf = async (
  refs: readonly string[],
  providers: readonly KeyProvider[],
): Promise<ReadonlyMap<string, string>> => {
  const labels = new Map<string, string>();
  for (const provider of providers) {
    if (!refs.some((ref) => providerOf(ref) === provider.name)) continue;
    for (const { ref, label } of (await provider.list?.()) ?? []) labels.set(ref, label);
  }
  return labels;
};
