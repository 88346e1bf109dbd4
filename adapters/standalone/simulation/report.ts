import { barCharts, type BarChart } from "../../../plugin/sdk.ts";
import { table } from "../table.ts";
import type { SimulationOptions } from "./options.ts";
import { peaksByDay, type SimulationResult, totalOf } from "./result.ts";

/** One run with the words it is shown under. */
export interface ShownRun {
  readonly name: string;
  readonly options: SimulationOptions;
  readonly result: SimulationResult;
}

const ROWS: readonly (readonly [string, (run: ShownRun) => number | string])[] = [
  ["renewals started", ({ result }) => totalOf(result.started)],
  ["certificates issued", ({ result }) => totalOf(result.issued)],
  ["busiest hour, started", ({ result }) => peakOf(result.started)],
  ["busiest hour, issued", ({ result }) => peakOf(result.issued)],
  ["cap an hour", ({ options }) => options.rules.perHour],
  ["hours over the cap", ({ result }) => result.hoursOverCap],
  ["longest queue", ({ result }) => result.longestQueue],
  ["expired though reachable", ({ result }) => result.expired.reachable],
  ["expired, there only before its due time", ({ result }) => result.expired.earlyOnly],
  ["expired while away", ({ result }) => result.expired.away],
  ["of the expired, renewed since", ({ result }) => result.recovered],
  ["seconds", ({ result }) => result.seconds.toFixed(1)],
];

/** The figures of runs beside each other. */
export const summaryTable = (runs: readonly ShownRun[]): string =>
  table(["", ...runs.map(({ name }) => name)], summaryRows(runs));

const summaryRows = (runs: readonly ShownRun[]): string[][] =>
  ROWS.map(([title, of]) => [title, ...runs.map((run) => String(of(run)))]);

const MONTH = 30 * 24;

/** Started and busiest hour, by spans of 30 days. */
export const monthTable = (runs: readonly ShownRun[]): string => {
  const months = Math.ceil((runs[0]?.result.started.length ?? 0) / MONTH);
  return table(
    ["days", ...runs.flatMap(({ name }) => [`${name}: started`, "busiest hour"])],
    Array.from({ length: months }, (_, month) => [
      `${month * 30 + 1}-${month * 30 + 30}`,
      ...runs.flatMap(({ result }) => {
        const hours = result.started.subarray(month * MONTH, (month + 1) * MONTH);
        return [String(totalOf(hours)), String(peakOf(hours))];
      }),
    ]),
  );
};

/** The busiest hour of every day, on one scale, one run below the other. */
export const simulationChart = (runs: readonly ShownRun[]): string =>
  barCharts(
    runs.map(({ name, options, result }): BarChart => {
      const peaks = peaksByDay(result.started);
      const { perHour } = options.rules;
      return {
        title: `${options.devices} devices, ${name}: busiest hour of each day`,
        subtitle: `${totalOf(result.started)} renewals, ${peakOf(result.started)} in the busiest hour; ${result.expired.reachable} ended on a device that was reachable`,
        bars: peaks.map((value, day) => ({ label: `day ${day + 1}`, value })),
        unit: "renewals started in an hour",
        line: perHour === "off" ? undefined : { value: perHour, label: `cap ${perHour} an hour` },
      };
    }),
  );

/** A page that stands alone. */
export const simulationPage = (runs: readonly ShownRun[]): string => {
  const head = ["", ...runs.map(({ name }) => name)];
  const cells = (row: readonly string[], tag: "td" | "th"): string =>
    `<tr>${row.map((cell) => `<${tag}>${cell}</${tag}>`).join("")}</tr>`;
  const rows = summaryRows(runs).map((row) => cells(row, "td"));
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Countersign: a simulated fleet</title>
<style>body{font-family:sans-serif;max-width:980px;margin:2em auto}td,th{text-align:right;padding:.2em .8em}td:first-child{text-align:left}</style></head>
<body><h1>A simulated fleet</h1>
${simulationChart(runs)}<table>${cells(head, "th")}${rows.join("")}</table></body></html>
`;
};

const peakOf = (hours: Uint32Array): number => hours.reduce((most, one) => Math.max(most, one), 0);
