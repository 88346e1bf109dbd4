import { createHash } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { type Clock, CountersignError, messageOf } from "../../plugin/sdk.ts";

/** What was done to a token, for auditors; never a secret. */
export type TranscriptFacts = Readonly<Record<string, unknown>>;

export const sha256Hex = (octets: Uint8Array | string): string =>
  createHash("sha256").update(octets).digest("hex");

/** SHA-256 of a file; undefined where it cannot be read, as a module that the loader finds by its bare name. */
export const fileHash = async (path: string): Promise<string | undefined> =>
  readFile(path).then(sha256Hex, () => undefined);

/**
 * Appends one line of JSON to a transcript and answers the SHA-256 of that line (hex). Each line holds the hash of the line before it, so the
 * last hash, noted on paper, vouches for all. Throws `invalid_input` for a file whose lines do not follow from one another, `conflict` when
 * somebody else has written meanwhile.
 */
export const appendTranscript = async (
  path: string,
  clock: Clock,
  action: string,
  facts: TranscriptFacts,
): Promise<string> => {
  const lines = await transcriptLines(path);
  const last = lines.at(-1);
  const line = JSON.stringify({
    number: lines.length + 1,
    at: clock.now().toISOString(),
    action,
    ...facts,
    previous: last === undefined ? null : sha256Hex(last),
  });
  const file = await open(path, "a", 0o600);
  try {
    const { size } = await file.stat();
    const expected = lines.reduce((sum, each) => sum + Buffer.byteLength(each) + 1, 0);
    if (size !== expected) {
      throw new CountersignError("conflict", `${path} was written to by somebody else`);
    }
    await file.write(`${line}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  return sha256Hex(line);
};

/** The lines of a transcript, checked; none where there is no file. Throws `invalid_input`. */
export const transcriptLines = async (path: string): Promise<readonly string[]> => {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw new CountersignError("invalid_input", `${path} cannot be read: ${messageOf(failure)}`);
  }
  const lines = text.split("\n");
  if (lines.pop() !== "") throw broken(path, lines.length + 1);
  for (const [at, line] of lines.entries()) {
    const before = lines[at - 1];
    const previous = before === undefined ? null : sha256Hex(before);
    if (memberOf(line, "previous") !== previous || memberOf(line, "number") !== at + 1) {
      throw broken(path, at + 1);
    }
  }
  return lines;
};

const memberOf = (line: string, name: string): unknown => {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null
      ? (value as Record<string, unknown>)[name]
      : undefined;
  } catch {
    return undefined;
  }
};

const broken = (path: string, line: number): CountersignError =>
  new CountersignError(
    "invalid_input",
    `line ${line} of the transcript ${path} does not follow from the one before: it was changed`,
  );
