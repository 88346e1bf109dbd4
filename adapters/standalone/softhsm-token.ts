import { randomBytes } from "node:crypto";
import { mkdir, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { initToken } from "../../hsm/pkcs11-token.ts";
import type { DataFolder } from "./data-folder.ts";
import { createPrivateFile } from "./private-file.ts";
import type { KeyStoreSettings } from "./settings.ts";

/** A token of a data folder's own, and the way to take it away while nothing depends on it. */
export interface FolderToken {
  readonly keyStore: KeyStoreSettings;
  readonly undo: () => Promise<void>;
}

const LABEL = "countersign demo";

/** Whether a module is SoftHSM, the one kind of token that a program may make by itself. */
export const isSoftHsm = (module: string): boolean => /softhsm/i.test(basename(module));

/**
 * The SoftHSM token in a data folder, made with a random PIN (in a file, 0600) when there is none. For demos: a real HSM has its own
 * ceremony. Throws `key_module_missing`, and then nothing is left behind.
 */
export const softHsmToken = async (folder: DataFolder, module: string): Promise<FolderToken> => {
  const at = (name: string): string => join(folder.softHsm, name);
  const conf = at("softhsm2.conf");
  const keyStore: KeyStoreSettings = {
    kind: "pkcs11",
    module,
    tokenLabel: LABEL,
    pin: { file: "softhsm/pin" },
    environment: { SOFTHSM2_CONF: "softhsm/softhsm2.conf" },
  };
  const there = await stat(at("pin")).then(
    () => true,
    () => false,
  );
  if (there) return { keyStore, undo: () => Promise.resolve() };

  const madeFolder = await mkdir(at("tokens"), { recursive: true, mode: 0o700 });
  const undo = (): Promise<void> =>
    rm(madeFolder ?? folder.softHsm, { recursive: true, force: true });
  try {
    await createPrivateFile(
      conf,
      `directories.tokendir = ${at("tokens")}\nobjectstore.backend = file\nlog.level = ERROR\n`,
    );
    const soPin = randomBytes(12).toString("hex");
    const pin = randomBytes(12).toString("hex");
    await initToken({ module, label: LABEL, soPin, pin, environment: { SOFTHSM2_CONF: conf } });
    await createPrivateFile(at("so-pin"), `${soPin}\n`);
    await createPrivateFile(at("pin"), `${pin}\n`);
    return { keyStore, undo };
  } catch (failure) {
    await undo();
    throw failure;
  }
};
