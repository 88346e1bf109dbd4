import type { TenantId } from "../../domain/tenant.ts";
import type { Value } from "../statements.ts";
import type { Session } from "./session.ts";

/** Keys of one query. */
const AT_ONCE = 50;

/** Where the rows stand. */
export interface LookupSource {
  /** It has the tenant and the columns that are searched by. */
  readonly table: string;
  /** What is joined to each of its rows; nothing unless given. */
  readonly join?: { readonly sql: string; readonly columns: string } | undefined;
}

interface Asked<R> {
  readonly key: readonly Value[];
  resolve(row: R | undefined): void;
  reject(error: unknown): void;
}

/**
 * Single rows of one tenant by a unique key, for the hot path: one query at a time, and what is asked for while it is out goes together in
 * the next. A prepared statement serves one caller after the other, so that sixteen requests at once would otherwise wait in line.
 */
export class Lookup<R extends object> {
  readonly #waiting: Asked<R>[] = [];
  #busy = false;

  constructor(
    private readonly session: Pick<Session, "rows">,
    private readonly tenant: TenantId,
    private readonly source: LookupSource,
    private readonly columns: readonly string[],
  ) {}

  /** `key` in the order of the columns. Sees all that was stored before it was asked. */
  find(key: readonly Value[]): Promise<R | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ key, resolve, reject });
      if (!this.#busy) void this.#serve();
    });
  }

  async #serve(): Promise<void> {
    this.#busy = true;
    while (this.#waiting.length > 0) {
      const asked = this.#waiting.splice(0, AT_ONCE);
      try {
        const rows = await this.#query(asked);
        const found = new Map(
          rows.map((row) => [textOf(this.columns.map((name) => row[name as keyof R])), row]),
        );
        for (const one of asked) one.resolve(found.get(textOf(one.key)));
      } catch (error) {
        for (const one of asked) one.reject(error);
      }
    }
    this.#busy = false;
  }

  #query(asked: readonly Asked<R>[]): Promise<R[]> {
    const { table, join } = this.source;
    const key = `(${this.columns.map(() => "?").join()})`;
    const wanted = asked.map(() => key).join();
    const columns = this.columns.map((name) => `${table}.${name}`).join();
    const selected = join === undefined ? "*" : `${table}.*, ${join.columns}`;
    return this.session.rows<R>(
      `select ${selected} from ${table} ${join?.sql ?? ""} where ${table}.tenant = ? and (${columns}) in (values ${wanted})`,
      [this.tenant, ...asked.flatMap((one) => one.key)],
    );
  }
}

const textOf = (key: readonly unknown[]): string => JSON.stringify(key);
