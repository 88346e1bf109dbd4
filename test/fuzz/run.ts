import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import type { HttpAnswer } from "../support/scep/http.ts";
import type { Lab } from "../support/scep/lab.ts";
import { cpuOf, leastCpuOf } from "../support/scep/cost.ts";
import { fuzzCase, messageOf, type FuzzCase } from "./case.ts";

/** Milliseconds of CPU that no message may cost. */
export const CPU_LIMIT = 50;
const BATCH = 128;
/** Octets by which memory may grow between the middle and the end of a run. */
const GROWTH = 48 * 1024 * 1024;
const ALLOWED = new Set([200, 400, 413]);

/** What went wrong with one message. */
export interface Finding {
  readonly index: number;
  readonly what: string;
  readonly input: FuzzCase;
  readonly message: Uint8Array;
}

export interface FuzzResult {
  readonly sent: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
  /** Octets of heap after collection in the middle and at the end. */
  readonly memory: readonly [number, number];
}

/** What is wrong with an answer to a hostile message; undefined: nothing. */
export const judge = (answer: HttpAnswer): string | undefined => {
  if (!ALLOWED.has(answer.status)) return `HTTP ${answer.status}: ${answer.body.toString()}`;
  const type = answer.headers["content-type"];
  const wanted = answer.status === 200 ? "application/x-pki-message" : "application/problem+json";
  return type === wanted ? undefined : `content type ${type ?? "none"} with ${answer.status}`;
};

/** Sends one message alone and judges answer and cost. */
export const tryOne = async (lab: Lab, message: Uint8Array): Promise<string | undefined> => {
  let answer: HttpAnswer | undefined;
  const cost = await leastCpuOf(async () => (answer = await lab.post(message)), CPU_LIMIT);
  if (cost > CPU_LIMIT) return `${cost.toFixed(0)} ms of CPU`;
  return answer === undefined ? "no answer" : judge(answer);
};

/** A source of its own for each message, since none may fail often. */
const address = (index: number): string => `127.1.${(index >> 8) & 0xff}.${index & 0xff}`;

/** Collects garbage, whether or not the process was started for it: what is left is what is held. */
const collect = (): void => {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
};

const settled = async (): Promise<number> => {
  await new Promise((resolve) => setTimeout(resolve, 200));
  collect();
  return process.memoryUsage().heapUsed;
};

/** Sends `messages` hostile messages to a running lab, in batches; whichever batch is dear is tried again one by one. */
export const fuzz = async (
  lab: Lab,
  {
    messages,
    seed,
    progress,
  }: {
    readonly messages: number;
    readonly seed: number;
    readonly progress?: (sent: number) => void;
  },
): Promise<FuzzResult> => {
  const statuses: Record<string, number> = {};
  const findings: Finding[] = [];
  let usual = 5 * BATCH;
  let middle = 0;
  for (let sent = 0; sent < messages; sent += BATCH) {
    if (middle === 0 && sent >= messages / 2) middle = await settled();
    const numRuns = Math.min(BATCH, messages - sent);
    const inputs = fc.sample(fuzzCase, { seed: seed + sent, numRuns });
    const batch = inputs.map((input) => ({ input, message: messageOf(lab, input) }));
    const report = (offset: number, what: string | undefined): void => {
      const one = batch[offset];
      if (what !== undefined && one !== undefined)
        findings.push({ index: sent + offset, what, ...one });
    };
    // An RA key answers so many envelopes that do not open in an hour: the run has to outlive the hours.
    lab.time.ahead += 10 * 60_000;
    const cost = await cpuOf(async () => {
      const answers = await Promise.all(
        batch.map(({ message }, offset) =>
          lab.post(message, "std", address(sent + offset)).catch((error: unknown) => String(error)),
        ),
      );
      for (const [offset, answer] of answers.entries()) {
        const status = typeof answer === "string" ? "broken" : answer.status.toString();
        statuses[status] = (statuses[status] ?? 0) + 1;
        report(offset, typeof answer === "string" ? answer : judge(answer));
      }
    });
    if (cost > usual + CPU_LIMIT)
      for (const [offset, { message }] of batch.entries())
        report(offset, await tryOne(lab, message));
    else usual = usual * 0.9 + cost * 0.1;
    progress?.(sent + numRuns);
  }
  const memory = [middle, await settled()] as const;
  if (memory[1] - memory[0] > GROWTH)
    findings.push({
      index: -1,
      what: `the heap grew from ${memory[0]} to ${memory[1]} octets`,
      input: { manner: "", layer: "noise", mutations: [], noise: new Uint8Array(0) },
      message: new Uint8Array(0),
    });
  return { sent: messages, statuses, findings, memory };
};
