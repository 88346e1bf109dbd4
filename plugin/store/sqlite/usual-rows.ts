import type { Reservation, Settlement } from "../../ports/enrolment-store.ts";
import { toMillis, toMillisOrNull } from "../base/columns.ts";
import { toJson } from "../base/json.ts";
import type { Batch } from "../enrolling/batch.ts";
import { ownedKey, type Owned } from "../enrolling/sql.ts";

/** The batch as the trigger of `usual-schema.ts` takes it, JSON; undefined when nothing in it may be usual. */
export const usualText = ({ settlements, releases, reservations }: Batch): string | undefined => {
  const settled = rowsOf(settlements, settlementRow, settlementMarks);
  // What a release frees must be there for the reservations after it.
  const reserved =
    releases.length > 0
      ? reservations.map(() => "null")
      : rowsOf(reservations, reservationRow, reservationMarks);
  return [...settled, ...reserved].every((row) => row === "null")
    ? undefined
    : `{"settlements":[${settled.join()}],"reservations":[${reserved.join()}]}`;
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
  item.endpointId ?? null,
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
  item.raId ?? null,
  item.capped,
];
