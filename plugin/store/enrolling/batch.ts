import type { CountersignError } from "../../errors.ts";
import type {
  Reservation,
  ReserveResult,
  Settlement,
  SettleResult,
} from "../../ports/enrolment-store.ts";
import type { Statements } from "../statements.ts";
import { abandon, ANY_LEASE } from "./abandon.ts";
import { forgetExpired } from "./forget-expired.ts";
import { uncountDevices } from "./limits.ts";
import { reserveAll } from "./reserve.ts";
import { settleAll } from "./settle.ts";
import type { Owned } from "./sql.ts";

/** What one transaction of the hot path does, for all tenants together. */
export interface Batch {
  readonly settlements: readonly Owned<Settlement>[];
  /** Ids of certificates whose reservation is given up. */
  readonly releases: readonly Owned<string>[];
  readonly reservations: readonly Owned<Reservation>[];
  /** Some of what had expired by then is removed as well. */
  readonly forgetBefore: Date | undefined;
}

/** In the order of what was asked. */
export interface BatchAnswers {
  readonly settled: readonly (SettleResult | CountersignError)[];
  readonly reserved: readonly (ReserveResult | CountersignError)[];
  /** Whether more had expired than was removed. */
  readonly moreToForget: boolean;
}

/** Settlements and releases first: what they free is there for the reservations. */
export const performBatch = async (
  sql: Statements,
  { settlements, releases, reservations, forgetBefore }: Batch,
): Promise<BatchAnswers> => {
  const settled = await settleAll(sql, settlements);
  const released = await abandon(
    sql,
    releases.map(({ tenant, item }) => ({ tenant, id: item, leaseBefore: ANY_LEASE })),
  );
  const reserved = await reserveAll(sql, reservations);
  // Last, as the counts of `reserveAll` are (see `refuseBeyondLimits`).
  await uncountDevices(sql, released);
  const moreToForget = forgetBefore !== undefined && (await forgetExpired(sql, forgetBefore));
  return { settled, reserved, moreToForget };
};
