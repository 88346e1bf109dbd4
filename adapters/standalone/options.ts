import { InvalidArgumentError, Option } from "commander";

/** Options are named as the fields of the API, so that what `--json` shows is what one writes. */

const booleanOf = (text: string): boolean => {
  if (text !== "true" && text !== "false") throw new InvalidArgumentError("Write true or false.");
  return text === "true";
};
const integerOf = (text: string): number => {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("Write a whole number.");
  return Number(text);
};
const both = (text: string, earlier: unknown): readonly string[] => [
  ...(Array.isArray(earlier) ? (earlier as string[]) : []),
  ...text.split(","),
];

/** A text: `--name <name>`. */
export const textOption = (flags: string, summary: string): Option => new Option(flags, summary);
/** One of some words. */
export const choiceOption = (flags: string, summary: string, words: readonly string[]): Option =>
  new Option(flags, summary).choices(words);
/** `--legacy`, `--legacy true`, `--legacy false`; left alone unless given. */
export const flagOption = (name: string, summary: string): Option =>
  new Option(`--${name} [true|false]`, summary).preset("true").argParser(booleanOf);
export const integerOption = (flags: string, summary: string): Option =>
  new Option(flags, summary).argParser(integerOf);
/** Separated by commas, or given again: `--template-ids wifi,vpn`. */
export const listOption = (flags: string, summary: string): Option =>
  new Option(flags, summary).argParser(both);

/** For lists that come in pages. */
export const pageOptions = (): readonly Option[] => [
  new Option("--limit <n>", "items a page, 1 to 500"),
  new Option("--cursor <cursor>", "what the page before answered"),
];

/** For downloads. */
export const outOption = (): Option => new Option("--out <file>", "file to write");

/** For changes. */
export const versionOption = (): Option =>
  new Option("--if-version <n>", "refuse unless this is still the version");
