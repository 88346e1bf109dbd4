import { fromMillis, toMillis, type Millis } from "./columns.ts";
import { fromJson, toJson } from "./json.ts";
import type { Mapping } from "./rows.ts";

/** Something that goes through states, of which only the state and the times have columns of their own. */
export interface Stateful {
  readonly id: string;
  readonly state: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** How it stands in its table. */
export interface StatefulRow {
  readonly id: string;
  readonly state: string;
  /** JSON of all other members. */
  readonly definition: string;
  readonly created_at: Millis;
  readonly updated_at: Millis;
}

/** The mapping of a table with the columns of `StatefulRow`. */
export const statefulMapping = <T extends Stateful>(table: string): Mapping<T, StatefulRow> => ({
  table,
  toRow: ({ id, state, createdAt, updatedAt, ...definition }) => ({
    id,
    state,
    definition: toJson(definition),
    created_at: toMillis(createdAt),
    updated_at: toMillis(updatedAt),
  }),
  fromRow: (row) =>
    ({
      ...(fromJson(row.definition) as object),
      id: row.id,
      state: row.state,
      createdAt: fromMillis(row.created_at),
      updatedAt: fromMillis(row.updated_at),
    }) as T,
});
