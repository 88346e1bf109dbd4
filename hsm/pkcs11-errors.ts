import { CountersignError, messageOf } from "../plugin/sdk.ts";

/** A return value of the module (CKR_…), by number and name. */
export interface Ckr {
  readonly code: number;
  readonly name: string;
}

/** The numbers that we act on (PKCS #11 v2.40, section 4.1 of the header). */
export const CKR = {
  generalError: 5,
  functionFailed: 6,
  dataInvalid: 32,
  dataLengthRange: 33,
  deviceError: 48,
  deviceRemoved: 50,
  encryptedDataInvalid: 64,
  encryptedDataLengthRange: 65,
  keyTypeInconsistent: 99,
  keyFunctionNotPermitted: 104,
  mechanismInvalid: 112,
  mechanismParameterInvalid: 113,
  objectHandleInvalid: 130,
  operationActive: 144,
  operationNotInitialized: 145,
  pinIncorrect: 160,
  pinInvalid: 161,
  pinLengthRange: 162,
  pinExpired: 163,
  pinLocked: 164,
  sessionHandleInvalid: 179,
  tokenNotPresent: 224,
  tokenNotRecognized: 225,
  userAlreadyLoggedIn: 256,
  userNotLoggedIn: 257,
  notInitialized: 400,
  alreadyInitialized: 401,
} as const;

const PIN_TROUBLE: Partial<Record<number, string>> = {
  [CKR.pinIncorrect]: "the token refused the PIN",
  [CKR.pinInvalid]: "the PIN has characters that the token does not take",
  [CKR.pinLengthRange]: "the PIN is too short or too long for the token",
  [CKR.pinExpired]: "the PIN has expired; set a new one with the token's own tool",
  [CKR.pinLocked]: "the PIN is locked; the security officer must set a new one",
};

const NOT_ABLE: ReadonlySet<number> = new Set([
  CKR.keyTypeInconsistent,
  CKR.keyFunctionNotPermitted,
  CKR.mechanismInvalid,
  CKR.mechanismParameterInvalid,
]);

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
  const able = ckr === undefined || !NOT_ABLE.has(ckr.code);
  return new CountersignError(able ? "key_unavailable" : "key_unsupported", detail, {
    cause: thrown,
  });
};
