import { toMillis } from "../base/columns.ts";
import type { Statements } from "../statements.ts";

/** Rows of one table at once: a few milliseconds of the writer. */
const SOME = 500;

/** Forgets some of what has expired; answers whether there may be more. Call it now and then, and sooner again while there is more. */
export const forgetExpired = async (sql: Statements, now: Date): Promise<boolean> => {
  const gone = [
    await sql.all(
      `delete from countersign_ciphertexts where (tenant, digest) in
       (select tenant, digest from countersign_ciphertexts where expires_at <= ? limit ${SOME}${sql.skipLocked})
       returning 1 as gone`,
      [toMillis(now)],
    ),
    await sql.all(
      `delete from countersign_limits where (tenant, subject) in
       (select tenant, subject from countersign_limits where ends_at <= ? limit ${SOME}${sql.skipLocked})
       returning 1 as gone`,
      [toMillis(now)],
    ),
    // An hour late, so that a reservation left behind is failed by its own path, which also opens its challenge.
    await sql.all(
      `delete from countersign_idempotency where (tenant, idempotency_key) in
       (select tenant, idempotency_key from countersign_idempotency where held_until <= ? limit ${SOME}${sql.skipLocked})
       returning 1 as gone`,
      [toMillis(now) - 3_600_000],
    ),
  ];
  return gone.some((rows) => rows.length === SOME);
};
