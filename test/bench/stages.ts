import { AsyncLocalStorage } from "node:async_hooks";
import { PkiOperation } from "../../plugin/scep/pki-operation.ts";
import { type KeyStoreDefinition, type Setup } from "../../plugin/sdk.ts";
import { Challenges } from "../../plugin/services/challenges/challenges.ts";
import { Issuance } from "../../plugin/services/issuance/issuance.ts";
import { Enrolments } from "../../plugin/store/enrolments.ts";
import { wrappedKeyStore } from "../support/wrapped-keys.ts";

/** The way of one request through the server, cut where it goes from one part to the next. */
export const STAGES = [
  "parse",
  "open: wait for the key",
  "open: decrypt, read the CSR",
  "challenge",
  "prepare: names, lint, encode",
  "reserve: wait for the store",
  "sign: wait for the key",
  "reply, while the store settles",
] as const;
export type Stage = (typeof STAGES)[number];

export interface StageRow {
  readonly stage: Stage;
  readonly requests: number;
  /** Milliseconds, wall clock: with several requests at once also the turns of the others. */
  readonly mean: number;
}

/** Where a request is: the stage that runs, and since when. */
interface Course {
  stage: Stage;
  since: number;
}

type Method = (this: unknown, ...args: never[]) => unknown;

/** Measures the stages from outside: it wraps the seams between the parts, so that the product carries no clock of its own. */
export class StageClock {
  readonly #course = new AsyncLocalStorage<Course>();
  readonly #sums = new Map<Stage, { requests: number; milliseconds: number }>();

  reset(): void {
    this.#sums.clear();
  }

  table(): readonly StageRow[] {
    return STAGES.flatMap((stage) => {
      const sum = this.#sums.get(stage);
      return sum === undefined
        ? []
        : [{ stage, requests: sum.requests, mean: sum.milliseconds / sum.requests }];
    });
  }

  /** Wraps the classes of this process, once and for good, and the key stores of a setup. */
  watch(setup: Setup): Setup {
    const operation = PkiOperation.prototype as unknown as Record<string, Method>;
    const { handle } = operation;
    const course = this.#course;
    const close = (): void => this.#enter("parse");
    operation["handle"] = function (this: unknown, ...args) {
      const mine: Course = { stage: "parse", since: performance.now() };
      return course.run(mine, async () => {
        const reply = await handle?.apply(this, args);
        close();
        return reply;
      });
    };
    this.#wrap(Challenges.prototype, "redeem", "challenge");
    this.#wrap(Issuance.prototype, "issue", "prepare: names, lint, encode");
    this.#wrap(Enrolments.prototype, "reserve", "reserve: wait for the store");
    this.#wrap(Enrolments.prototype, "settle", "reply, while the store settles");
    return { ...setup, keyStores: setup.keyStores.map((store) => this.#watchKeys(store)) };
  }

  #enter(stage: Stage): void {
    const course = this.#course.getStore();
    if (course === undefined) return;
    const now = performance.now();
    const sum = this.#sums.get(course.stage) ?? { requests: 0, milliseconds: 0 };
    sum.requests += 1;
    sum.milliseconds += now - course.since;
    this.#sums.set(course.stage, sum);
    course.stage = stage;
    course.since = now;
  }

  #wrap(owner: object, name: string, stage: Stage): void {
    const methods = owner as Record<string, Method>;
    const method = methods[name];
    const enter = (): void => this.#enter(stage);
    methods[name] = function (this: unknown, ...args) {
      enter();
      return method?.apply(this, args);
    };
  }

  #watchKeys(store: KeyStoreDefinition): KeyStoreDefinition {
    return wrappedKeyStore(store, {
      sign: async (go) => {
        const replying = this.#course.getStore()?.stage === "reply, while the store settles";
        if (!replying) this.#enter("sign: wait for the key");
        return go();
      },
      unwrap: async (go) => {
        this.#enter("open: wait for the key");
        const key = await go();
        this.#enter("open: decrypt, read the CSR");
        return key;
      },
    });
  }
}
