import { CountersignError } from "../errors.ts";
import { attributeOfVariable } from "./device-variables.ts";
import { hasForbiddenCharacter } from "./distinguished-name.ts";

/** Static text, or a variable that stands for a device attribute (lower case). */
export type PatternPart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "variable"; readonly name: string };

/** Text mixed with variables, never two texts in a row. */
export type TextPattern = readonly PatternPart[];

/** A substituted value has at most this many characters. */
const LONGEST_VALUE = 1024;

/**
 * Reads static text mixed with `%name%`; names are those of `KNOWN_VARIABLES` (regardless of case) or `attr.<name>`;
 * `%%` is a percent sign. Throws `invalid_input` for a lone `%` and for an unknown variable, which it names.
 */
export const parseTextPattern = (text: string): TextPattern => {
  const parts: PatternPart[] = [];
  let literal = "";
  const flush = (): void => {
    if (literal !== "") parts.push({ kind: "text", text: literal });
    literal = "";
  };
  for (let at = 0; at < text.length;) {
    const open = text.indexOf("%", at);
    literal += text.slice(at, open === -1 ? undefined : open);
    if (open === -1) break;
    const close = text.indexOf("%", open + 1);
    if (close === -1) {
      throw new CountersignError(
        "invalid_input",
        `The last % of ${JSON.stringify(text.slice(0, 120))} has no partner; write %% for a percent sign`,
      );
    }
    if (close === open + 1) literal += "%";
    else {
      flush();
      parts.push({ kind: "variable", name: attributeNamed(text.slice(open + 1, close)) });
    }
    at = close + 1;
  }
  flush();
  return parts;
};

const attributeNamed = (variable: string): string => {
  const attribute = attributeOfVariable(variable);
  if (attribute === undefined) {
    throw new CountersignError(
      "invalid_input",
      `There is no variable %${variable}%; write %attr.<name>% for an attribute of your own`,
    );
  }
  return attribute;
};

/**
 * Puts the attributes into the pattern; values are trimmed. Throws `variable_without_value` for a missing or empty one
 * and `invalid_input` for one with control characters or over 1,024 characters; both name the variable.
 */
export const renderText = (
  pattern: TextPattern,
  attributes: Readonly<Record<string, string>>,
): string =>
  pattern
    .map((part) => (part.kind === "text" ? part.text : valueOf(part.name, attributes)))
    .join("");

const valueOf = (name: string, attributes: Readonly<Record<string, string>>): string => {
  const value = (Object.hasOwn(attributes, name) ? attributes[name] : undefined)?.trim();
  if (value === undefined || value === "") {
    throw new CountersignError("variable_without_value", `The device has no value for %${name}%`);
  }
  if (hasForbiddenCharacter(value) || value.length > LONGEST_VALUE) {
    throw new CountersignError(
      "invalid_input",
      `The device's value for %${name}% holds control characters or is too long`,
    );
  }
  return value;
};
