import type { CountersignError } from "../plugin/sdk.ts";
import { asKeyError } from "./key-operation.ts";

/** Milliseconds between the opening of a circuit and its first trial, and the longest pause between trials. */
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 2_000;

export interface CircuitOptions {
  /** Failures in a row that open it. */
  readonly strikes: number;
  /** A real operation on the token. Rejects while it cannot be worked with. */
  readonly trial: () => Promise<void>;
  readonly onChange: (open: boolean, failure: CountersignError | undefined) => void;
}

/** Whether one token is given work: open after failures, closed again by a trial that succeeds. */
export interface Circuit {
  readonly open: boolean;
  /** The last failure while open. */
  readonly failure: CountersignError | undefined;
  /** False once a failure cannot pass by itself: a wrong PIN, another key than the other tokens have. */
  readonly mayRecover: boolean;
  /** Grows with every change; failures of operations that were begun before the last one say nothing new. */
  readonly epoch: number;
  succeeded(): void;
  failed(error: CountersignError, epoch: number): void;
  /** Opens it whatever came before. */
  trip(error: CountersignError): void;
  stop(): void;
}

const PERMANENT: ReadonlySet<string> = new Set([
  "key_pin_incorrect",
  "key_module_missing",
  "invalid_config",
]);

export const startCircuit = ({ strikes, trial, onChange }: CircuitOptions): Circuit => {
  let open = false;
  let stopped = false;
  let failures = 0;
  let epoch = 0;
  let failure: CountersignError | undefined;
  let pause = FIRST_PAUSE;
  let timer: NodeJS.Timeout | undefined;

  const mayRecover = (): boolean => failure === undefined || !PERMANENT.has(failure.code);
  const change = (to: boolean): void => {
    open = to;
    epoch += 1;
    onChange(open, failure);
  };
  const plan = (): void => {
    clearTimeout(timer);
    if (stopped || !mayRecover()) return;
    timer = setTimeout(() => void attempt(), pause);
    timer.unref();
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  };
  const attempt = async (): Promise<void> => {
    try {
      await trial();
    } catch (error) {
      failure = asKeyError(error);
      // Who waits for it must hear that it is in vain.
      if (!mayRecover()) onChange(open, failure);
      plan();
      return;
    }
    if (stopped) return;
    failures = 0;
    failure = undefined;
    pause = FIRST_PAUSE;
    change(false);
  };
  const trip = (error: CountersignError): void => {
    failure = error;
    if (open || stopped) return;
    change(true);
    plan();
  };
  return {
    get open() {
      return open;
    },
    get failure() {
      return failure;
    },
    get mayRecover() {
      return mayRecover();
    },
    get epoch() {
      return epoch;
    },
    succeeded: () => {
      failures = 0;
    },
    failed: (error, began) => {
      if (began !== epoch || open) return;
      failures += 1;
      if (failures >= strikes || PERMANENT.has(error.code)) trip(error);
    },
    trip,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
};
