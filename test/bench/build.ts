import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";

/** The project's folder. */
export const ROOT = join(import.meta.dirname, "../..");
/** Everything that benchmarks leave behind and may find again. */
export const CACHE = join(ROOT, ".cache");

/** Compiles the processes under measurement, since what a loader makes of TypeScript is not what users run; answers their folder. */
export const buildProcesses = (): string => {
  const compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  const project = join(import.meta.dirname, "tsconfig.json");
  const { status, stdout } = spawnSync(process.execPath, [compiler, "-p", project], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`the product does not compile:\n${stdout}`);
  return join(CACHE, "bench/build/test/bench");
};
