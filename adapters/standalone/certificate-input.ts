import { readFile } from "node:fs/promises";
import { CountersignError, messageOf } from "../../plugin/sdk.ts";

/** A certificate as PEM text or base64 DER, as the API takes it. Throws `invalid_input`. */
export const certificateOf = async (path: string): Promise<string> => {
  try {
    const octets = await readFile(path);
    const pem = octets.includes("-----BEGIN");
    return pem ? octets.toString("latin1") : octets.toString("base64");
  } catch (cause) {
    throw new CountersignError("invalid_input", `${path} cannot be read: ${messageOf(cause)}`, {
      cause,
    });
  }
};
