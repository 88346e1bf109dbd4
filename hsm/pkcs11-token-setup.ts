import pkcs11js, { type TokenInfo } from "pkcs11js";

import { CountersignError } from "../plugin/sdk.ts";
import type { KeyWorker } from "./key-worker.ts";
import { pkcs11Failure } from "./pkcs11-errors.ts";
import { tokensOf } from "./pkcs11-find-token.ts";
import { openModule } from "./pkcs11-module.ts";

/** What a worker that makes a token is opened with. */
export interface TokenSetup {
  readonly kind: "token-setup";
  readonly module: string;
  readonly label: string;
  /** Base64. */
  readonly soPin: string;
  /** Base64. */
  readonly pin: string;
  /** Looks whether it could be done, and does nothing. */
  readonly dryRun?: boolean | undefined;
}

/** A PIN that the token would refuse is found out before it is made. Throws `invalid_input`. */
const checkPinLength = ({ minPinLen, maxPinLen }: TokenInfo, pin: string): void => {
  const length = Buffer.byteLength(pin);
  // 0 is "not said".
  if (length < minPinLen || (maxPinLen > 0 && length > maxPinLen))
    throw new CountersignError(
      "invalid_input",
      `the token takes PINs of ${minPinLen} to ${maxPinLen} octets, and this is another length`,
    );
};

/**
 * Initialises the module's first blank token and gives it a user PIN; the worker that comes back has nothing more to do. Throws `conflict`
 * when a token has that label and a user PIN, `key_not_found` when none is blank, `invalid_input` for a PIN of a length it does not take.
 */
export const setUpToken = (config: TokenSetup): KeyWorker => {
  const secret = (base64: string): string => Buffer.from(base64, "base64").toString();
  const module = openModule(config.module);
  const { p11 } = module;
  let step = "C_InitToken";
  const onNothing = (): never => {
    throw new CountersignError("internal", "this worker only makes a token");
  };
  try {
    const tokens = tokensOf(p11);
    const named = tokens.find(({ label }) => label === config.label);
    // One without a user PIN is what a setup that broke off has left.
    if (named !== undefined && (named.info.flags & pkcs11js.CKF_USER_PIN_INITIALIZED) !== 0) {
      throw new CountersignError("conflict", `there is a token "${config.label}" already`);
    }
    const blank =
      named ?? tokens.find(({ info }) => (info.flags & pkcs11js.CKF_TOKEN_INITIALIZED) === 0);
    if (blank === undefined) {
      throw new CountersignError("key_not_found", "the module shows no blank token");
    }
    checkPinLength(blank.info, secret(config.pin));
    if (config.dryRun === true) {
      return { broken: false, handle: onNothing, close: () => undefined };
    }
    // The binding does not pad the label to the 32 octets that the standard wants.
    if (named === undefined)
      p11.C_InitToken(blank.slot, secret(config.soPin), config.label.padEnd(32));
    step = "C_InitPIN";
    // A module may move the token to another slot.
    const made = tokensOf(p11).find(({ label }) => label === config.label) ?? blank;
    const session = p11.C_OpenSession(
      made.slot,
      pkcs11js.CKF_SERIAL_SESSION | pkcs11js.CKF_RW_SESSION,
    );
    p11.C_Login(session, pkcs11js.CKU_SO, secret(config.soPin));
    p11.C_InitPIN(session, secret(config.pin));
    p11.C_Logout(session);
    p11.C_CloseSession(session);
    return { broken: false, handle: onNothing, close: () => undefined };
  } catch (error) {
    throw pkcs11Failure(step, error);
  } finally {
    module.close();
  }
};
