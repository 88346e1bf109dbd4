import { CountersignError } from "../../errors.ts";
import type { KeyRef } from "../../ports/keys.ts";
import type { TenantStore } from "../../ports/stores.ts";
import type { NewAuthority } from "./authority-rules.ts";
import type { Keyring } from "../signing/keyring.ts";

/**
 * Takes up a key of a ceremony for a new authority. Throws `invalid_input` where it does not fit, `conflict` where an authority has it, and
 * what `Keyring.adopt` throws.
 */
export const adoptKey = async (
  keyring: Keyring,
  store: TenantStore,
  input: Pick<NewAuthority, "keyAlgorithm" | "single">,
  ref: KeyRef,
): Promise<KeyRef> => {
  const key = await keyring.adopt(ref);
  const fault = (path: string, message: string): never => {
    throw new CountersignError("invalid_input", `${path}: ${message}`, {
      issues: [{ path, message }],
    });
  };
  if (key.algorithm !== input.keyAlgorithm) {
    fault("keyAlgorithm", `the key ${ref} is of ${key.algorithm ?? "another kind"}`);
  }
  if (input.single === true && !key.decrypts)
    fault("single", `the key ${ref} was not made to decrypt`);
  const owner = (await store.authorities.list()).find(({ keyRef }) => keyRef === ref);
  if (owner !== undefined) {
    throw new CountersignError("conflict", `authority ${owner.id} has the key ${ref}`);
  }
  return ref;
};
