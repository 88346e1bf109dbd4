import type { Handle } from "pkcs11js";

import { CountersignError } from "../plugin/sdk.ts";
import { actionOf } from "./ckr-policy.ts";
import { CKR, ckrOf, pkcs11Failure } from "./pkcs11-errors.ts";
import type { SessionPool } from "./pkcs11-sessions.ts";

/** So many failures in a row that might pass by themselves mean that they do not. */
const STRIKES = 3;

/** Runs operations in sessions of a pool, and judges what fails. */
export interface SessionRunner {
  /** `step` names the call in errors. Throws CountersignErrors. */
  run<T>(step: string, use: (session: Handle) => T | Promise<T>): Promise<T>;
  /** Whether the module must be initialised afresh. */
  readonly broken: boolean;
  /** For what only the caller can see. */
  giveUp(): void;
}

/** `renew` forgets what was known under the old login and logs in again where that is needed. */
export const sessionRunner = (pool: SessionPool, renew: () => void): SessionRunner => {
  let broken = false;
  let strikes = 0;

  const once = async <T>(use: (session: Handle) => T | Promise<T>): Promise<T> => {
    const session = await pool.acquire();
    try {
      const result = await use(session);
      pool.release(session);
      return result;
    } catch (thrown) {
      // An error of our own came before or after the token's work.
      if (thrown instanceof CountersignError) pool.release(session);
      else pool.discard(session);
      throw thrown;
    }
  };

  return {
    run: async (step, use) => {
      for (let attempt = 1; ; attempt += 1) {
        try {
          const result = await once(use);
          strikes = 0;
          return result;
        } catch (thrown) {
          if (thrown instanceof CountersignError) throw thrown;
          const code = ckrOf(thrown)?.code ?? CKR.generalError;
          if (attempt === 1 && actionOf(code, step) === "retry") {
            pool.clear();
            renew();
            continue;
          }
          const error = pkcs11Failure(step, thrown);
          if (error.code === "key_unavailable") strikes += 1;
          if (actionOf(code, step) === "reopen" || strikes >= STRIKES) broken = true;
          throw error;
        }
      }
    },
    get broken() {
      return broken;
    },
    giveUp: () => {
      broken = true;
    },
  };
};
