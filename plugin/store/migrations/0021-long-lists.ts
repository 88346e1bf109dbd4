import type { Knex } from "knex";

/** What lists of a million rows need beside the indexes of 0010. */
export const longLists = {
  name: "0021-long-lists",
  async up(db: Knex): Promise<void> {
    for (const sql of INDEXES) await db.raw(sql);
  },
};

/** A query must repeat a condition literally, not as a parameter, to use a partial one. */
const INDEXES = [
  // The conditions of `FAILURE_EVENTS` when this was written; another kind is found without the index.
  "create index countersign_ledger_failures on countersign_ledger (tenant, id) where event in ('certificate.refused', 'certificate.failed', 'approval.denied', 'device.wipe-refused')",
  "create index countersign_certificates_listed_held on countersign_certificates (tenant, created_at, id) where status = 'revoked' and hold_causes is not null",
];
