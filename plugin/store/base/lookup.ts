import type { TenantId } from "../../domain/tenant.ts";
import type { Value } from "../statements.ts";
import type { Session } from "./session.ts";
import { Together } from "./together.ts";

/** Where the rows stand. */
export interface LookupSource {
  /** It has the tenant and the columns that are searched by. */
  readonly table: string;
  /** Among which of its rows a key is unique; all unless given. */
  readonly where?: string | undefined;
  /** What is joined to each of its rows; nothing unless given. */
  readonly join?: { readonly sql: string; readonly columns: string } | undefined;
}

type Key = readonly Value[];

/** Single rows of one tenant by a unique key, for the hot path: those that are asked for at once come in one query. */
export class Lookup<R extends object> {
  readonly #together = new Together<Key, R | undefined>((keys) => this.#rows(keys));

  constructor(
    private readonly session: Pick<Session, "rows">,
    private readonly tenant: TenantId,
    private readonly source: LookupSource,
    private readonly columns: readonly string[],
  ) {}

  /** `key` in the order of the columns. Sees all that was stored before it was asked. */
  find(key: Key): Promise<R | undefined> {
    return this.#together.ask(key);
  }

  async #rows(keys: readonly Key[]): Promise<(R | undefined)[]> {
    const { table, where, join } = this.source;
    const key = `(${this.columns.map(() => "?").join()})`;
    const wanted = keys.map(() => key).join();
    const columns = this.columns.map((name) => `${table}.${name}`).join();
    const selected = join === undefined ? "*" : `${table}.*, ${join.columns}`;
    const rows = await this.session.rows<R>(
      `select ${selected} from ${table} ${join?.sql ?? ""}
       where ${table}.tenant = ? and (${columns}) in (values ${wanted})${where === undefined ? "" : ` and ${where}`}`,
      [this.tenant, ...keys.flat()],
    );
    const found = new Map(
      rows.map((row) => [textOf(this.columns.map((name) => row[name as keyof R])), row]),
    );
    return keys.map((one) => found.get(textOf(one)));
  }
}

const textOf = (key: readonly unknown[]): string => JSON.stringify(key);
