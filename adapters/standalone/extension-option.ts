import type { Option } from "commander";
import { CountersignError } from "../../plugin/sdk.ts";
import { textOption } from "./options.ts";

/** `1.2.3.4=MAQ…`: an object identifier and DER in base64. Throws `invalid_input` for anything else; what is in it the API judges. */
export const typedExtension = (text: string): { readonly oid: string; readonly value: string } => {
  const at = text.indexOf("=");
  if (at < 1)
    throw new CountersignError(
      "invalid_input",
      `--extension ${JSON.stringify(text)}: write oid=base64, for example 1.3.6.1.4.1.311.21.10=MAA=`,
    );
  return { oid: text.slice(0, at), value: text.slice(at + 1) };
};

/** `--extension oid=base64`, again for more. */
export const extensionOption = (): Option =>
  textOption(
    "--extension <oid=base64>",
    "extension in the place of all that the request asks for, DER in base64; again for more",
  ).argParser((text: string, earlier: unknown): readonly string[] => [
    ...(Array.isArray(earlier) ? (earlier as string[]) : []),
    text,
  ]);
