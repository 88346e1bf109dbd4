import { toBlob } from "../base/columns.ts";
import type { Statements, Value } from "../statements.ts";

/** What we use of a connection of the `pg` driver, and the mark by which knex knows that it must not be used again. */
export interface PgConnection {
  query(query: PgQuery | string): Promise<{ readonly rows: unknown[] }>;
  setTypeParser(oid: number, parse: (text: string) => unknown): void;
  __knex__disposed?: unknown;
}
interface Statement {
  readonly name?: string;
  readonly text: string;
}
interface PgQuery extends Statement {
  readonly values: readonly unknown[];
}

/** Statements that one connection keeps prepared; the server holds each until the connection ends, so later ones go unnamed. */
const KEPT = 300;

/** A schema change of another node gave a prepared `select *` another row; it has to be prepared anew. */
const STALE = "0A000";

/** The hot path's statements on one connection. Those that are not `named` are parsed each time. */
export class PgStatements implements Statements {
  // Not `for update`: a row whose key nobody changes may still be referred to.
  readonly forUpdate = " for no key update";
  readonly forShare = " for share";
  readonly skipLocked = " for update skip locked";
  readonly #kept = new Map<string, Statement>();

  constructor(
    private readonly connection: PgConnection,
    private readonly named: boolean,
  ) {}

  async all<R>(sql: string, values: readonly Value[]): Promise<R[]> {
    const statement = this.#statement(sql);
    try {
      const { rows } = await this.connection.query({ ...statement, values: values.map(bindable) });
      return rows as R[];
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === STALE)
        this.#kept.set(sql, { text: statement.text });
      throw error;
    }
  }

  #statement(sql: string): Statement {
    const known = this.#kept.get(sql);
    if (known !== undefined) return known;
    let count = 0;
    const text = sql.replaceAll("?", () => `$${(count += 1)}`);
    if (!this.named || this.#kept.size >= KEPT) return { text };
    const statement = { name: `c${this.#kept.size}`, text };
    this.#kept.set(sql, statement);
    return statement;
  }
}

/** PostgreSQL stores no NUL in a text, and one row's must not fail the whole batch. */
const bindable = (value: Value): unknown => {
  if (typeof value === "string")
    return value.includes("\0") ? value.replaceAll("\0", "\u2400") : value;
  return value instanceof Uint8Array ? toBlob(value) : value;
};
