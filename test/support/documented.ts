import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { delimiter } from "node:path";
import { cliEntry } from "./standalone.ts";
import { type Ran, run, type WorkFolder } from "./tools.ts";

/** The first shell block after a heading of a document. */
export const shellBlock = (document: string, heading: string): string => {
  const text = readFileSync(new URL(`../../docs/${document}`, import.meta.url), "utf8");
  const block = /```sh\n([\s\S]*?)```/.exec(text.slice(text.indexOf(heading)))?.[1];
  assert.ok(block);
  return block;
};

/** Runs a block as it stands, with the command as it is shipped; it ends at the first line that fails, and ends the server it left. */
export const runBlock = async (place: WorkFolder, block: string): Promise<Ran> => {
  await mkdir(place.file("bin"));
  const command = `#!/bin/sh\nexec '${process.execPath}' '${cliEntry()}' "$@"\n`;
  await writeFile(place.file("bin/countersign"), command);
  await chmod(place.file("bin/countersign"), 0o755);
  return run("sh", ["-c", `set -e\n${block}kill $!\nwait $!\n`], {
    cwd: place.path,
    environment: { PATH: `${place.file("bin")}${delimiter}${process.env["PATH"] ?? ""}` },
    deadline: 170_000,
  });
};
