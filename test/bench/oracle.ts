/** `npm run oracle [-- --samples N --scheduled-samples N --dry]`: the timing of refusals, into docs/security.md. */
import "reflect-metadata";
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { enrolment, type Enrolment } from "../support/scep/enrolment.ts";
import { OPAQUE_SET } from "../support/scep/opaque-set.ts";
import { checkCertRep } from "../support/scep/reply.ts";
import { CHALLENGE_SET, UNKNOWN_CHALLENGE } from "./challenge-set.ts";
import { oracleSubject, type OracleSubject } from "./oracle-subject.ts";
import { compareKinds, type Kinds, measure, summaryOf, tableOf } from "./timing-experiment.ts";

const DOCUMENT = new URL("../../docs/security.md", import.meta.url);
/** What a right block with another content key looks like: an attacker's guess that came true. */
const OPAQUE_REFERENCE = "valid_16_of_another_key";
/** The sender chooses the key transport, so OAEP is compared with OAEP (Manger 2001). */
const OAEP_REFERENCE = `oaep_${OPAQUE_REFERENCE}`;
/** Messages made of each kind. */
const MADE = 48;
const WARM_UP = 300;

/** One set of requests that must not be told from each other. */
interface Experiment {
  /** Of its place in the document. */
  readonly mark: string;
  readonly about: string;
  readonly referenceOf: (kind: string) => string;
  /** failInfo of every answer. */
  readonly failInfo: string;
  readonly make: (subject: OracleSubject) => Promise<ReadonlyMap<string, readonly Enrolment[]>>;
}

const times = async <T>(count: number, make: () => Promise<T> | T): Promise<readonly T[]> => {
  const made: T[] = [];
  while (made.length < count) made.push(await make());
  return made;
};

const EXPERIMENTS: readonly Experiment[] = [
  {
    mark: "oracle",
    about: `Reference: \`${OPAQUE_REFERENCE}\`, for OAEP \`${OAEP_REFERENCE}\`.`,
    referenceOf: (kind) => (kind.startsWith("oaep_") ? OAEP_REFERENCE : OPAQUE_REFERENCE),
    failInfo: "1",
    make: async (subject) => {
      const kinds = new Map<string, readonly Enrolment[]>();
      for (const [kind, shape] of Object.entries(OPAQUE_SET))
        kinds.set(kind, await times(MADE, () => enrolment(subject, shape())));
      return kinds;
    },
  },
  {
    mark: "challenge oracle",
    about: `Reference: \`${UNKNOWN_CHALLENGE}\`.`,
    referenceOf: () => UNKNOWN_CHALLENGE,
    failInfo: "2",
    make: async (subject) => {
      const kinds = new Map<string, readonly Enrolment[]>();
      for (const [kind, challenge] of Object.entries(CHALLENGE_SET))
        kinds.set(
          kind,
          await times(MADE, async () =>
            enrolment(subject, { challenge: await challenge(subject), devicename: "sixty-one" }),
          ),
        );
      return kinds;
    },
  },
];

/** The kinds as they are sent, after each message was seen to be answered as all of its experiment must be. */
const prepare = async (subject: OracleSubject, { make, failInfo }: Experiment): Promise<Kinds> => {
  const kinds = await make(subject);
  const answers = new Set<string | undefined>();
  for (const made of kinds.values())
    for (const { message, asked } of made) {
      const reply = checkCertRep(await subject.answer(message), asked);
      assert.equal(reply.failInfo, failInfo);
      answers.add(reply.text);
    }
  assert.equal(answers.size, 1, `not one text: ${[...answers].join("; ")}`);
  return new Map([...kinds].map(([kind, made]) => [kind, made.map(({ message }) => message)]));
};

const { values } = parseArgs({
  options: {
    samples: { type: "string", default: "2000" },
    "scheduled-samples": { type: "string", default: "100" },
    /** One of them alone, by its mark. */
    only: { type: "string" },
    dry: { type: "boolean", default: false },
  },
});
const samples = Number(values.samples);
const scheduledSamples = Number(values["scheduled-samples"]);

const run = async (experiment: Experiment): Promise<string> => {
  const subject = await oracleSubject();
  try {
    subject.schedule(false);
    const kinds = await prepare(subject, experiment);
    await measure(subject, kinds, Math.ceil(WARM_UP / kinds.size), 1);
    const { referenceOf } = experiment;
    const work = compareKinds(await measure(subject, kinds, samples, 1), referenceOf);
    subject.schedule(true);
    const service = compareKinds(await measure(subject, kinds, scheduledSamples, 8), referenceOf);
    return [
      `Measured ${new Date().toISOString().slice(0, 10)} with Node ${process.version} on ${cpus().length} cores (${cpus()[0]?.model ?? "unknown"}), RSA-2048 soft keys in the process, the handler called without HTTP, kinds in random order. ${experiment.about}`,
      "",
      summaryOf("Schedule off (the work itself)", work, samples),
      "",
      summaryOf("Schedule on (what a client could see)", service, scheduledSamples),
      "",
      "Schedule off:",
      "",
      ...tableOf(work),
      "",
      "Schedule on:",
      "",
      ...tableOf(service),
    ].join("\n");
  } finally {
    await subject.end();
  }
};

for (const experiment of EXPERIMENTS) {
  if (values.only !== undefined && values.only !== experiment.mark) continue;
  const text = await run(experiment);
  console.log(text);
  if (values.dry) continue;
  const start = `<!-- ${experiment.mark}: written by npm run oracle -->`;
  const end = `<!-- end of ${experiment.mark} -->`;
  const document = readFileSync(DOCUMENT, "utf8");
  const [before = "", rest] = document.split(start);
  assert.ok(rest !== undefined, `docs/security.md has no place for ${experiment.mark}`);
  const [, after = ""] = rest.split(end);
  writeFileSync(DOCUMENT, `${before}${start}\n\n${text}\n\n${end}${after}`);
}
