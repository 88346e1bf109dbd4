/**
 * Entry of the thread that writes the hot path's batches (see `WriterLink`). A transaction is some ten statements, each a way through the
 * event loop of whoever asks for it: beside requests on the main thread each would wait for a millisecond, here they follow each other.
 */
import { parentPort, workerData } from "node:worker_threads";
import sqlite3 from "sqlite3";
import { CountersignError, messageOf } from "../../errors.ts";
import { PreparedStatements, type SqliteConnection } from "../base/prepared-statements.ts";
import { translated } from "../dialect.ts";
import { type BatchWriter, writerOn } from "./usual-lane.ts";
import { faultOf, prepareWriter } from "./connection.ts";
import {
  carryAnswers,
  carryError,
  type FromWriter,
  type ToWriter,
  type WriterData,
} from "./writer-message.ts";

const { file, busyMs } = workerData as WriterData;

const connect = (): Promise<sqlite3.Database> =>
  new Promise((resolve, reject) => {
    const made: sqlite3.Database = new sqlite3.Database(file, sqlite3.OPEN_READWRITE, (error) => {
      if (error === null) resolve(made);
      else reject(error);
    });
  });

interface Opened {
  readonly database: sqlite3.Database;
  readonly statements: PreparedStatements;
  readonly writer: BatchWriter;
}

const open = async (): Promise<Opened> => {
  const database = await connect();
  const connection = database as unknown as SqliteConnection;
  await prepareWriter(connection, busyMs);
  const statements = new PreparedStatements(connection);
  return { database, statements, writer: await writerOn(statements) };
};

let opening: ReturnType<typeof open> | undefined;

const perform = async (asked: Exclude<ToWriter, { readonly end: true }>): Promise<FromWriter> => {
  try {
    opening ??= open();
    const { writer } = await opening;
    return "usual" in asked
      ? { done: await writer.usual(asked.usual) }
      : { answers: carryAnswers(await writer.whole(asked.whole)) };
  } catch (failure) {
    const error = translated({ faultOf }, failure);
    return {
      error: carryError(
        error instanceof CountersignError
          ? error
          : new CountersignError("internal", messageOf(error)),
      ),
    };
  }
};

const end = async (): Promise<void> => {
  // A connection that could not be opened has nothing to close.
  const opened = await opening?.catch(() => undefined);
  await opened?.statements.finalize();
  opened?.database.close();
  parentPort?.close();
};

let before: Promise<unknown> = Promise.resolve();
parentPort?.on("message", (message: ToWriter) => {
  before = before.then(async () => {
    if ("end" in message) await end();
    else parentPort?.postMessage(await perform(message));
  });
});
