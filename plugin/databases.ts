import { access } from "node:fs/promises";
import type { CountersignConfig } from "./config.ts";
import { databasePlace, databaseSchema } from "./database-config.ts";
import { CountersignError } from "./errors.ts";
import { issuesOf, listOf } from "./issues.ts";
import type { Logger } from "./ports/ambient.ts";
import type { Environment } from "./secret-source.ts";
import { copyBetween, type CopyOptions, type CopyReport } from "./store/copy.ts";
import { migrateOn, openDialect } from "./store/database.ts";
import type { Dialect } from "./store/dialect.ts";

/** What `database` of the configuration is. */
export type DatabaseInput = CountersignConfig["database"];

export interface DatabaseWork {
  readonly logger?: Logger | undefined;
  /** Where `{ env }` secrets are looked up; empty unless given. */
  readonly environment?: Environment | undefined;
}

/**
 * Brings the schema up to date, also beside running servers: migrations only add. Answers the names of those it applied. Throws
 * `invalid_config`, `database_unusable` or `database_locked`.
 */
export const migrateDatabase = async (
  database: DatabaseInput,
  work: DatabaseWork = {},
): Promise<readonly string[]> => {
  const dialect = await openDatabaseSetting("database", database, work);
  try {
    return await migrateOn(dialect);
  } finally {
    await dialect.close();
  }
};

/**
 * Copies a whole database into an empty one and compares both; see `copyBetween`. Servers on either must be stopped. Called again with
 * the same two databases, it goes on where it was stopped.
 */
export const copyDatabase = async (
  from: DatabaseInput,
  to: DatabaseInput,
  work: DatabaseWork & CopyOptions = {},
): Promise<CopyReport> => {
  await requireThere(from);
  const source = await openDatabaseSetting("from", from, work);
  try {
    const target = await openDatabaseSetting("to", to, work);
    try {
      return await copyBetween(source, target, work);
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
};

/** Opening a SQLite file that is not there would make it. */
export const requireThere = async (database: DatabaseInput): Promise<void> => {
  if (!("file" in database)) return;
  await access(database.file).catch((cause: unknown) => {
    throw new CountersignError("database_unusable", `there is no file ${database.file}`, { cause });
  });
};

/** Opens a checked or unchecked setting without its stores. Throws `invalid_config`, `database_unusable`, `database_locked`. */
export const openDatabaseSetting = async (
  name: string,
  input: DatabaseInput,
  { logger, environment }: DatabaseWork,
): Promise<Dialect> => {
  const checked = databaseSchema.safeParse(input);
  if (!checked.success) {
    const issues = issuesOf(checked.error, [name]);
    throw new CountersignError("invalid_config", listOf(issues), { issues });
  }
  const place = await databasePlace(checked.data, environment ?? {});
  return openDialect({ ...place, ...(logger === undefined ? {} : { logger }) });
};
