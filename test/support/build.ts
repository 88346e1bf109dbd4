import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
/** Inside the repository, so that packages resolve and the nearest package.json says "module"; one for each of mocha's workers. */
const folder = `${root}.cache/embedding-${process.env["MOCHA_WORKER_ID"] ?? "0"}`;
let built = false;

/** The compiled package as hosts get it, made once a run. Types are checked elsewhere. */
export const builtPackage = (): {
  readonly folder: string;
  readonly index: string;
  readonly preset: string;
} => {
  if (!built) {
    mkdirSync(folder, { recursive: true });
    const options = [
      "--outDir",
      `${folder}/dist`,
      "--noCheck",
      "--declaration",
      "false",
      "--sourceMap",
      "false",
    ];
    execFileSync(
      process.execPath,
      [`${root}node_modules/typescript/bin/tsc`, "-p", `${root}tsconfig.build.json`, ...options],
      { stdio: "inherit" },
    );
    built = true;
  }
  return {
    folder,
    index: `${folder}/dist/plugin/index.js`,
    preset: `${folder}/dist/adapters/preset.js`,
  };
};
