import { systemClock } from "./clock.ts";
import { type Config, type CountersignConfig, parseConfig } from "./config.ts";
import { databasePlace } from "./database-config.ts";
import { CountersignError, ERRORS, messageOf } from "./errors.ts";
import { standardErrorLogger } from "./logger.ts";
import type { Setup } from "./setup.ts";
import { openDatabase } from "./store/database.ts";

/** One thing that was looked at: `ok`, or what is wrong with its remedy. */
export interface Finding {
  /** What was looked at: `configuration`, `database`, `keys:<kind>` … */
  readonly check: string;
  readonly level: "ok" | "warning" | "fault";
  readonly message: string;
  readonly remedy?: string;
}

/** Long enough for another process's write, short enough for somebody who waits. */
const BUSY_MS = 2_000;

/**
 * Looks at what an installation stands on without starting it: the configuration, the database (a real write, no migration; the file must
 * exist), and every key store by itself. Nothing that is found is thrown. Works beside a running installation.
 */
export const diagnose = async (
  input: CountersignConfig,
  setup: Setup,
): Promise<readonly Finding[]> => {
  let config: Config;
  try {
    config = parseConfig(input, setup.keyStores);
  } catch (thrown) {
    return faultsOf("configuration", thrown);
  }
  return [
    { check: "configuration", level: "ok", message: "The configuration is valid." },
    ...(await lookAtDatabase(config, setup)),
    ...(await lookAtKeys(config, setup)),
  ];
};

const lookAtDatabase = async (config: Config, setup: Setup): Promise<readonly Finding[]> => {
  const check = "database";
  try {
    const place = await databasePlace(config.database, setup.environment ?? {});
    const clock = setup.clock ?? systemClock;
    const database = await openDatabase({ ...place, clock, busyMs: BUSY_MS });
    try {
      await database.check();
    } finally {
      await database.close();
    }
    return [{ check, level: "ok", message: "The database can be read and written." }];
  } catch (thrown) {
    return faultsOf(check, thrown);
  }
};

const lookAtKeys = async (config: Config, setup: Setup): Promise<readonly Finding[]> => {
  const logger = setup.logger ?? standardErrorLogger();
  const findings: Finding[] = [];
  for (const store of config.keys) {
    const check = `keys:${store.kind}`;
    try {
      // Nothing is decrypted for anybody here, so any secret will do.
      const provider = await store.open({ rejectionSecret: new Uint8Array(32), logger });
      try {
        findings.push(...(await provider.probe()).map((found) => ({ check, ...found })));
      } finally {
        await provider.close();
      }
    } catch (thrown) {
      findings.push(...faultsOf(check, thrown));
    }
  }
  return findings;
};

const faultsOf = (check: string, thrown: unknown): readonly Finding[] => {
  const error = thrown instanceof CountersignError ? thrown : undefined;
  const { title, nextStep } = ERRORS[error?.code ?? "internal"];
  const messages =
    error === undefined || error.issues.length === 0
      ? [`${title}: ${error?.detail ?? messageOf(thrown)}`]
      : error.issues.map(({ path, message }) => `${path}: ${message}`);
  return messages.map((message) => ({ check, level: "fault", message, remedy: nextStep }));
};
