import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { adminClient } from "../admin-client.ts";
import { type DataFolder, dataFolder } from "../data-folder.ts";
import { demoAddress } from "./demo-address.ts";
import { ensureDemo } from "./demo-data.ts";
import { demoMdm } from "./demo-mdm.ts";
import { demoText } from "./demo-text.ts";
import { isInitialised } from "../initialise.ts";
import { modulePath } from "../key-stores.ts";
import { type InstallationOptions, serverOptions } from "../serve-options.ts";
import { type ServerOptions, startServer } from "../server.ts";
import { readSettings } from "../settings.ts";
import { isSoftHsm, softHsmToken } from "../softhsm-token.ts";
import { untilStopped } from "../until-stopped.ts";

/**
 * Runs the demo until it is stopped: the server, what it lacks of the demo's objects, and the text that says what to try. A SoftHSM module
 * without a PIN gets a token of the folder's own.
 */
export const runDemo = async (given: InstallationOptions): Promise<void> => {
  const folder = dataFolder(given.data);
  const stored = (await isInitialised(folder)) ? await readSettings(folder) : undefined;
  const address = await demoAddress(given, stored);
  const { pkcs11 } = given;
  const makesToken =
    pkcs11 !== undefined &&
    isSoftHsm(pkcs11) &&
    given.pinFile === undefined &&
    given.pinEnv === undefined;
  const read = await serverOptions(
    {
      ...given,
      ...(makesToken ? { pkcs11: undefined, tokenLabel: undefined } : {}),
      ...address,
    },
    [demoMdm(join(folder.demo, "profiles"))],
  );
  const token = makesToken ? await softHsmToken(folder, modulePath(pkcs11)) : undefined;
  const options: ServerOptions = token === undefined ? read : { ...read, keyStore: token.keyStore };
  const server = await startServer(options).catch(async (failure: unknown) => {
    await token?.undo();
    throw failure;
  });
  let text: string;
  try {
    await mkdir(folder.demo, { recursive: true, mode: 0o700 });
    const kind = await firstKeyStore(folder);
    const api = adminClient(server.admin, () => Promise.resolve(server.token));
    const data = await ensureDemo(api, kind === "pkcs11" ? "-hsm" : "");
    const keys = kind === "pkcs11" ? "keys on a PKCS#11 token" : "keys in encrypted files";
    const place = {
      folder,
      admin: server.admin,
      keys,
      workingFolder: process.cwd(),
      script: process.argv[1] ?? "countersign",
    };
    text = demoText(place, data);
  } catch (failure) {
    await server.close();
    throw failure;
  }
  await untilStopped(server, options.logger, () => process.stdout.write(text));
};

const firstKeyStore = async (folder: DataFolder): Promise<string | undefined> =>
  (await readSettings(folder)).keys[0]?.kind;
