import type { Knex } from "knex";
import { CountersignError } from "../../errors.ts";
import { translating, type Access, type Dialect } from "../dialect.ts";
import type { Statements, Value } from "../statements.ts";
import { type Batch, type BatchAnswers, performBatch } from "../enrolling/batch.ts";
import type { WriteQueue } from "./write-queue.ts";

/** How a store reaches the database: on its own, or inside a transaction that somebody else ends. Errors are CountersignErrors. */
export interface Session {
  read<T>(query: (db: Knex) => PromiseLike<T>): Promise<T>;
  /** Reads by a prepared statement: a fifth of what building a query costs. Placeholders are `?`. */
  rows<R>(sql: string, values: readonly Value[]): Promise<R[]>;
  /** All writes of `work` or none; it may run again after a deadlock. */
  write<T>(work: (db: Knex) => Promise<T>): Promise<T>;
  /** The same by prepared statements. */
  batch<T>(work: (statements: Statements) => Promise<T>): Promise<T>;
  /** A batch of the hot path, in its turn; `take` is called once the turn has come. */
  commit(take: () => Batch): Promise<BatchAnswers>;
  /** Throws `internal` inside a transaction. */
  begin<T>(work: (session: Session) => Promise<T>): Promise<T>;
}

/** Reads from the readers; each write is a transaction of its own, in its turn. */
export class PoolSession implements Session {
  /** `batches` is the line of the hot path: `queue` itself where the database has one writer. */
  constructor(
    private readonly dialect: Dialect,
    private readonly queue: WriteQueue,
    private readonly batches: WriteQueue,
  ) {}

  read<T>(query: (db: Knex) => PromiseLike<T>): Promise<T> {
    return translating(this.dialect, () => query(this.dialect.readers));
  }

  rows<R>(sql: string, values: readonly Value[]): Promise<R[]> {
    return translating(this.dialect, () => this.dialect.rows<R>(sql, values));
  }

  write<T>(work: (db: Knex) => Promise<T>): Promise<T> {
    return this.#transaction("shared", work);
  }

  batch<T>(work: (statements: Statements) => Promise<T>): Promise<T> {
    return this.batches.enter(() => translating(this.dialect, () => this.dialect.batch(work)));
  }

  commit(take: () => Batch): Promise<BatchAnswers> {
    return this.batches.enter(() => translating(this.dialect, () => this.dialect.commit(take)));
  }

  begin<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.#transaction("alone", async (tx) => {
      const session = new TransactionSession(this.dialect, tx);
      try {
        return await work(session);
      } finally {
        session.end();
      }
    });
  }

  #transaction<T>(access: Access, work: (db: Knex) => Promise<T>): Promise<T> {
    return this.queue.enter(() =>
      translating(this.dialect, () => this.dialect.transaction(access, work)),
    );
  }
}

/** Everything on the transaction's one connection, so that it sees what it wrote. */
export class TransactionSession implements Session {
  #ended = false;

  constructor(
    private readonly dialect: Dialect,
    private readonly tx: Knex,
  ) {}

  read<T>(query: (db: Knex) => PromiseLike<T>): Promise<T> {
    return translating(this.dialect, () => query(this.#open()));
  }

  rows<R>(sql: string, values: readonly Value[]): Promise<R[]> {
    return this.batch((statements) => statements.all<R>(sql, values));
  }

  write<T>(work: (db: Knex) => Promise<T>): Promise<T> {
    return translating(this.dialect, () => work(this.#open()));
  }

  batch<T>(work: (statements: Statements) => Promise<T>): Promise<T> {
    return translating(this.dialect, () => this.dialect.within(this.#open(), work));
  }

  commit(take: () => Batch): Promise<BatchAnswers> {
    return this.batch((statements) => performBatch(statements, take()));
  }

  begin<T>(): Promise<T> {
    return Promise.reject(
      new CountersignError("internal", "run() was called inside run(): transactions do not nest"),
    );
  }

  end(): void {
    this.#ended = true;
  }

  #open(): Knex {
    if (this.#ended)
      throw new CountersignError("internal", "a store of run() was used after run() had ended");
    return this.tx;
  }
}
