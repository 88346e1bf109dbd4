import { CountersignError, messageOf } from "../../errors.ts";
import type { Reservation, Settlement } from "../../ports/stores.ts";
import { toMillis, toMillisOrNull } from "../base/columns.ts";
import { toJson } from "../base/json.ts";
import { type Statements, translated } from "../dialect.ts";
import { type Batch, type BatchAnswers, performBatch } from "../enrolling/batch.ts";
import { ownedKey, type Owned } from "../enrolling/sql.ts";
import { faultOf, inTransaction } from "./connection.ts";
import { USUAL_DONE, USUAL_RUN, USUAL_SCHEMA } from "./usual-schema.ts";

/** Performs batches on one connection, while nothing else writes on it. */
export type Performer = (batch: Batch) => Promise<BatchAnswers>;

/**
 * What is usual in a batch is performed as one statement, which is a transaction of its own; nothing is written there for what is not: a
 * request that came before, a spent challenge, a device that is gone, a limit that is reached, two of one batch that meet. That follows in a
 * second transaction, by `performBatch`. Only for the one connection that writes at a time, since it looks before it writes.
 */
export const performerOn = async (statements: Pick<Statements, "all">): Promise<Performer> => {
  for (const sql of USUAL_SCHEMA) await statements.all(sql, []);
  return async (batch) => {
    const done = await performUsual(statements, batch);
    const rest: Batch = {
      ...batch,
      settlements: batch.settlements.filter((_, at) => !done.settlements.has(at)),
      reservations: batch.reservations.filter((_, at) => !done.reservations.has(at)),
    };
    const answers = await performRest(statements, rest);
    const [settled, reserved] = [[...answers.settled], [...answers.reserved]];
    return {
      settled: batch.settlements.map((_, at) =>
        done.settlements.has(at) ? "issued" : nextOf(settled),
      ),
      reserved: batch.reservations.map((_, at) =>
        done.reservations.has(at) ? { status: "reserved" } : nextOf(reserved),
      ),
      moreToForget: answers.moreToForget,
    };
  };
};

const nextOf = <T>(answers: T[]): T | CountersignError =>
  answers.shift() ?? new CountersignError("internal", "fewer answers than questions");

/** Its failure is not that of what has been committed before it. */
const performRest = async (
  statements: Pick<Statements, "all">,
  rest: Batch,
): Promise<BatchAnswers> => {
  const { settlements, releases, reservations, forgetBefore } = rest;
  if (
    settlements.length + releases.length + reservations.length === 0 &&
    forgetBefore === undefined
  )
    return { settled: [], reserved: [], moreToForget: false };
  try {
    return await inTransaction(statements, (sql) => performBatch(sql, rest));
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

/** Places in the batch that are done. */
interface Done {
  readonly settlements: ReadonlySet<number>;
  readonly reservations: ReadonlySet<number>;
}

const performUsual = async (statements: Pick<Statements, "all">, batch: Batch): Promise<Done> => {
  const settlements = rowsOf(batch.settlements, settlementRow, settlementMarks);
  // What a release frees must be there for the reservations after it.
  const reservations =
    batch.releases.length > 0
      ? batch.reservations.map(() => "null")
      : rowsOf(batch.reservations, reservationRow, reservationMarks);
  if ([...settlements, ...reservations].every((row) => row === "null"))
    return { settlements: new Set(), reservations: new Set() };
  await statements.all(USUAL_RUN, [
    `{"settlements":[${settlements.join()}],"reservations":[${reservations.join()}]}`,
  ]);
  const rows = await statements.all<{ readonly kind: string; readonly n: number }>(USUAL_DONE, []);
  const placesOf = (wanted: string): Set<number> =>
    new Set(rows.flatMap(({ kind, n }) => (kind === wanted ? [n] : [])));
  return { settlements: placesOf("settlement"), reservations: placesOf("reservation") };
};

/**
 * As JSON; `null` for one that shares a mark with an earlier one, since those are judged one after the other, and for one whose text has
 * a NUL or half a surrogate pair, which a bound value keeps and SQLite's JSON does not.
 */
const rowsOf = <T>(
  items: readonly Owned<T>[],
  rowOf: (item: Owned<T>) => Row,
  marksOf: (item: Owned<T>) => readonly string[],
): string[] => {
  const seen = new Set<string>();
  return items.map((item) => {
    const marks = marksOf(item);
    const apart = !marks.some((mark) => seen.has(mark));
    for (const mark of marks) seen.add(mark);
    const text = JSON.stringify(rowOf(item));
    return apart && !/\\u(?:0000|d[89a-f])/.test(text) ? text : "null";
  });
};

const settlementMarks = ({ tenant, item }: Owned<Settlement>): string[] => [
  ownedKey(tenant, item.id),
];

const reservationMarks = ({ tenant, item }: Owned<Reservation>): string[] => [
  ownedKey(tenant, "id", item.id),
  ownedKey(tenant, "serial", item.authorityId, item.serial),
  ownedKey(tenant, "key", item.idempotencyKey),
  ...(item.onlyOne ? [ownedKey(tenant, "device", item.deviceId, item.templateId)] : []),
  ...(item.challengeId === undefined ? [] : [ownedKey(tenant, "challenge", item.challengeId)]),
  ...(item.ciphertext === undefined
    ? []
    : [ownedKey(tenant, "ciphertext", item.ciphertext.digest)]),
];

const hex = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");

type Row = readonly (string | number | boolean | null)[];

/** In the order of `SETTLEMENT_FIELDS`. */
const settlementRow = ({ tenant, item }: Owned<Settlement>): Row => [
  tenant,
  item.id,
  toMillis(item.now),
  item.fingerprintSha256,
  hex(item.der),
  item.ledger.event,
  item.ledger.principal,
  toMillis(item.ledger.at),
  item.ledger.subjectId ?? null,
  toJson(item.ledger.data),
  toMillisOrNull(item.renewAt),
];

/** In the order of `RESERVATION_FIELDS`. */
const reservationRow = ({ tenant, item }: Owned<Reservation>): Row => [
  tenant,
  item.id,
  item.authorityId,
  item.serial,
  item.subject,
  toJson(item.sans),
  toMillis(item.notBefore),
  toMillis(item.notAfter),
  item.templateId,
  item.templateVersion,
  item.endpointId,
  item.deviceId,
  toMillis(item.now),
  hex(item.tbsDigest),
  toMillis(item.leaseUntil),
  toMillis(item.graceUntil),
  item.challengeId ?? null,
  item.idempotencyKey,
  item.ciphertext?.digest ?? null,
  item.ciphertext?.content ?? null,
  item.onlyOne,
  item.limits.perChallenge,
  item.limits.perDevicePerDay,
  item.limits.perEndpointPerMinute,
  item.raId,
];
