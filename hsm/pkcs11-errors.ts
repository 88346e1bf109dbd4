import { CountersignError, messageOf } from "../plugin/sdk.ts";
import { actionOf } from "./ckr-policy.ts";

/** A return value of the module (CKR_…), by number and name. */
export interface Ckr {
  readonly code: number;
  readonly name: string;
}

/** The numbers that the code names; what to do about each is in `ckr-policy.ts`. */
export const CKR = {
  generalError: 5,
  dataInvalid: 32,
  dataLengthRange: 33,
  encryptedDataInvalid: 64,
  encryptedDataLengthRange: 65,
  pinIncorrect: 160,
  pinInvalid: 161,
  pinLengthRange: 162,
  pinExpired: 163,
  pinLocked: 164,
  userAlreadyLoggedIn: 256,
  alreadyInitialized: 401,
} as const;

const PIN_TROUBLE: Partial<Record<number, string>> = {
  [CKR.pinIncorrect]: "the token refused the PIN",
  [CKR.pinInvalid]: "the PIN has characters that the token does not take",
  [CKR.pinLengthRange]: "the PIN is too short or too long for the token",
  [CKR.pinExpired]: "the PIN has expired; set a new one with the token's own tool",
  [CKR.pinLocked]: "the PIN is locked; the security officer must set a new one",
};

/** The return value inside whatever pkcs11js has thrown; it throws plain Errors too. */
export const ckrOf = (thrown: unknown): Ckr | undefined => {
  const text = messageOf(thrown);
  const name = /CKR_\w+/.exec(text)?.[0];
  if (name === undefined) return undefined;
  const code =
    thrown instanceof Error && "code" in thrown && typeof thrown.code === "number"
      ? thrown.code
      : Number(/CKR_\w+:(\d+)/.exec(text)?.[1] ?? 0);
  return { code, name };
};

/** A failed call of the module as one of our errors, with the name of the return value. `step` is the call. */
export const pkcs11Failure = (step: string, thrown: unknown): CountersignError => {
  if (thrown instanceof CountersignError) return thrown;
  const ckr = ckrOf(thrown);
  const detail = `${step}: ${ckr === undefined ? messageOf(thrown) : `${ckr.name} (${ckr.code})`}`;
  const pin = ckr === undefined ? undefined : PIN_TROUBLE[ckr.code];
  if (pin !== undefined) return new CountersignError("key_pin_incorrect", `${pin} (${detail})`);
  const hopeless = ckr !== undefined && actionOf(ckr.code, step) === "give-up";
  return new CountersignError(hopeless ? "key_unsupported" : "key_unavailable", detail, {
    cause: thrown,
  });
};
