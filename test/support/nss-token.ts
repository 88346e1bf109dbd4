import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { findSoftokn } from "./softokn.ts";
import { leftOut } from "./left-out.ts";

/** A database of NSS's own, as a token for one test. */
export interface NssToken {
  readonly module: string;
  readonly parameters: string;
  readonly tokenLabel: string;
  readonly pin: string;
  remove(): void;
}

/** For suites that cannot do without NSS: skips, saying so, or fails where CI is set. Call it in a `before` hook. */
export const requireNssToken = (suite: Mocha.Context): NssToken => {
  const module = findSoftokn();
  const folder = mkdtempSync(join(tmpdir(), "countersign-nss-"));
  const pin = randomBytes(8).toString("hex");
  const pinFile = join(folder, "pin");
  writeFileSync(pinFile, `${pin}\n`, { mode: 0o600 });
  // Each use of a key derives the database's key again: once is enough for a test.
  const env = { ...process.env, NSS_MAX_MP_PBE_ITERATION_COUNT: "1" };
  const made = spawnSync("certutil", ["-N", "-d", `sql:${folder}`, "-f", pinFile], { env });
  if (module === undefined || made.status !== 0) {
    rmSync(folder, { recursive: true });
    const missing = module === undefined ? "NSS softokn" : "certutil (libnss3-tools)";
    return leftOut(suite, `${missing} is missing`);
  }
  return {
    module,
    parameters: `configdir='sql:${folder}' certPrefix='' keyPrefix='' secmod='secmod.db' flags=`,
    tokenLabel: "NSS Certificate DB",
    pin,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
};
