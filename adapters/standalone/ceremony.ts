import type { Command } from "commander";
import { openPkcs11Keys, type TokenOptions } from "../../hsm/pkcs11-keys.ts";
import type { KeyProvider } from "../../plugin/sdk.ts";
import { machineClock } from "./clock.ts";
import { cell } from "./table.ts";
import { addTokenOptions } from "./token-options.ts";
import {
  appendTranscript,
  fileHash,
  sha256Hex,
  type TranscriptFacts,
  transcriptLines,
} from "./transcript.ts";

/** Options of every step that changes or takes out something. */
export interface GivenStep {
  readonly transcript?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Options of a step of a key ceremony. */
export const addStepOptions = (command: Command): Command =>
  addTokenOptions(command)
    .option(
      "--transcript <file>",
      "append what was done, for auditors; each line vouches for those before",
    )
    .option("--dry-run", "look whether it could be done, and do nothing")
    .option("--json", "print the result as JSON");

/** Works with the keys of a token in a key process that is gone afterwards. */
export const withToken = async <T>(
  token: TokenOptions,
  work: (keys: KeyProvider) => Promise<T>,
): Promise<T> => {
  // Nothing is decrypted for anybody here, so no rejection is made from it.
  const keys = await openPkcs11Keys({ ...token, rejectionSecret: new Uint8Array(32) });
  try {
    return await work(keys);
  } finally {
    await keys.close();
  }
};

/** What a transcript says of a token: its module by the hash of the file. */
export const tokenFacts = async (
  module: string,
  tokenLabel: string | undefined,
  pinParts: number,
): Promise<TranscriptFacts> => ({
  module,
  moduleSha256: (await fileHash(module)) ?? null,
  token: tokenLabel ?? null,
  pinParts,
});

/** A public key as transcripts and people name it. */
export const publicKeyHash = (spki: Uint8Array): string => sha256Hex(spki);

/** Looks, before anything is done, whether the transcript can take it. Throws as `transcriptLines`. */
export const begin = async ({ transcript }: GivenStep): Promise<void> => {
  if (transcript !== undefined) await transcriptLines(transcript);
};

/** Writes the transcript, unless it was a dry run, and prints the result, to standard error where the other one holds a file. */
export const finish = async (
  given: GivenStep,
  action: string,
  token: TranscriptFacts,
  result: TranscriptFacts,
  out: NodeJS.WritableStream = process.stdout,
): Promise<void> => {
  const dryRun = given.dryRun === true;
  const written =
    given.transcript === undefined || dryRun
      ? {}
      : {
          transcriptSha256: await appendTranscript(given.transcript, machineClock, action, {
            ...token,
            ...result,
          }),
        };
  const whole: TranscriptFacts = { action, dryRun, ...result, ...written };
  if (given.json === true) {
    out.write(`${JSON.stringify(whole)}\n`);
    return;
  }
  const lines = Object.entries(whole).filter(([, value]) => value !== false && value !== undefined);
  for (const [name, value] of lines) out.write(`${name.padEnd(17)}  ${cell(value)}\n`);
  if (dryRun) out.write("dry run: nothing was changed\n");
};
