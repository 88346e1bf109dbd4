import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { builtins } from "../../adapters/preset.ts";
import type { CountersignConfig } from "../../plugin/config.ts";
import { type Countersign, createCountersign } from "../../plugin/countersign.ts";
import type { Setup } from "../../plugin/setup.ts";

/** Says only what an end waits for: a test that hangs there would show nothing else. */
export const silentLogger = {
  debug: () => undefined,
  info: () => undefined,
  warn: (fields: object, message: string) => {
    if (message.startsWith("waiting for"))
      process.stderr.write(`${message}: ${JSON.stringify(fields)}\n`);
  },
  error: () => undefined,
};

/** A configuration over an empty folder: soft keys in this process, a fixed server secret. */
export const configIn = (
  folder: string,
  changes: Partial<CountersignConfig> = {},
): CountersignConfig => ({
  publicUrl: "http://pki.example",
  // A thread takes a third of a second to start where a loader compiles its sources.
  database: { file: join(folder, "countersign.db"), ownThread: false },
  keys: [
    {
      kind: "soft",
      folder: join(folder, "keys"),
      passphrase: () => "a passphrase",
      inProcess: true,
    },
  ],
  serverSecret: new Uint8Array(32).fill(7),
  ...changes,
});

export interface TestInstallation {
  readonly countersign: Countersign;
  readonly folder: string;
  /** Closes it and removes its folder. */
  end(): Promise<void>;
}

/** A real installation in a folder of its own, started. */
export const startInstallation = async (
  changes: Partial<CountersignConfig> = {},
  setup: Partial<Setup> = {},
): Promise<TestInstallation> => {
  const folder = await mkdtemp(join(tmpdir(), "countersign-"));
  const countersign = createCountersign(
    configIn(folder, changes),
    builtins({ logger: silentLogger, ...setup }),
  );
  const end = async (): Promise<void> => {
    await countersign.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await countersign.start();
  } catch (failure) {
    await end();
    throw failure;
  }
  return { countersign, folder, end };
};
