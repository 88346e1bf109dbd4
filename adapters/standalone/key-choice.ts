import { parsePkcs11Uri, type Pkcs11Uri } from "../../hsm/pkcs11-uri.ts";
import { CountersignError, type HeldKey, type KeyProvider } from "../../plugin/sdk.ts";

/** How a key in a token is named: by a URI, or by label or id. */
export interface KeyChoice {
  readonly uri: Pkcs11Uri;
  readonly label: string | undefined;
  /** Hex. */
  readonly id: string | undefined;
}

/** A choice as the command line makes it. Throws `invalid_input`. */
export const keyChoice = (
  uriText: string | undefined,
  label: string | undefined,
  idText: string | undefined,
): KeyChoice => {
  const uri = uriText === undefined ? {} : parsePkcs11Uri(uriText);
  const id = idText?.replaceAll(":", "").toLowerCase();
  if (id !== undefined && !/^(?:[0-9a-f]{2}){1,255}$/.test(id)) {
    throw new CountersignError("invalid_input", "an id is written in hex");
  }
  const choice = {
    uri,
    label: label ?? uri.object,
    id: id ?? (uri.id === undefined ? undefined : Buffer.from(uri.id).toString("hex")),
  };
  if (choice.label === undefined && choice.id === undefined) {
    throw new CountersignError("invalid_input", "name the key by a URI, --label or --id");
  }
  return choice;
};

/** The one key that a choice fits. Throws `key_not_found`, or `conflict` when several do, naming what is there. */
export const findHeldKey = async (
  keys: KeyProvider,
  { label, id }: KeyChoice,
): Promise<HeldKey> => {
  const held = (await keys.list?.()) ?? [];
  const idOf = ({ ref }: HeldKey): string => ref.slice(ref.indexOf(":") + 1);
  const fitting = held.filter(
    (key) => (label === undefined || key.label === label) && (id === undefined || idOf(key) === id),
  );
  const [key] = fitting;
  if (key !== undefined && fitting.length === 1) return key;
  const shown = (some: readonly HeldKey[]): string =>
    some
      .slice(0, 20)
      .map((one) => `"${one.label}" ${idOf(one)}`)
      .join(", ") || "no key";
  if (key !== undefined) {
    throw new CountersignError("conflict", `several keys fit, name the id: ${shown(fitting)}`);
  }
  throw new CountersignError("key_not_found", `no key fits; the token holds: ${shown(held)}`);
};

/** Throws `key_unsupported` for a key that no authority of ours may have, saying what to do. */
export const checkHeldKey = (key: HeldKey): void => {
  const refuse = (why: string): never => {
    throw new CountersignError("key_unsupported", `the key "${key.label}" (${key.ref}) ${why}`);
  };
  if (key.fault !== undefined) refuse(`cannot be used: ${key.fault}`);
  if (!key.signs) refuse("may not sign (CKA_SIGN is false); make another one that may");
  if (key.extractable) {
    refuse(
      "can be taken out of the token (CKA_EXTRACTABLE, or not CKA_SENSITIVE): make another one",
    );
  }
};
