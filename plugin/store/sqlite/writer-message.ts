import { CountersignError, type ErrorCode } from "../../errors.ts";
import type { Batch, BatchAnswers } from "../enrolling/batch.ts";

/** What a writer thread is started with. */
export interface WriterData {
  readonly file: string;
  readonly busyMs: number;
}

/** To the thread: a batch, answered in its turn; or the end. */
export type ToWriter = { readonly batch: Batch } | { readonly end: true };

/** An error on its way between threads, where its class would be lost. */
interface CarriedError {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly retryAfter: number | undefined;
}

type Carried<T> = Exclude<T, CountersignError> | { readonly error: CarriedError };

/** From the thread. */
export type FromWriter =
  | {
      readonly settled: readonly Carried<BatchAnswers["settled"][number]>[];
      readonly reserved: readonly Carried<BatchAnswers["reserved"][number]>[];
      readonly moreToForget: boolean;
    }
  | { readonly error: CarriedError };

export const carryError = ({ code, detail, retryAfter }: CountersignError): CarriedError => ({
  code,
  detail,
  retryAfter,
});

export const carry = <T>(answer: T | CountersignError): Carried<T> =>
  answer instanceof CountersignError
    ? { error: carryError(answer) }
    : (answer as Exclude<T, CountersignError>);

export const arrivedError = ({ code, detail, retryAfter }: CarriedError): CountersignError =>
  new CountersignError(code, detail, retryAfter === undefined ? {} : { retryAfter });

export const arrived = <T>(answer: Carried<T>): T | CountersignError =>
  typeof answer === "object" && answer !== null && "error" in answer
    ? arrivedError(answer.error)
    : answer;
