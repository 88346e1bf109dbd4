import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { findProgram } from "./tools.ts";

const FOLDER = join(import.meta.dirname, "../../.cache/schemathesis");
const VERSION = "4.32.5";

/** Where schemathesis (MIT) is: among the programs, or what `npm run test:deps` has fetched; undefined without it. */
export const findSchemathesis = (): string | undefined =>
  [findProgram("schemathesis"), join(FOLDER, "bin/schemathesis")].find(
    (path) => path !== undefined && existsSync(path),
  );

/** Fetches it into a Python environment of its own; false where Python cannot make one or nothing can be had. */
export const fetchSchemathesis = (): boolean => {
  const python = findProgram("python3");
  if (python === undefined) return false;
  const made = spawnSync(python, ["-m", "venv", FOLDER], { timeout: 60_000 });
  if (made.status === 0)
    spawnSync(join(FOLDER, "bin/pip"), ["install", "--quiet", `schemathesis==${VERSION}`], {
      timeout: 240_000,
    });
  return findSchemathesis() !== undefined;
};
