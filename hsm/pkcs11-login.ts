import pkcs11js, { type Handle, type PKCS11 } from "pkcs11js";

import { CountersignError } from "../plugin/sdk.ts";
import { CKR, ckrOf, pkcs11Failure } from "./pkcs11-errors.ts";
import type { FoundToken } from "./pkcs11-find-token.ts";

/** The login of this process: one session that does nothing else. */
export interface Login {
  /** Looks, and logs in again if somebody has logged out. A PIN that was refused is not tried again: throws `key_pin_incorrect`. */
  renew(): void;
}

/** CKS_RO_USER_FUNCTIONS and CKS_RW_USER_FUNCTIONS. */
const USER_STATES: readonly number[] = [1, 3];

/** Reads the flags first: the last try before a lock is left to a person. */
const refuseRiskyTry = (p11: PKCS11, token: FoundToken): void => {
  const { flags } = p11.C_GetTokenInfo(token.slot);
  const has = (flag: number): boolean => (flags & flag) !== 0;
  const refuse = (why: string): never => {
    throw new CountersignError("key_pin_incorrect", `token "${token.label}": ${why}`);
  };
  if (has(pkcs11js.CKF_USER_PIN_LOCKED)) {
    refuse("the PIN is locked; the security officer must set a new one");
  }
  if (has(pkcs11js.CKF_USER_PIN_FINAL_TRY)) {
    refuse("one try is left before the PIN locks; log in once with the token's own tool first");
  }
  if (!has(pkcs11js.CKF_USER_PIN_INITIALIZED)) refuse("it has no user PIN yet");
};

/** Logs in to a token as its user, with one try. Throws `key_pin_incorrect`, `key_unavailable`. */
export const logIn = (p11: PKCS11, token: FoundToken, pin: string): Login => {
  let session: Handle | undefined;
  let refused: CountersignError | undefined;

  const isIn = (): boolean => {
    if (session === undefined) return false;
    try {
      return USER_STATES.includes(p11.C_GetSessionInfo(session).state);
    } catch {
      session = undefined;
      return false;
    }
  };

  const renew = (): void => {
    if (refused !== undefined) throw refused;
    if (isIn()) return;
    try {
      session ??= p11.C_OpenSession(token.slot, pkcs11js.CKF_SERIAL_SESSION);
      if (isIn() || (token.info.flags & pkcs11js.CKF_LOGIN_REQUIRED) === 0) return;
      refuseRiskyTry(p11, token);
      p11.C_Login(session, pkcs11js.CKU_USER, pin);
    } catch (thrown) {
      if (ckrOf(thrown)?.code === CKR.userAlreadyLoggedIn) return;
      const error = pkcs11Failure("C_Login", thrown);
      if (error.code === "key_pin_incorrect") refused = error;
      throw error;
    }
  };

  renew();
  return { renew };
};
