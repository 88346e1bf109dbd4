import { cell, table } from "./table.ts";

/** What the API answers to a search for refusals. */
interface Found {
  readonly items: readonly {
    readonly at: string;
    readonly data: Readonly<Record<string, unknown>>;
  }[];
  readonly from: string;
  readonly looked: number;
  readonly complete: boolean;
  readonly lookedBackTo: string;
  readonly cursor?: string;
}

const COLUMNS = ["at", "label", "detail", "claimSubject", "source", "endpoint"] as const;

/** The refusals as a table, and under it how far was looked. */
export const refusalsText = (value: unknown): string => {
  const { items, from, looked, complete, lookedBackTo, cursor } = value as Found;
  const rows = items.map(({ at, data }) =>
    COLUMNS.map((column) => cell(column === "at" ? at : data[column])),
  );
  const how = complete
    ? `${looked} refusals since ${from} looked at`
    : `stopped early: ${looked} refusals back to ${lookedBackTo} looked at; more: --cursor ${cursor ?? ""}`;
  return `${table(COLUMNS, rows)}${how}\n`;
};
