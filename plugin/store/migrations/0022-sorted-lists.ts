import type { Knex } from "knex";

/**
 * SQLite has no statistics and takes a tenant for a few rows: only an index that narrows and sorts at once keeps it from walking the
 * whole list. Those that begin with the same columns go, so that issuing writes no more than before.
 */
export const sortedLists = {
  name: "0022-sorted-lists",
  async up(db: Knex): Promise<void> {
    for (const sql of STATEMENTS) await db.raw(sql);
  },
};

const STATEMENTS = [
  "create index countersign_ledger_page on countersign_ledger (tenant, id)",
  "create index countersign_certificates_of_device on countersign_certificates (tenant, device_id, created_at, id)",
  "drop index countersign_certificates_device",
  "create index countersign_certificates_of_serial on countersign_certificates (tenant, serial, created_at, id)",
  "drop index countersign_certificates_serial",
  "create index countersign_deployments_of_device on countersign_deployments (tenant, device_id, created_at, id)",
];
