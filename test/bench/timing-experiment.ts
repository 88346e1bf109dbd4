import { randomInt } from "node:crypto";
import type { OracleSubject } from "./oracle-subject.ts";
import { compare, type Comparison } from "./two-samples.ts";

/** Messages made of each kind; they are sent again and again in random order. */
export type Kinds = ReadonlyMap<string, readonly Uint8Array[]>;

/** Milliseconds that each message of a kind took. */
export type Times = ReadonlyMap<string, readonly number[]>;

const shuffled = <T>(items: readonly T[]): T[] => {
  const mixed = [...items];
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = randomInt(i + 1);
    [mixed[i], mixed[j]] = [mixed[j] as T, mixed[i] as T];
  }
  return mixed;
};

/** Rounds in which each kind is sent once, in random order, `width` at a time. */
export const measure = async (
  subject: Pick<OracleSubject, "time">,
  kinds: Kinds,
  samples: number,
  width: number,
): Promise<Times> => {
  const times = new Map<string, number[]>([...kinds.keys()].map((kind) => [kind, []]));
  const order = Array.from({ length: samples }, () => shuffled([...kinds.keys()])).flat();
  let next = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < order.length; at = next++) {
      const kind = order[at] ?? "";
      const made = kinds.get(kind) ?? [];
      const message = made[randomInt(made.length)] ?? new Uint8Array(0);
      times.get(kind)?.push(await subject.time(message));
    }
  };
  await Promise.all(Array.from({ length: width }, work));
  return times;
};

/** One kind beside the kind it is compared with. */
export interface ComparedKind extends Comparison {
  readonly kind: string;
}

/** Every kind beside its reference. */
export const compareKinds = (
  times: Times,
  referenceOf: (kind: string) => string,
): readonly ComparedKind[] =>
  [...times].map(([kind, values]) => ({
    kind,
    ...compare(values, times.get(referenceOf(kind)) ?? []),
  }));

const micros = (milliseconds: number, digits = 1): string => (milliseconds * 1000).toFixed(digits);

/** A Markdown table, one row a kind. */
export const tableOf = (rows: readonly ComparedKind[]): readonly string[] => [
  "| request | median, µs | quartiles apart, µs | median less the reference's, µs | z | p | boxes apart |",
  "| --- | --- | --- | --- | --- | --- | --- |",
  ...rows.map(
    ({ kind, median, spread, difference, z, p, boxesApart }) =>
      `| ${kind} | ${micros(median, 0)} | ${micros(spread, 0)} | ${micros(difference)} | ${z.toFixed(2)} | ${p < 0.0001 ? "< 0.0001" : p.toFixed(4)} | ${boxesApart ? "**yes**" : "no"} |`,
  ),
];

/** What the table says, in a sentence. */
export const summaryOf = (name: string, rows: readonly ComparedKind[], samples: number): string => {
  const apart = rows.filter(({ boxesApart }) => boxesApart).length;
  // Bonferroni: so many comparisons find something below 0.05 by chance alone.
  const told = rows.filter(({ p }) => p < 0.05 / rows.length).length;
  const largest = Math.max(...rows.map(({ difference }) => Math.abs(difference)));
  return `${name}: ${samples} of each of ${rows.length} kinds; largest difference of medians ${micros(largest)} µs; ${told} kinds told from the reference by rank (p < 0.05 over all of them); ${apart} by boxes.`;
};
