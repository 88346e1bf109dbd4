import { join } from "node:path";
import knex, { type Knex } from "knex";
import type { CountersignConfig } from "../../plugin/config.ts";
import type { PostgresServer } from "../support/postgres.ts";

/** Where the data of a crash run lie, for the server that is killed and for the one who checks. */
export interface CrashPlace {
  /** As the configuration names it; goes to the server by its command line. */
  readonly database: CountersignConfig["database"];
  /** A connection of the checker's own; to be destroyed. */
  open(): Knex;
  /** The rows of a raw answer. */
  rows(answer: unknown): readonly Readonly<Record<string, unknown>>[];
  remove(): Promise<void>;
}

/** A SQLite file in the run's folder. */
export const crashFile = (folder: string): CrashPlace => {
  const file = join(folder, "countersign.db");
  return {
    database: { file },
    open: () => knex({ client: "sqlite3", connection: { filename: file }, useNullAsDefault: true }),
    rows: (answer) => answer as ReturnType<CrashPlace["rows"]>,
    remove: () => Promise.resolve(),
  };
};

/** A new database on a PostgreSQL server. Its connections are cut with their process, as on a machine that lost power. */
export const crashDatabase = async (server: PostgresServer): Promise<CrashPlace> => {
  const name = await server.create();
  const url = new URL(server.url(name));
  return {
    database: {
      client: "pg",
      connection: {
        host: url.hostname,
        port: Number(url.port),
        database: name,
        user: url.username,
        password: { env: CRASH_PASSWORD },
      },
    },
    open: () => knex({ client: "pg", connection: server.url(name), pool: { min: 0, max: 1 } }),
    rows: (answer) => (answer as { readonly rows: ReturnType<CrashPlace["rows"]> }).rows,
    remove: () => server.drop(name),
  };
};

/** The variable that brings the database's password to the server, as every secret. */
export const CRASH_PASSWORD = "COUNTERSIGN_CRASH_PASSWORD";
