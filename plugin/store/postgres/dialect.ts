import { randomInt } from "node:crypto";
import knexPackage, { type Knex } from "knex";
import { CountersignError } from "../../errors.ts";
import type { Logger } from "../../ports/ambient.ts";
import { knexLog } from "../base/knex-log.ts";
import { telling } from "../base/transaction.ts";
import { performBatch } from "../enrolling/batch.ts";
import type { Access, Dialect } from "../dialect.ts";
import type { Statements } from "../statements.ts";
import { continuePostgresIds, postgresTables } from "../copying/postgres-tables.ts";
import { driverConnection, type PostgresConnection } from "./connection.ts";
import { faultAt, isPassing } from "./fault.ts";
import { PgStatements, type PgConnection } from "./pg-statements.ts";
import { YoungStatistics } from "./young-statistics.ts";

export interface PostgresOptions {
  readonly connection: PostgresConnection;
  /** How long a statement waits for what another transaction holds, in milliseconds. */
  readonly busyMs: number;
  /** How long a statement may take at all, in milliseconds. */
  readonly statementMs: number;
  /** Connections for reading; writing takes two more. */
  readonly readers: number;
  readonly logger?: Logger | undefined;
}

/** One, beside that of all other writes: a second made the batches smaller and had them wait for the counters of their endpoint. */
const BATCH_LANES = 1;
/** How often work that met a deadlock is run before its error is told. */
const ATTEMPTS = 5;
/** Our advisory locks: `LOCKS` is "CSGN". */
const LOCKS = 0x4353474e;
const WRITING = 1;
const MIGRATING = 2;
const LOCK_OF: Readonly<Record<Access, string>> = {
  alone: `select pg_advisory_xact_lock(${LOCKS}, ${WRITING})`,
  shared: `select pg_advisory_xact_lock_shared(${LOCKS}, ${WRITING})`,
};
const OLDEST = 130_000;

/** What knex keeps its connections in. */
interface ConnectionSource {
  acquireConnection(): Promise<PgConnection>;
  releaseConnection(connection: PgConnection): Promise<void>;
}
const sourceOf = (db: Knex): ConnectionSource => db.client as ConnectionSource;

/** PostgreSQL 13 or later, one database, any number of nodes. Everything is READ COMMITTED, so what must not change is locked. */
export const postgresDialect = (options: PostgresOptions): Dialect => {
  const { settings, place } = driverConnection(options.connection);
  const writer = open(options, settings, BATCH_LANES + 1, "read write");
  const readers = open(options, settings, options.readers, "read only");
  const known = new WeakMap<PgConnection, PgStatements>();
  const statementsOf = (connection: PgConnection): PgStatements => {
    const statements = known.get(connection) ?? new PgStatements(connection, true);
    known.set(connection, statements);
    return statements;
  };

  const connected = async <T>(
    db: Knex,
    work: (connection: PgConnection) => Promise<T>,
  ): Promise<T> => {
    const source = sourceOf(db);
    const connection = await source.acquireConnection();
    try {
      return await work(connection);
    } finally {
      await source.releaseConnection(connection);
    }
  };

  const statistics = new YoungStatistics((sql) => writer.raw(sql), options.logger);

  const batch = <T>(work: (statements: Statements) => Promise<T>): Promise<T> =>
    connected(writer, async (connection) => {
      try {
        await connection.query(`begin; ${LOCK_OF.shared}`);
        const result = await work(statementsOf(connection));
        await connection.query("commit");
        return result;
      } catch (error) {
        // What cannot even roll back must not be used again, whatever state it is in; the first error is the one to tell.
        await connection.query("rollback").catch((broken: unknown) => {
          connection.__knex__disposed = broken;
        });
        throw error;
      }
    });

  const transaction = <T>(access: Access, work: (tx: Knex) => Promise<T>): Promise<T> =>
    telling(writer, async (tx) => {
      await tx.raw(LOCK_OF[access]);
      return work(tx);
    });

  return {
    writer,
    readers,
    batchLanes: BATCH_LANES,
    rows: (sql, values) =>
      again(() => connected(readers, (connection) => statementsOf(connection).all(sql, values))),
    // Unnamed, since nothing runs these again when one has gone stale.
    within: (tx, work) => connected(tx, (connection) => work(new PgStatements(connection, false))),
    batch: (work) => again(() => batch(work)),
    commit: async (take) => {
      const answers = await again(() => batch((sql) => performBatch(sql, take())));
      statistics.reserved(answers.reserved.length);
      return answers;
    },
    transaction: (access, work) =>
      // Alone it meets nobody of ours, and its callback was not promised to run twice.
      access === "alone" ? transaction(access, work) : again(() => transaction(access, work)),
    snapshot: (work) =>
      telling(readers, async (tx) => {
        await tx.raw(
          "set transaction isolation level repeatable read, read only; set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0",
        );
        return work(tx);
      }),
    migration: (work) =>
      telling(writer, async (tx) => {
        await tx.raw("set local statement_timeout = 0; set local lock_timeout = 0");
        await tx.raw(`select pg_advisory_xact_lock(${LOCKS}, ${MIGRATING})`);
        return work(tx);
      }),
    tables: postgresTables,
    continueIds: continuePostgresIds,
    faultOf: faultAt(place),
    close: async () => {
      await statistics.close();
      await Promise.all([writer.destroy(), readers.destroy()]);
    },
  };
};

interface Server {
  readonly version: number;
  readonly encoding: string;
  readonly standby: boolean;
}

/** Throws `database_unusable` for a server that cannot hold our data: too old, another encoding, or a standby. */
export const requireUsable = async (dialect: Dialect): Promise<void> => {
  const { rows } = await dialect.writer.raw<{ readonly rows: readonly Server[] }>(
    `select current_setting('server_version_num')::int as version,
       current_setting('server_encoding') as encoding, pg_is_in_recovery() as standby`,
  );
  const [{ version, encoding, standby } = { version: 0, encoding: "", standby: false }] = rows;
  const fault =
    version < OLDEST
      ? "PostgreSQL 13 or later is needed"
      : encoding !== "UTF8"
        ? `the database's encoding is ${encoding}, it must be UTF8`
        : standby
          ? "this server is a standby, which cannot be written to"
          : undefined;
  if (fault !== undefined) throw new CountersignError("database_unusable", fault);
};

const again = async <T>(work: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error) || attempt === ATTEMPTS) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, randomInt(5, 20 * 2 ** attempt)));
  }
};

const open = (
  { logger, busyMs, statementMs }: PostgresOptions,
  connection: Readonly<Record<string, unknown>>,
  max: number,
  mode: "read write" | "read only",
): Knex => {
  const session = [
    `set statement_timeout = ${statementMs}`,
    `set lock_timeout = ${busyMs}`,
    // A node that stops in the middle holds its locks no longer than this.
    `set idle_in_transaction_session_timeout = ${statementMs}`,
    `set session characteristics as transaction isolation level read committed, ${mode}`,
    // A statement of milliseconds is not worth compiling.
    "set jit = off",
    // An answer means that it is on the disk; a server may be set up otherwise.
    "select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'",
  ].join("; ");
  return knexPackage.knex({
    client: "pg",
    connection,
    // Without it an error's text would hold the bound values.
    compileSqlOnError: false,
    log: knexLog(logger),
    pool: {
      min: 0,
      max,
      afterCreate: (made: PgConnection, done: (error?: Error) => void) => {
        made.setTypeParser(BIGINT, Number);
        made.query(session).then(() => done(), done);
      },
    },
  });
};

/** Type oid of a bigint, which the driver hands out as text; none of ours is beyond 2^53. */
const BIGINT = 20;
