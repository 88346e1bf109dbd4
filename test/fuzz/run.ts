import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import type { HttpAnswer } from "../support/scep/http.ts";
import type { Lab } from "../support/scep/lab.ts";
import { cpuOf, leastCpuOf } from "../support/scep/cost.ts";
import { OpaqueSchedule } from "../../plugin/scep/opaque-schedule.ts";
import { fuzzCase, FuzzMessages, type FuzzCase } from "./case.ts";

/** Milliseconds of CPU that no message may cost. */
export const CPU_LIMIT = 50;
/** Few enough that one dear message among them shows. */
const BATCH = 64;
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

/** Opaque replies at once instead of on their schedule (which the tests of case 60 look at): waiting would be most of a run. */
const withoutSchedule = async <T>(work: () => Promise<T>): Promise<T> => {
  const release = Object.getOwnPropertyDescriptor(OpaqueSchedule.prototype, "release");
  OpaqueSchedule.prototype.release = () => Promise.resolve();
  try {
    return await work();
  } finally {
    if (release !== undefined) Object.defineProperty(OpaqueSchedule.prototype, "release", release);
  }
};

interface Sent {
  readonly index: number;
  readonly input: FuzzCase;
  readonly message: Uint8Array;
}

/** One run: sends, judges, and looks for the dear one where a batch was dear. */
class FuzzRun {
  readonly statuses: Record<string, number> = {};
  readonly findings: Finding[] = [];
  /** Milliseconds of CPU that a message usually costs. */
  private usual = 5;

  constructor(private readonly lab: Lab) {}

  report({ index, input, message }: Sent, what: string | undefined): void {
    if (what !== undefined) this.findings.push({ index, what, input, message });
  }

  async batch(batch: readonly Sent[]): Promise<void> {
    const cost = await this.send(batch, (sent, answer) => {
      const status = typeof answer === "string" ? "broken" : answer.status.toString();
      this.statuses[status] = (this.statuses[status] ?? 0) + 1;
      this.report(sent, typeof answer === "string" ? answer : judge(answer));
    });
    if (this.isDear(cost, batch.length)) await this.search(batch);
    else this.usual = this.usual * 0.9 + (cost / batch.length) * 0.1;
  }

  private isDear(cost: number, messages: number): boolean {
    return cost > messages * this.usual + CPU_LIMIT;
  }

  /** Halves what is dear again until one message is left, which is then tried alone. */
  private async search(batch: readonly Sent[]): Promise<void> {
    const [only] = batch;
    if (batch.length === 1 && only !== undefined) {
      this.report(only, await tryOne(this.lab, only.message));
      return;
    }
    const middle = Math.ceil(batch.length / 2);
    for (const half of [batch.slice(0, middle), batch.slice(middle)])
      if (this.isDear(await this.send(half, () => undefined), half.length)) await this.search(half);
  }

  /** Milliseconds of CPU. */
  private send(
    batch: readonly Sent[],
    each: (sent: Sent, answer: HttpAnswer | string) => void,
  ): Promise<number> {
    // An RA key answers so many envelopes that do not open in an hour: the run has to outlive the hours.
    this.lab.time.ahead += batch.length * 5000;
    return cpuOf(async () => {
      const answers = await Promise.all(
        batch.map(({ message, index }) =>
          this.lab.post(message, "std", address(index)).catch((error: unknown) => String(error)),
        ),
      );
      for (const [at, sent] of batch.entries()) each(sent, answers[at] ?? "no answer");
    });
  }
}

/** Sends `messages` hostile messages to a running lab, in batches, and judges answers, cost and memory. */
export const fuzz = (lab: Lab, options: FuzzOptions): Promise<FuzzResult> =>
  withoutSchedule(() => fuzzNow(lab, options));

export interface FuzzOptions {
  readonly messages: number;
  readonly seed: number;
  readonly progress?: (sent: number) => void;
}

const fuzzNow = async (
  lab: Lab,
  { messages, seed, progress }: FuzzOptions,
): Promise<FuzzResult> => {
  const run = new FuzzRun(lab);
  const { statuses, findings } = run;
  const made = new FuzzMessages(lab);
  let middle = 0;
  for (let sent = 0; sent < messages; sent += BATCH) {
    if (middle === 0 && sent >= messages / 2) middle = await settled();
    const numRuns = Math.min(BATCH, messages - sent);
    const inputs = fc.sample(fuzzCase, { seed: seed + sent, numRuns });
    await run.batch(
      inputs.map((input, at) => ({ index: sent + at, input, message: made.of(input) })),
    );
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
