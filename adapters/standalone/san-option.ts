import type { Option } from "commander";
import { CountersignError, SAN_TYPES, type SanType } from "../../plugin/sdk.ts";
import { textOption } from "./options.ts";

/** An alternative name as it was typed; whoever takes it says what is wrong with the value. */
export interface TypedSan {
  readonly type: SanType;
  readonly value: string;
}

/** `dns:host.example`. Throws `invalid_input` for a kind that there is not. */
export const typedSan = (text: string): TypedSan => {
  const at = text.indexOf(":");
  const type = SAN_TYPES.find((known) => known === text.slice(0, at));
  if (type === undefined) {
    throw new CountersignError(
      "invalid_input",
      `--san ${JSON.stringify(text)}: write type:value with ${SAN_TYPES.join(", ")}`,
    );
  }
  return { type, value: text.slice(at + 1) };
};

/** `--san dns:host.example`, again for more; a value keeps its commas. */
export const sanOption = (): Option =>
  textOption(
    "--san <type:value>",
    `alternative name: ${SAN_TYPES.join(", ")}; again for more`,
  ).argParser((text: string, earlier: unknown): readonly string[] => [
    ...(Array.isArray(earlier) ? (earlier as string[]) : []),
    text,
  ]);
