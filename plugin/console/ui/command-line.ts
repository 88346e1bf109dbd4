/** One line for the command line, and what it does. */
export interface CommandLine {
  readonly what: string;
  /** Behind `countersign`. */
  readonly words: readonly string[];
  /** A file that the line reads, where the form's values are more than options can say. */
  readonly file?: { readonly name: string; readonly text: string };
}

const PLAIN = /^[\w@%+=:,./-]+$/;

/** The line for a POSIX shell: a word that a shell would read otherwise stands in single quotes. */
export const shellLine = (words: readonly string[]): string =>
  [
    "countersign",
    ...words.map((word) => (PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)),
  ].join(" ");

/** `--name value`, or nothing where there is no value. */
export const option = (name: string, value: string | undefined): readonly string[] =>
  value === undefined || value === "" ? [] : [`--${name}`, value];
