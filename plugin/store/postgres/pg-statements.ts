import { toBlob } from "../base/columns.ts";
import type { Statements, Value } from "../dialect.ts";

/** What we use of a connection of the `pg` driver, and the mark by which knex knows that it must not be used again. */
export interface PgConnection {
  query(query: PgQuery | string): Promise<{ readonly rows: unknown[] }>;
  setTypeParser(oid: number, parse: (text: string) => unknown): void;
  __knex__disposed?: unknown;
}
interface PgQuery {
  readonly name?: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Statements that one connection keeps prepared; the server holds each until the connection ends, so later ones go unnamed. */
const KEPT = 300;

/** The hot path's statements on one connection. */
export class PgStatements implements Statements {
  // Not `for update`: a row whose key nobody changes may still be referred to.
  readonly forUpdate = " for no key update";
  readonly forShare = " for share";
  readonly skipLocked = " for update skip locked";
  readonly #kept = new Map<string, { readonly name: string; readonly text: string }>();

  constructor(private readonly connection: PgConnection) {}

  async all<R>(sql: string, values: readonly Value[]): Promise<R[]> {
    const { rows } = await this.connection.query({
      ...this.#statement(sql),
      values: values.map(bindable),
    });
    return rows as R[];
  }

  #statement(sql: string): { readonly name?: string; readonly text: string } {
    const known = this.#kept.get(sql);
    if (known !== undefined) return known;
    let count = 0;
    const text = sql.replaceAll("?", () => `$${(count += 1)}`);
    if (this.#kept.size >= KEPT) return { text };
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
