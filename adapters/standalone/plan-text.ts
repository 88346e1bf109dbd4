import { table } from "./table.ts";

/** What of an answer of `GET /renewals/plan` is shown. */
export interface ShownPlan {
  readonly backlog: number;
  readonly days: readonly {
    readonly day: string;
    readonly planned: number;
    readonly late: number;
    readonly peakHour: number;
  }[];
  readonly authorities: readonly {
    readonly authorityId: string;
    readonly planned: number;
    readonly late: number;
    readonly peakHour: number;
    readonly rules: { readonly perHour: number | "off"; readonly perDay: number | "off" };
  }[];
  readonly warnings: readonly string[];
}

const STEPS = " ▁▂▃▄▅▆▇█";
const WEEK = 7;

/** A plan for a terminal: one line a week with a bar for each day, then the authorities, then the warnings. */
export const planText = ({ days, authorities, backlog, warnings }: ShownPlan): string => {
  const most = Math.max(1, ...days.map(({ planned }) => planned));
  const weeks = Array.from({ length: Math.ceil(days.length / WEEK) }, (_, n) =>
    days.slice(n * WEEK, (n + 1) * WEEK),
  );
  const lines = weeks.map((week) => [
    week[0]?.day ?? "",
    week.map(({ planned }) => barOf(planned, most)).join(""),
    String(sum(week.map(({ planned }) => planned))),
    String(Math.max(...week.map(({ planned }) => planned))),
    String(Math.max(...week.map(({ peakHour }) => peakHour))),
    String(sum(week.map(({ late }) => late))),
  ]);
  const chart = table(
    ["week of", "by day ", "renewals", "busiest day", "busiest hour", "too late"],
    lines,
  );
  const rows = authorities.map(({ authorityId, planned, peakHour, late, rules }) => [
    authorityId,
    ...[planned, peakHour, late, rules.perHour, rules.perDay].map(String),
  ]);
  const head = ["authority", "renewals", "busiest hour", "too late", "cap an hour", "cap a day"];
  const notes = warnings.map((warning) => `Warning: ${warning}\n`).join("");
  const due = backlog === 0 ? "" : `\n${backlog} are due already.\n`;
  return `${chart}\n${table(head, rows)}${due}${notes}`;
};

const sum = (counts: readonly number[]): number => counts.reduce((all, one) => all + one, 0);

/** A day with any renewal has at least the lowest bar. */
const barOf = (value: number, most: number): string =>
  STEPS[value === 0 ? 0 : Math.max(1, Math.round((value / most) * (STEPS.length - 1)))] ?? " ";
