import type { Knex } from "knex";

/** Refused requests are found by when they were, however long ago (nothing else of the ledger is in the index); adapters show when they were last used. */
export const refusalsAndLastUse = {
  name: "0030-refusals-and-last-use",
  async up(db: Knex): Promise<void> {
    await db.raw(
      "create index countersign_ledger_refused on countersign_ledger (tenant, at, id) where event = 'certificate.refused'",
    );
    await db.schema.alterTable("countersign_hook_adapters", (table) => {
      table.bigInteger("last_used_at");
    });
  },
};
