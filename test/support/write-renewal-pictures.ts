/** `npm run pictures:renewal`: the pictures of docs/renewal.md, by the code that the product runs. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { simulationChart } from "../../adapters/standalone/simulation/report.ts";
import type { SimulationOptions } from "../../adapters/standalone/simulation/options.ts";
import { simulate } from "../../adapters/standalone/simulation/simulate.ts";
import { barCharts } from "../../plugin/domain/bar-chart.ts";
import { planRenewals } from "../../plugin/domain/renewal-plan.ts";
import { RenewalPreview } from "../../plugin/domain/renewal-preview.ts";
import type { RenewalRules } from "../../plugin/domain/renewal-rules.ts";
import { renewalTime, urgencyTime } from "../../plugin/domain/renewal-time.ts";

const FOLDER = join(import.meta.dirname, "../../docs/pictures");
const DAY = 86_400_000;
const NOW = Date.UTC(2027, 0, 4);
const DAYS = 90;

/** 20,000 certificates of a year, issued in four days, whose windows open within the next days. */
const fleet = (renewalSpread: string) =>
  Array.from({ length: 20_000 }, (_, n) => {
    const issuedAt = new Date(NOW - 290 * DAY + (n % 4) * DAY + (n % 977) * 40_000);
    const notAfter = new Date(issuedAt.getTime() + 365 * DAY);
    const terms = { id: "wifi", autoRenewal: true, renewalWindow: "20%", renewalSpread };
    const due = renewalTime(terms, { deviceId: `device-${n}`, issuedAt, notAfter }, issuedAt);
    return {
      renewAt: due?.getTime() ?? 0,
      urgentAt: urgencyTime({ issuedAt, notAfter }).getTime(),
      expiresAt: notAfter.getTime(),
    };
  });

const chartOf = (title: string, spread: string, rules: RenewalRules, now = NOW) => {
  const preview = new RenewalPreview(NOW, NOW + DAYS * DAY);
  for (const planned of planRenewals(fleet(spread), { now, rules })) preview.add(planned);
  const days = preview.days();
  const peak = Math.max(...days.map(({ peakHour }) => peakHour));
  return {
    title,
    subtitle: `${peak} in the busiest hour`,
    bars: days.map(({ day, planned, late }) => ({ label: day, value: planned, over: late })),
    unit: "renewals a day",
  };
};

const OFF: RenewalRules = { perHour: "off", perDay: "off", quietHours: undefined };
const CAPPED: RenewalRules = {
  perHour: 60,
  perDay: "off",
  quietHours: { from: "08:00", to: "18:00", timeZone: "Europe/Berlin" },
};

await writeFile(
  join(FOLDER, "renewal-plan.svg"),
  barCharts([
    chartOf("20,000 devices enrolled in four days, spread and caps off", "0%", OFF),
    chartOf("The same with a spread of 50 %", "50%", OFF),
    chartOf(
      "Spread, 60 an hour, quiet 08:00 to 18:00, after an outage of 20 days",
      "50%",
      CAPPED,
      NOW + 20 * DAY,
    ),
  ]),
);

const options: SimulationOptions = {
  ...{ devices: 20_000, days: 365, seed: 1, validity: "P180D" },
  ...{ renewalWindow: "20%", renewalSpread: "50%" },
  rules: { perHour: 200, perDay: "off", quietHours: undefined },
  outages: [
    { from: 146 * DAY, to: 149 * DAY },
    { from: 240 * DAY, to: 240.5 * DAY },
  ],
  ...{ rolloutDays: 5, checkInHours: 4, failureRate: 0.02, reachableFrom: 6 },
};
const runs = [];
for (const [name, changes] of [
  ["planned", {}],
  ["cap and spread off", { renewalSpread: "0%", rules: OFF }],
] as const) {
  const these = { ...options, ...changes };
  runs.push({ name, options: these, result: await simulate(these) });
}
await writeFile(join(FOLDER, "renewal-simulation.svg"), simulationChart(runs));
