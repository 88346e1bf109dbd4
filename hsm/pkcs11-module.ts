import { closeSync, openSync, readSync } from "node:fs";

import pkcs11js, { type PKCS11 } from "pkcs11js";

import { CountersignError, messageOf } from "../plugin/sdk.ts";
import { CKR, ckrOf, pkcs11Failure } from "./pkcs11-errors.ts";

/** A module that is loaded and initialised in this process. */
export interface Pkcs11Module {
  readonly p11: PKCS11;
  /** Finalises it, if it was initialised by us, and lets it go. Never throws. */
  close(): void;
}

/** Node's names of processors by the numbers of ELF headers (e_machine). */
const ELF_MACHINES: Partial<Record<number, string>> = {
  3: "ia32",
  21: "ppc64",
  22: "s390x",
  40: "arm",
  62: "x64",
  183: "arm64",
  243: "riscv64",
};

/** What processor a shared library is made for, by its ELF header: the loader itself only says that it cannot open it. */
const moduleMachine = (path: string): string | undefined => {
  const header = Buffer.alloc(20);
  try {
    const file = openSync(path, "r");
    try {
      readSync(file, header, 0, header.length, 0);
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
  if (header.readUInt32BE(0) !== 0x7f454c46) return undefined;
  const machine = header[5] === 2 ? header.readUInt16BE(18) : header.readUInt16LE(18);
  return ELF_MACHINES[machine] ?? `another processor (ELF machine ${machine})`;
};

/** Loads a module; `parameters` is the library's own text for C_Initialize. Throws `key_module_missing` with its path, `key_unavailable` when it does not initialise. */
export const openModule = (path: string, parameters?: string): Pkcs11Module => {
  const p11 = new pkcs11js.PKCS11();
  try {
    p11.load(path);
  } catch (error) {
    const made = moduleMachine(path);
    const foreign = made !== undefined && made !== process.arch;
    throw new CountersignError(
      "key_module_missing",
      foreign
        ? `${path} is made for ${made}, and this program runs on ${process.arch}: install the module for ${process.arch}`
        : `${path}: ${messageOf(error)}`,
    );
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
