import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");

/** Builds `test/unit/hsm/fault-shim.c` into a folder; answers its path, or undefined where there is no gcc. */
export const buildFaultShim = (folder: string): string | undefined => {
  const shim = join(folder, "shim.so");
  const include = join(ROOT, "node_modules/pkcs11js/includes");
  const source = join(ROOT, "test/unit/hsm/fault-shim.c");
  const built = spawnSync("gcc", ["-shared", "-fPIC", "-I", include, source, "-o", shim, "-ldl"]);
  if (built.error !== undefined) return undefined;
  if (built.status !== 0) throw new Error(built.stderr.toString());
  return shim;
};

/** The faults of one token behind the shim. */
export interface Faults {
  readonly environment: Readonly<Record<string, string>>;
  /** A line is FUNCTION RV DELAY_MS; none: it works. */
  set(...lines: readonly string[]): void;
}

export const faultsIn = (folder: string, module: string): Faults => {
  const file = join(folder, "faults");
  return {
    environment: { SHIM_MODULE: module, SHIM_FAULTS: file, SHIM_LOG: join(folder, "log") },
    set: (...lines) => {
      if (lines.length === 0) rmSync(file, { force: true });
      else writeFileSync(file, lines.map((line) => `${line}\n`).join(""));
    },
  };
};
