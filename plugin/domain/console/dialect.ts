import { CountersignError } from "../../errors.ts";
import { attributeOfVariable } from "../device-variables.ts";
import type { Mark } from "./form.ts";

/** A dynamic key of a console, and the variable of ours that it stands for. */
export interface ConsoleVariable {
  /** Without its brackets. A `#` stands for digits. */
  readonly name: string;
  /** As in our patterns: `serialnumber`, `attr.jssid`; a `#` in it takes the digits. */
  readonly variable: string;
  readonly mark: Mark;
  /** A value to show beside it. */
  readonly example?: string;
}

/** How a console writes dynamic keys. Our own `%name%` is understood in every dialect, so `%%` is a percent sign in each. */
export interface ConsoleDialect {
  readonly open: string;
  /** Empty where the name ends by itself. */
  readonly close: string;
  readonly ignoresCase: boolean;
  /** How sure `ignoresCase` is. */
  readonly caseMark: Mark;
  /** Any further name is taken for an attribute of the device. */
  readonly free: boolean;
  readonly variables: readonly ConsoleVariable[];
}

/** Reads a console's text as a pattern of ours. Throws `invalid_input` for an unknown variable, which it names as it was written. */
export const toPattern = (dialect: ConsoleDialect, text: string): string => {
  let pattern = "";
  for (let at = 0; at < text.length;) {
    const found = variableAt(dialect, text, at) ?? ownVariableAt(text, at);
    if (found !== undefined) {
      pattern += `%${found.variable}%`;
      at += found.length;
    } else if (text.startsWith("%%", at)) {
      pattern += "%%";
      at += 2;
    } else {
      pattern += text[at] === "%" ? "%%" : (text[at] ?? "");
      at += 1;
    }
  }
  return pattern;
};

interface Found {
  readonly variable: string;
  readonly length: number;
}

const variableAt = (dialect: ConsoleDialect, text: string, at: number): Found | undefined => {
  if (!text.startsWith(dialect.open, at)) return undefined;
  const start = at + dialect.open.length;
  if (dialect.close === "") return bareVariableAt(dialect, text, at, start);
  const end = text.indexOf(dialect.close, start);
  if (end <= start) return undefined;
  const name = text.slice(start, end);
  if (!/^[A-Za-z][\w.-]*$/.test(name)) return undefined;
  const variable = lookUp(dialect, name) ?? attributeOfVariable(name);
  const length = end + dialect.close.length - at;
  if (variable !== undefined) return { variable: ownName(variable), length };
  if (dialect.free) return { variable: `attr.${name.toLowerCase()}`, length };
  return unknownVariable(text.slice(at, at + length));
};

/** `$SERIALNUMBER`: the longest name that is known. */
const bareVariableAt = (
  dialect: ConsoleDialect,
  text: string,
  at: number,
  start: number,
): Found | undefined => {
  const word = /^[A-Z][A-Z0-9_]*/i.exec(text.slice(start))?.[0] ?? "";
  for (let length = word.length; length > 0; length -= 1) {
    const variable = lookUp(dialect, word.slice(0, length));
    if (variable !== undefined) return { variable: ownName(variable), length: start + length - at };
  }
  return word === "" ? undefined : unknownVariable(text.slice(at, start + word.length));
};

const ownVariableAt = (text: string, at: number): Found | undefined => {
  const name = /^%([A-Za-z][\w.-]*)%/.exec(text.slice(at))?.[1];
  if (name === undefined) return undefined;
  if (attributeOfVariable(name) === undefined) return unknownVariable(`%${name}%`);
  return { variable: ownName(name.toLowerCase()), length: name.length + 2 };
};

/** `serial` is another word for `serialnumber`; an attribute keeps its `attr.`. */
const ownName = (variable: string): string =>
  variable.startsWith("attr.") ? variable : (attributeOfVariable(variable) ?? variable);

const unknownVariable = (written: string): never => {
  throw new CountersignError(
    "invalid_input",
    `There is no variable ${written}; write %attr.<name>% for an attribute of your own`,
  );
};

const lookUp = (dialect: ConsoleDialect, name: string): string | undefined => {
  const spell = (text: string): string => (dialect.ignoresCase ? text.toLowerCase() : text);
  for (const known of dialect.variables) {
    if (!known.name.includes("#")) {
      if (spell(known.name) === spell(name)) return known.variable;
      continue;
    }
    const [head = "", tail = ""] = spell(known.name).split("#");
    const spelt = spell(name);
    if (!spelt.startsWith(head) || !spelt.endsWith(tail)) continue;
    const digits = spelt.slice(head.length, spelt.length - tail.length);
    if (/^\d+$/.test(digits)) return known.variable.replace("#", digits);
  }
  return undefined;
};

/** Writes a pattern of ours as the console's text; what the dialect has no word for stays `%name%`. */
export const fromPattern = (dialect: ConsoleDialect, pattern: string): string =>
  pattern.replace(/%([^%]*)%/g, (whole, name: string) =>
    name === "" ? whole : writeVariable(dialect, name),
  );

/** One variable of ours in the console's spelling. */
export const writeVariable = (dialect: ConsoleDialect, variable: string): string => {
  const attribute = attributeOfVariable(variable);
  for (const known of dialect.variables) {
    if (!known.variable.includes("#")) {
      if (attributeOfVariable(known.variable) === attribute && attribute !== undefined)
        return `${dialect.open}${known.name}${dialect.close}`;
      continue;
    }
    const [head = ""] = known.variable.split("#");
    const digits = variable.slice(head.length);
    if (variable.startsWith(head) && /^\d+$/.test(digits))
      return `${dialect.open}${known.name.replace("#", digits)}${dialect.close}`;
  }
  if (dialect.free && variable.startsWith("attr."))
    return `${dialect.open}${variable.slice("attr.".length)}${dialect.close}`;
  return dialect.free && attribute !== undefined
    ? `${dialect.open}${attribute}${dialect.close}`
    : `%${variable}%`;
};
