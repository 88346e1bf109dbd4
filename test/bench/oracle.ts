import "reflect-metadata";
import { randomInt } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { enrolment } from "../support/scep/enrolment.ts";
import { OPAQUE_SET } from "../support/scep/opaque-set.ts";
import { oracleSubject, type OracleSubject } from "./oracle-subject.ts";
import { compare, type Comparison } from "./two-samples.ts";

const DOCUMENT = new URL("../../docs/security.md", import.meta.url);
const START = "<!-- oracle: written by npm run oracle -->";
const END = "<!-- end of oracle -->";
/** What the others are compared with: a right block with another content key, as an attacker's guess that came true would look. */
const REFERENCE = "valid_16_of_another_key";
/** The sender chooses the key transport, so OAEP is compared with OAEP (Manger 2001). */
const OAEP_REFERENCE = `oaep_${REFERENCE}`;
/** Messages made of each kind; they are sent again and again in random order. */
const MADE = 48;
const WARM_UP = 300;

type Kind = string;
type Times = ReadonlyMap<Kind, number[]>;

const shuffled = <T>(items: readonly T[]): T[] => {
  const mixed = [...items];
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = randomInt(i + 1);
    [mixed[i], mixed[j]] = [mixed[j] as T, mixed[i] as T];
  }
  return mixed;
};

const prepare = (ra: Uint8Array): ReadonlyMap<Kind, readonly Uint8Array[]> =>
  new Map(
    Object.entries(OPAQUE_SET).map(([kind, shape]) => [
      kind,
      Array.from({ length: MADE }, () => enrolment({ ra }, shape()).message),
    ]),
  );

/** Rounds in which each kind is sent once, in random order, `width` at a time. */
const measure = async (
  subject: OracleSubject,
  messages: ReadonlyMap<Kind, readonly Uint8Array[]>,
  samples: number,
  width: number,
): Promise<Times> => {
  const times = new Map<Kind, number[]>([...messages.keys()].map((kind) => [kind, []]));
  const order = Array.from({ length: samples }, () => shuffled([...messages.keys()])).flat();
  let next = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < order.length; at = next++) {
      const kind = order[at] ?? "";
      const made = messages.get(kind) ?? [];
      const message = made[randomInt(made.length)] ?? new Uint8Array(0);
      times.get(kind)?.push(await subject.time(message));
    }
  };
  await Promise.all(Array.from({ length: width }, work));
  return times;
};

const tableOf = (times: Times): { readonly lines: string[]; readonly worst: Comparison[] } => {
  const referenceOf = (kind: Kind): readonly number[] =>
    times.get(kind.startsWith("oaep_") ? OAEP_REFERENCE : REFERENCE) ?? [];
  const rows = [...times].map(([kind, values]) => ({
    kind,
    ...compare(values, referenceOf(kind)),
  }));
  const cell = (value: number, digits = 1): string => value.toFixed(digits);
  const lines = [
    "| request | median, µs | quartiles apart, µs | median less the reference's, µs | z | p | boxes apart |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...rows.map(
      ({ kind, median, spread, difference, z, p, boxesApart }) =>
        `| ${kind} | ${cell(median * 1000, 0)} | ${cell(spread * 1000, 0)} | ${cell(difference * 1000)} | ${cell(z, 2)} | ${p < 0.0001 ? "< 0.0001" : cell(p, 4)} | ${boxesApart ? "**yes**" : "no"} |`,
    ),
  ];
  return { lines, worst: rows };
};

const summary = (name: string, rows: readonly Comparison[], samples: number): string => {
  const apart = rows.filter(({ boxesApart }) => boxesApart).length;
  // Bonferroni: so many comparisons find something below 0.05 by chance alone.
  const told = rows.filter(({ p }) => p < 0.05 / rows.length).length;
  const largest = Math.max(...rows.map(({ difference }) => Math.abs(difference))) * 1000;
  return `${name}: ${samples} of each of ${rows.length} kinds; largest difference of medians ${largest.toFixed(1)} µs; ${told} kinds told from the reference by rank (p < 0.05 over all of them); ${apart} by boxes.`;
};

const { values } = parseArgs({
  options: {
    samples: { type: "string", default: "2000" },
    "scheduled-samples": { type: "string", default: "100" },
    dry: { type: "boolean", default: false },
  },
});
const samples = Number(values.samples);
const scheduledSamples = Number(values["scheduled-samples"]);

const subject = await oracleSubject();
try {
  const messages = prepare(subject.ra);
  subject.schedule(false);
  await measure(subject, messages, Math.ceil(WARM_UP / messages.size), 1);
  const work = tableOf(await measure(subject, messages, samples, 1));
  subject.schedule(true);
  const service = tableOf(await measure(subject, messages, scheduledSamples, 8));
  const text = [
    `Measured ${new Date().toISOString().slice(0, 10)} with Node ${process.version} on ${cpus().length} cores (${cpus()[0]?.model ?? "unknown"}), RSA-2048 soft keys in the process, the handler called without HTTP, kinds in random order. Reference: \`${REFERENCE}\`, for OAEP \`${OAEP_REFERENCE}\`.`,
    "",
    summary("Schedule off (the work itself)", work.worst, samples),
    "",
    summary("Schedule on (what a client could see)", service.worst, scheduledSamples),
    "",
    "Schedule off:",
    "",
    ...work.lines,
    "",
    "Schedule on:",
    "",
    ...service.lines,
  ].join("\n");
  console.log(text);
  if (!values.dry) {
    const document = readFileSync(DOCUMENT, "utf8");
    const [before = "", rest = ""] = document.split(START);
    const [, after = ""] = rest.split(END);
    writeFileSync(DOCUMENT, `${before}${START}\n\n${text}\n\n${END}${after}`);
  }
} finally {
  await subject.end();
}
