import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { CountersignError, messageOf } from "../../plugin/sdk.ts";

/**
 * A secret from a file, or from standard input for `-`, without the line end that editors leave; never from the command line, where every
 * user of the machine can read it. Throws `invalid_input` for one that cannot be read or is empty.
 */
export const readSecretInput = async (path: string): Promise<string> => {
  let whole: string;
  try {
    whole = path === "-" ? await text(process.stdin) : await readFile(path, "utf8");
  } catch (cause) {
    throw new CountersignError(
      "invalid_input",
      `the secret file ${path} cannot be read: ${messageOf(cause)}`,
      { cause },
    );
  }
  const secret = whole.replace(/\r?\n$/, "");
  if (secret === "") throw new CountersignError("invalid_input", "the secret is empty");
  return secret;
};
