import assert from "node:assert/strict";
import { countersign, countersignOutput, type Ready, served } from "../support/standalone.ts";
import type { Serving } from "../support/standalone.ts";
import { type Ran, workFolder, type WorkFolder } from "../support/tools.ts";
import type { Json } from "./api.ts";

/** For the suite that calls it: `countersign serve` on a folder of its own, and the command line against it. */
export const useServedCli = () => {
  let folder: WorkFolder;
  let server: Serving & { readonly ready: Ready };
  const file = (name: string): string => folder.file(name);
  const data = (): string => file("data");
  before(async function () {
    this.timeout(120_000);
    folder = await workFolder();
    server = await served(data());
  });
  after(async () => {
    await server.stop("SIGKILL");
    await folder.remove();
  });

  /** One run, however it ends. */
  const attempt = (...args: string[]): Promise<Ran> => countersign([...args, "--data", data()]);
  /** One that must succeed: its standard output. */
  const cli = (...args: string[]): Promise<string> =>
    countersignOutput([...args, "--data", data()]);
  /** The same with `--json`. */
  const json = async (...args: string[]): Promise<Json> => JSON.parse(await cli(...args, "--json"));
  /** One that must be refused: what it said. */
  const refusal = async (...args: string[]): Promise<string> => {
    const { status, stderr } = await attempt(...args);
    assert.equal(status, 1, stderr);
    return stderr;
  };
  return { attempt, cli, json, refusal, file, data, server: () => server };
};
