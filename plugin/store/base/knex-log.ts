import type { Knex } from "knex";
import type { Logger } from "../../ports/ambient.ts";

/** Knex would write to the console, in the host's process, what it also throws. */
export const knexLog = (logger: Logger | undefined): Knex.Logger => {
  const say = (text: unknown): void => logger?.debug({ text: String(text) }, "knex says");
  return { warn: say, error: say, deprecate: say, debug: say };
};
