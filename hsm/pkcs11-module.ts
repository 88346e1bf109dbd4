import pkcs11js, { type PKCS11 } from "pkcs11js";

import { CountersignError, messageOf } from "../plugin/sdk.ts";
import { CKR, ckrOf, pkcs11Failure } from "./pkcs11-errors.ts";

/** A module that is loaded and initialised in this process. */
export interface Pkcs11Module {
  readonly p11: PKCS11;
  /** Finalises it, if it was initialised by us, and lets it go. Never throws. */
  close(): void;
}

/** Loads a module; `parameters` is the library's own text for C_Initialize. Throws `key_module_missing` with its path, `key_unavailable` when it does not initialise. */
export const openModule = (path: string, parameters?: string): Pkcs11Module => {
  const p11 = new pkcs11js.PKCS11();
  try {
    p11.load(path);
  } catch (error) {
    throw new CountersignError("key_module_missing", `${path}: ${messageOf(error)}`);
  }
  // Login state and this call belong to the whole process: another user of the module there keeps it.
  let ours = true;
  try {
    p11.C_Initialize({
      flags: pkcs11js.CKF_OS_LOCKING_OK,
      // The binding cuts the last character.
      ...(parameters === undefined ? {} : { libraryParameters: `${parameters} ` }),
    });
  } catch (error) {
    if (ckrOf(error)?.code !== CKR.alreadyInitialized) {
      p11.close();
      throw pkcs11Failure(`${path}: C_Initialize`, error);
    }
    ours = false;
  }
  return {
    p11,
    close: () => {
      try {
        if (ours) p11.C_Finalize();
        p11.close();
      } catch {
        // The process ends next, or the module is broken anyway.
      }
    },
  };
};
