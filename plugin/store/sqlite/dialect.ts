import knexPackage, { type Knex } from "knex";
import type { Logger } from "../../ports/ambient.ts";
import { knexLog } from "../base/knex-log.ts";
import { telling } from "../base/transaction.ts";
import type { Dialect } from "../dialect.ts";
import { sqliteTables } from "../copying/sqlite-tables.ts";
import { type BatchWriter, performOn, writerOn } from "./usual-lane.ts";
import { WriterLink } from "./writer-link.ts";
import { Checkpoints } from "./checkpoints.ts";
import { exec, faultOf, inTransaction, lockless, prepareWriter } from "./connection.ts";
import { PreparedStatements, type SqliteConnection } from "../base/prepared-statements.ts";

export interface SqliteOptions {
  readonly file: string;
  /** How long a statement waits for another process that writes, in milliseconds. */
  readonly busyMs: number;
  readonly logger?: Logger | undefined;
  /** Whether the hot path writes in a thread of its own. */
  readonly ownThread: boolean;
}

/** "CSGN": says whose file it is (`file` and `PRAGMA application_id` show it). */
const APPLICATION_ID = 0x4353474e;
const READERS = 4;

/** What knex keeps its connections in. */
interface ConnectionSource {
  acquireConnection(): Promise<SqliteConnection>;
  releaseConnection(connection: SqliteConnection): Promise<void>;
}
const sourceOf = (db: Knex): ConnectionSource => db.client as ConnectionSource;

/** SQLite 3.35 or later (`returning`), one file, any number of processes on one machine. */
export const sqliteDialect = ({ file, busyMs, logger, ownThread }: SqliteOptions): Dialect => {
  const thread = ownThread ? new WriterLink({ file, busyMs }) : undefined;
  const writer = open({ file, logger, min: 1, max: 1 }, (connection) =>
    prepareWriter(connection, busyMs),
  );
  const readers = open({ file, logger, min: 0, max: READERS + 1 }, (connection) =>
    exec(
      connection,
      `pragma busy_timeout = ${busyMs}; pragma foreign_keys = ON; pragma query_only = ON`,
    ),
  );
  let reading: Promise<PreparedStatements> | undefined;
  /** A connection of its own, never given back: the pool could not close one that has statements. */
  const openReading = async (): Promise<PreparedStatements> => {
    const connection = await sourceOf(readers).acquireConnection();
    const statements = new PreparedStatements(connection);
    leave.push(async () => {
      await statements.finalize();
      await sourceOf(readers).releaseConnection(connection);
    });
    return statements;
  };
  const prepared = new WeakMap<SqliteConnection, PreparedStatements>();
  const leave: (() => Promise<void>)[] = [];

  /** Of the one writing connection, from the first batch on. */
  let batchWriter: Promise<BatchWriter> | undefined;

  const onConnection = async <T>(
    db: Knex,
    work: (statements: PreparedStatements) => Promise<T>,
  ): Promise<T> => {
    const source = sourceOf(db);
    const connection = await source.acquireConnection();
    let statements = prepared.get(connection);
    if (statements === undefined) {
      const made = new PreparedStatements(connection);
      prepared.set(connection, made);
      leave.push(() => made.finalize());
      statements = made;
    }
    try {
      return await work(statements);
    } finally {
      await source.releaseConnection(connection);
    }
  };
  const within: Dialect["within"] = (db, work) =>
    onConnection(db, (statements) => work(lockless(statements)));

  const checkpoints = new Checkpoints(async () => {
    const source = sourceOf(readers);
    const connection = await source.acquireConnection();
    try {
      // Not prepared: the pool could not close a connection that has statements.
      await exec(connection, "pragma wal_checkpoint(passive)");
    } finally {
      await source.releaseConnection(connection);
    }
  }, logger);

  const batch: Dialect["batch"] = (work) =>
    onConnection(writer, (statements) => inTransaction(statements, work));

  return {
    writer,
    readers,
    batchLanes: 0,
    rows: async (sql, values) => {
      reading ??= openReading().catch((failure: unknown) => {
        reading = undefined;
        throw failure;
      });
      return (await reading).all(sql, values);
    },
    within,
    batch,
    commit: async (take) => {
      const outcome =
        thread === undefined
          ? await onConnection(writer, async (statements) => {
              batchWriter ??= writerOn(statements).catch((failure: unknown) => {
                batchWriter = undefined;
                throw failure;
              });
              return performOn(await batchWriter, take());
            })
          : await performOn(thread, take());
      checkpoints.written();
      return outcome;
    },
    // A writer excludes all others in this database, so either access is the same.
    transaction: (_access, work) =>
      telling(writer, async (tx) => {
        // A write that changes nothing: knex opens with a plain BEGIN, and reading first would end in SQLITE_BUSY at the first write.
        await tx.raw("delete from countersign_settings where name is null");
        return work(tx);
      }),
    snapshot: (work) =>
      telling(readers, async (tx) => {
        // The first read is what fixes the moment.
        await tx.raw("select count(*) from sqlite_master");
        return work(tx);
      }),
    migration: (work) =>
      telling(writer, async (tx) => {
        await tx.raw(`pragma application_id = ${APPLICATION_ID}`);
        return work(tx);
      }),
    tables: sqliteTables,
    // The largest id that was ever inserted is remembered here.
    continueIds: () => Promise.resolve(),
    faultOf,
    close: async () => {
      await checkpoints.stop();
      await Promise.all(leave.map((end) => end()));
      await thread?.close();
      await Promise.all([writer.destroy(), readers.destroy()]);
    },
  };
};

const open = (
  {
    file,
    logger,
    min,
    max,
  }: Pick<SqliteOptions, "file" | "logger"> & Record<"min" | "max", number>,
  prepare: (connection: SqliteConnection) => Promise<void>,
): Knex =>
  knexPackage.knex({
    client: "sqlite3",
    connection: { filename: file },
    useNullAsDefault: true,
    // Without it an error's text would hold the bound values.
    compileSqlOnError: false,
    log: knexLog(logger),
    pool: {
      min,
      max,
      // A database that stays locked is told after `busyMs`; knex would go on trying for a minute and then blame its pool.
      propagateCreateError: true,
      afterCreate: (connection: SqliteConnection, done: (error?: Error) => void) => {
        prepare(connection).then(() => done(), done);
      },
    },
  });
