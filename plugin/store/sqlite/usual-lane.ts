import { CountersignError, messageOf } from "../../errors.ts";
import { translated } from "../dialect.ts";
import type { Statements } from "../statements.ts";
import { type Batch, type BatchAnswers, performBatch } from "../enrolling/batch.ts";
import { faultOf, inTransaction } from "./connection.ts";
import { usualText } from "./usual-rows.ts";
import { USUAL_RUN, USUAL_SCHEMA } from "./usual-schema.ts";

/** Places in a batch of what has been done. */
export interface UsualDone {
  readonly settlements: readonly number[];
  readonly reservations: readonly number[];
}

/** The two ways on the one connection that writes, while nothing else writes on it. */
export interface BatchWriter {
  /** One transaction that does what is usual in a batch (`usualText`) and leaves the rest alone. */
  usual(text: string): Promise<UsualDone>;
  /** One transaction that does all of it, whatever it holds. */
  whole(batch: Batch): Promise<BatchAnswers>;
}

/** Only for the one connection that writes at a time, since the usual way looks before it writes. */
export const writerOn = async (statements: Pick<Statements, "all">): Promise<BatchWriter> => {
  for (const sql of USUAL_SCHEMA) await statements.all(sql, []);
  return {
    usual: async (text) => {
      const [row] = await statements.all<{ readonly done: string }>(USUAL_RUN, [text]);
      return JSON.parse(row?.done ?? "") as UsualDone;
    },
    whole: (batch) => inTransaction(statements, (sql) => performBatch(sql, batch)),
  };
};

/**
 * What is usual in a batch is performed as one statement, which is a transaction of its own; nothing is written there for what is not: a
 * request that came before, a spent challenge, a device that is gone, a limit that is reached, two of one batch that meet. That follows in a
 * second transaction.
 */
export const performOn = async (writer: BatchWriter, batch: Batch): Promise<BatchAnswers> => {
  const text = usualText(batch);
  const done =
    text === undefined ? { settlements: [], reservations: [] } : await writer.usual(text);
  const [settledNow, reservedNow] = [new Set(done.settlements), new Set(done.reservations)];
  const answers = await performRest(writer, {
    ...batch,
    settlements: batch.settlements.filter((_, at) => !settledNow.has(at)),
    reservations: batch.reservations.filter((_, at) => !reservedNow.has(at)),
  });
  const [settled, reserved] = [[...answers.settled], [...answers.reserved]];
  return {
    settled: batch.settlements.map((_, at) => (settledNow.has(at) ? "issued" : nextOf(settled))),
    reserved: batch.reservations.map((_, at) =>
      reservedNow.has(at) ? { status: "reserved" } : nextOf(reserved),
    ),
    moreToForget: answers.moreToForget,
  };
};

const nextOf = <T>(answers: T[]): T | CountersignError =>
  answers.shift() ?? new CountersignError("internal", "fewer answers than questions");

/** Its failure is not that of what has been committed before it. */
const performRest = async (writer: BatchWriter, rest: Batch): Promise<BatchAnswers> => {
  const { settlements, releases, reservations, forgetBefore } = rest;
  if (
    settlements.length + releases.length + reservations.length === 0 &&
    forgetBefore === undefined
  )
    return { settled: [], reserved: [], moreToForget: false };
  try {
    return await writer.whole(rest);
  } catch (failure) {
    if (releases.length > 0) throw failure;
    const error = asOurs(failure);
    return {
      settled: settlements.map(() => error),
      reserved: reservations.map(() => error),
      moreToForget: false,
    };
  }
};

const asOurs = (failure: unknown): CountersignError => {
  const error = translated({ faultOf }, failure);
  return error instanceof CountersignError
    ? error
    : new CountersignError("internal", messageOf(error), { cause: error });
};
