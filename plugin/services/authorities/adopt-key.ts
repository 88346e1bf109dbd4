import { CountersignError } from "../../errors.ts";
import type { KeyRef } from "../../ports/keys.ts";
import type { Directory, TenantStore } from "../../ports/stores.ts";
import type { LedgerKey } from "../ledger/ledger-key.ts";
import type { NewAuthority } from "./authority-rules.ts";
import type { Keyring } from "../signing/keyring.ts";

/** Where keys are, and what may have one already. */
export interface KeyHolders {
  readonly keyring: Keyring;
  readonly directory: Directory;
  readonly ledger: LedgerKey;
}

/**
 * Takes up a key of a ceremony for a new authority. Throws `invalid_input` where it does not fit, `conflict` where it has a use already, in
 * whatever tenant, and what `Keyring.adopt` throws.
 */
export const adoptKey = async (
  { keyring, directory, ledger }: KeyHolders,
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
  // Key stores are shared: with another's CA key anybody could sign in that CA's name.
  const used = (await ledger.reference()) === ref || (await isUsed(directory, ref));
  if (used) throw new CountersignError("conflict", `the key ${ref} is for something else`);
  return ref;
};

const isUsed = async (directory: Directory, ref: KeyRef): Promise<boolean> => {
  for (const { id } of await directory.tenants()) {
    const { authorities, ras } = directory.open(id);
    const holders = [
      ...(await ras.list()),
      ...(await authorities.list()).flatMap((authority) => [
        authority,
        authority.ocspResponder,
        authority.ocspResponder?.before,
      ]),
    ];
    if (holders.some((holder) => holder?.keyRef === ref)) return true;
  }
  return false;
};
