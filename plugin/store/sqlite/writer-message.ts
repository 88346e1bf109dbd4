import { CountersignError, type ErrorCode } from "../../errors.ts";
import type { Batch, BatchAnswers } from "../enrolling/batch.ts";
import type { UsualDone } from "./usual-lane.ts";

/** What a writer thread is started with. */
export interface WriterData {
  readonly file: string;
  readonly busyMs: number;
}

/** To the thread: what a `BatchWriter` is asked, answered in its turn; or the end. */
export type ToWriter =
  { readonly usual: string } | { readonly whole: Batch } | { readonly end: true };

/** An error on its way between threads, where its class would be lost. */
interface CarriedError {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly retryAfter: number | undefined;
}

type Carried<T> = Exclude<T, CountersignError> | { readonly error: CarriedError };

interface CarriedAnswers {
  readonly settled: readonly Carried<BatchAnswers["settled"][number]>[];
  readonly reserved: readonly Carried<BatchAnswers["reserved"][number]>[];
  readonly moreToForget: boolean;
}

/** From the thread. */
export type FromWriter =
  | { readonly done: UsualDone }
  | { readonly answers: CarriedAnswers }
  | { readonly error: CarriedError };

export const carryAnswers = ({
  settled,
  reserved,
  moreToForget,
}: BatchAnswers): CarriedAnswers => ({
  settled: settled.map(carry),
  reserved: reserved.map(carry),
  moreToForget,
});

export const arrivedAnswers = ({
  settled,
  reserved,
  moreToForget,
}: CarriedAnswers): BatchAnswers => ({
  settled: settled.map(arrived),
  reserved: reserved.map(arrived),
  moreToForget,
});

export const carryError = ({ code, detail, retryAfter }: CountersignError): CarriedError => ({
  code,
  detail,
  retryAfter,
});

const carry = <T>(answer: T | CountersignError): Carried<T> =>
  answer instanceof CountersignError
    ? { error: carryError(answer) }
    : (answer as Exclude<T, CountersignError>);

export const arrivedError = ({ code, detail, retryAfter }: CarriedError): CountersignError =>
  new CountersignError(code, detail, retryAfter === undefined ? {} : { retryAfter });

const arrived = <T>(answer: Carried<T>): T | CountersignError =>
  typeof answer === "object" && answer !== null && "error" in answer
    ? arrivedError(answer.error)
    : answer;
