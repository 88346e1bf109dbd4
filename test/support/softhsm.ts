import { randomBytes } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { initToken } from "../../hsm/pkcs11-token.ts";
import { leftOut } from "./left-out.ts";

/** A token of its own for one test: SoftHSM in a folder that nobody else uses. */
export interface SoftToken {
  readonly module: string;
  readonly tokenLabel: string;
  readonly pin: string;
  readonly soPin: string;
  /** SOFTHSM2_CONF for the process that loads the module. */
  readonly environment: Readonly<Record<string, string>>;
  /** Holds `softhsm2.conf` and the folder `tokens`. */
  readonly folder: string;
  remove(): Promise<void>;
}

/** Where `npm run test:deps` unpacks the module when it may not install it. */
export const SOFTHSM_CACHE = join(import.meta.dirname, "../../.cache/softhsm");

const LIBRARY = "libsofthsm2.so";

/** A lib folder and its folders of one architecture, as Debian has them. */
const libFolders = (root: string): string[] =>
  existsSync(root) ? [root, ...readdirSync(root).map((name) => join(root, name))] : [];

/** Path of the module: $SOFTHSM2_MODULE, a place where distributions put it, or the cache; undefined when there is none. */
export const findSoftHsm = (): string | undefined => {
  const named = process.env["SOFTHSM2_MODULE"];
  if (named !== undefined && named !== "") return named;
  return [
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/opt/homebrew/lib",
    `${SOFTHSM_CACHE}/usr/lib`,
  ]
    .flatMap(libFolders)
    .flatMap((folder) => [join(folder, "softhsm", LIBRARY), join(folder, LIBRARY)])
    .find((path) => existsSync(path));
};

/** The module for a suite that cannot do without: skips it, saying so, or fails where `CI=true`. Call it in a `before` hook. */
export const requireSoftHsm = (suite: Mocha.Context): string => {
  const module = findSoftHsm();
  return module ?? leftOut(suite, "SoftHSM is missing");
};

/** A blank place for tokens: the folder and its configuration file. */
export const freshTokenFolder = async (): Promise<Pick<SoftToken, "folder" | "environment">> => {
  const folder = await mkdtemp(join(tmpdir(), "countersign-softhsm-"));
  const tokens = join(folder, "tokens");
  await mkdir(tokens);
  const conf = join(folder, "softhsm2.conf");
  await writeFile(
    conf,
    `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`,
  );
  return { folder, environment: { SOFTHSM2_CONF: conf } };
};

/** A new token with a user PIN. Throws when the module is not there. */
export const freshToken = async (tokenLabel = "countersign test"): Promise<SoftToken> => {
  const module = findSoftHsm();
  if (module === undefined) throw new Error("SoftHSM is missing: run npm run test:deps");
  const { folder, environment } = await freshTokenFolder();
  const pin = randomBytes(6).toString("hex");
  const soPin = randomBytes(6).toString("hex");
  await initToken({ module, label: tokenLabel, soPin, pin, environment });
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  return { module, tokenLabel, pin, soPin, environment, folder, remove };
};

/** A token as a key store of a configuration. */
export const tokenStore = ({ module, tokenLabel, pin, environment }: SoftToken) => ({
  kind: "pkcs11",
  ...{ module, tokenLabel, environment },
  pin: () => pin,
});
