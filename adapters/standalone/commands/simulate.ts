import { writeFile } from "node:fs/promises";
import { type Command, InvalidArgumentError, Option } from "commander";
import {
  checkRenewalRules,
  CountersignError,
  durationSeconds,
  parseDuration,
  parseRenewalSpread,
  parseRenewalWindow,
  type QuietHours,
} from "../../../plugin/sdk.ts";
import { EXIT_FAILURE } from "../failure.ts";
import { integerOption } from "../options.ts";
import type { Outage, SimulationOptions } from "../simulation/options.ts";
import type { SimulationResult } from "../simulation/result.ts";
import { stepBar } from "../step-bar.ts";

interface Given {
  readonly devices: number;
  readonly days: number;
  readonly seed: number;
  readonly outages: readonly Outage[];
  readonly validity: string;
  readonly renewalWindow: string;
  readonly renewalSpread: string;
  readonly perHour: number | "off";
  readonly perDay: number | "off";
  readonly quietHours?: QuietHours;
  readonly rolloutDays: number;
  readonly checkInHours: number;
  readonly failureRate: number;
  readonly reachableFrom: number;
  readonly compare: boolean;
  readonly svg?: string;
  readonly html?: string;
  readonly json?: boolean;
}

const DAY = 86_400_000;

/** `100:P3D,240:PT12H`: the day it begins and how long it lasts; `none`. */
const outagesOf = (text: string): readonly Outage[] =>
  text === "none"
    ? []
    : text.split(",").map((one) => {
        const [, day, duration = ""] = /^(\d{1,4}(?:\.\d+)?):(P.+)$/.exec(one) ?? [];
        if (day === undefined)
          throw new InvalidArgumentError("Write day:duration, such as 100:P3D,240:PT12H, or none.");
        const from = Number(day) * DAY;
        return { from, to: from + durationSeconds(parseDuration(duration)) * 1000 };
      });

const capOf = (text: string): number | "off" => {
  if (text !== "off" && !/^[1-9]\d{0,8}$/.test(text))
    throw new InvalidArgumentError("Write a whole number from 1, or off.");
  return text === "off" ? "off" : Number(text);
};

/** `22:00-06:00` in UTC, or `08:00-18:00@Europe/Berlin`. */
const quietOf = (text: string): QuietHours => {
  const [, from = "", to = "", timeZone = "UTC"] =
    /^(\d\d:\d\d)-(\d\d:\d\d)(?:@(.+))?$/.exec(text) ?? [];
  if (from === "")
    throw new InvalidArgumentError("Write from-to, such as 08:00-18:00@Europe/Berlin.");
  return { from, to, timeZone };
};

const shareOf = (text: string): number => {
  const share = Number(text);
  if (!(share >= 0 && share < 1))
    throw new InvalidArgumentError("Write a number from 0 to below 1.");
  return share;
};

/** `simulate`: a year of a fleet in seconds, with the planner and the state machine of the server; needs no server. */
export const addSimulateCommand = (program: Command): void => {
  program
    .command("simulate")
    .description("play a fleet's year with a virtual clock: does the renewal plan hold?")
    .addOption(integerOption("--devices <n>", "how many").default(10_000))
    .addOption(integerOption("--days <n>", "how long").default(365))
    .addOption(integerOption("--seed <n>", "the same seed gives the same year").default(1))
    .addOption(
      new Option("--outages <list>", "of the server, as day:duration; or none")
        .argParser(outagesOf)
        .default(outagesOf("146:P3D,240:PT12H"), "146:P3D,240:PT12H"),
    )
    .option("--validity <duration>", "of the certificates", "P180D")
    .option("--renewal-window <window>", "P30D or 20%", "20%")
    .option("--renewal-spread <share>", "part of the window devices are spread over", "50%")
    .addOption(
      new Option("--per-hour <n|off>", "cap; a hundredth of the fleet unless given").argParser(
        capOf,
      ),
    )
    .addOption(new Option("--per-day <n|off>", "cap").argParser(capOf).default("off"))
    .addOption(
      new Option("--quiet-hours <from-to@zone>", "such as 08:00-18:00@Europe/Berlin").argParser(
        quietOf,
      ),
    )
    .addOption(
      integerOption("--rollout-days <n>", "days in which the fleet was enrolled").default(5),
    )
    .addOption(integerOption("--check-in-hours <n>", "between check-ins of a device").default(4))
    .addOption(
      new Option("--failure-rate <share>", "enrolments that are refused")
        .argParser(shareOf)
        .default(0.02),
    )
    .addOption(
      integerOption(
        "--reachable-from <n>",
        "check-ins after the due time that make a device reachable",
      ).default(6),
    )
    .option("--no-compare", "leave out the second run, with cap and spread off")
    .option("--svg <file>", "write the chart")
    .option("--html <file>", "write chart and table as a page")
    .option("--json", "print the figures as JSON")
    .action(async (given: Given) => {
      const { monthTable, simulationChart, simulationPage, summaryTable } =
        await import("../simulation/report.ts");
      const planned = optionsOf(given);
      const runs = [{ name: "planned", options: planned }];
      if (given.compare) runs.push({ name: "cap and spread off", options: unplanned(planned) });
      const shown = [];
      for (const { name, options } of runs)
        shown.push({ name, options, result: await played(name, options) });
      if (given.svg !== undefined) await writeFile(given.svg, simulationChart(shown));
      if (given.html !== undefined) await writeFile(given.html, simulationPage(shown));
      process.stdout.write(
        given.json === true
          ? `${JSON.stringify(shown.map(({ name, result }) => ({ name, ...figuresOf(result) })))}\n`
          : `${monthTable(shown)}\n${summaryTable(shown)}`,
      );
      const [first] = shown;
      if (first === undefined || first.result.expired.reachable + first.result.hoursOverCap === 0)
        return;
      process.exitCode = EXIT_FAILURE;
      process.stderr.write("The plan does not hold: see the table.\n");
    });
};

const optionsOf = (given: Given): SimulationOptions => {
  const perHour = (given.perHour as number | "off" | undefined) ?? Math.ceil(given.devices / 100);
  const rules = { perHour, perDay: given.perDay, quietHours: given.quietHours };
  checkRenewalRules(rules);
  parseRenewalWindow(given.renewalWindow);
  parseRenewalSpread(given.renewalSpread);
  parseDuration(given.validity);
  if (given.devices < 1 || given.days < 1 || given.checkInHours < 1)
    throw new CountersignError("invalid_input", "devices, days and check-in hours begin at 1");
  return { ...given, rules };
};

/** The same fleet, seed and outages, without what the planner does about load. */
const unplanned = (options: SimulationOptions): SimulationOptions => ({
  ...options,
  renewalSpread: "0%",
  rules: { perHour: "off", perDay: "off", quietHours: undefined },
});

const played = async (name: string, options: SimulationOptions): Promise<SimulationResult> => {
  const { simulate } = await import("../simulation/simulate.ts");
  const bar = stepBar(process.stderr);
  const every = process.stderr.isTTY ? 1 : Math.ceil(options.days / 5);
  try {
    return await simulate(options, (day) => {
      if (day % every === 0 || day === options.days) bar.step(day, options.days, `days, ${name}`);
    });
  } finally {
    bar.stop();
  }
};

const figuresOf = ({ started, issued, ...rest }: SimulationResult) => ({
  ...rest,
  started: started.reduce((sum, count) => sum + count, 0),
  issued: issued.reduce((sum, count) => sum + count, 0),
  busiestHour: started.reduce((most, count) => Math.max(most, count), 0),
  busiestHourIssued: issued.reduce((most, count) => Math.max(most, count), 0),
});
