import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** RSA-2048 signatures a second on all cores, by `openssl speed`. Throws when there is no openssl. */
export const opensslLimit = async (cores: number): Promise<number> => {
  const { stdout } = await run("openssl", [
    "speed",
    ...["-seconds", "1"],
    ...["-multi", String(cores)],
    "rsa2048",
  ]);
  const rate = /^rsa 2048 bits\s+\S+s\s+\S+s\s+([\d.]+)/m.exec(stdout)?.[1];
  if (rate === undefined) throw new Error("openssl speed printed no figure for RSA-2048");
  return Number(rate);
};
