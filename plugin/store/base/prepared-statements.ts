import type { Value } from "../statements.ts";
import { toBlob } from "./columns.ts";

/** What we use of a connection of the `sqlite3` driver. */
export interface SqliteConnection {
  prepare(sql: string, done: (error: Error | null) => void): SqliteStatement;
  exec(sql: string, done: (error: Error | null) => void): void;
  all(sql: string, done: (error: Error | null, rows: unknown[]) => void): void;
}
interface SqliteStatement {
  all(values: readonly unknown[], done: (error: Error | null, rows: unknown[]) => void): void;
  reset(done: () => void): void;
  finalize(done: () => void): void;
}

/** Enough for every statement of the hot path in the batch sizes of a busy hour. */
const KEPT = 200;

/** Prepared statements of one SQLite connection by their text; the least recently used one goes first. */
export class PreparedStatements {
  readonly #kept = new Map<string, Promise<SqliteStatement>>();

  constructor(private readonly connection: SqliteConnection) {}

  async all<R>(sql: string, values: readonly Value[]): Promise<R[]> {
    const statement = await this.#prepared(sql);
    const bound = values.map((value) => (value instanceof Uint8Array ? toBlob(value) : value));
    return new Promise((resolve, reject) => {
      statement.all(bound, (error, rows) => {
        if (error === null) resolve(rows as R[]);
        // After SQLITE_BUSY a statement is still in progress, and no transaction of its connection could be committed.
        else statement.reset(() => reject(error));
      });
    });
  }

  /** The driver does not close a connection that has statements. */
  async finalize(): Promise<void> {
    const statements = [...this.#kept.values()];
    this.#kept.clear();
    await Promise.all(statements.map(finalized));
  }

  #prepared(sql: string): Promise<SqliteStatement> {
    const known = this.#kept.get(sql);
    if (known !== undefined) {
      this.#kept.delete(sql);
      this.#kept.set(sql, known);
      return known;
    }
    const making = new Promise<SqliteStatement>((resolve, reject) => {
      const made = this.connection.prepare(sql, (error) => {
        if (error === null) {
          resolve(made);
          return;
        }
        this.#kept.delete(sql);
        reject(error);
      });
    });
    this.#kept.set(sql, making);
    const [oldest] = this.#kept;
    if (this.#kept.size > KEPT && oldest !== undefined) {
      this.#kept.delete(oldest[0]);
      void finalized(oldest[1]);
    }
    return making;
  }
}

/** A statement that could not be prepared needs no end. */
const finalized = (making: Promise<SqliteStatement>): Promise<void> =>
  making.then(
    (statement) =>
      new Promise((resolve) => {
        statement.finalize(resolve);
      }),
    () => undefined,
  );
