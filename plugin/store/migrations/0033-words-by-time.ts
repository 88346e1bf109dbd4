import type { Knex } from "knex";

/**
 * Words say when their certificates were made, so that the newest of very many are found in one index, and devices are found by their id
 * in the MDM. What a node of the version before writes meanwhile has no time: it is found by words that few have.
 */
export const wordsByTime = {
  name: "0033-words-by-time",
  async up(db: Knex): Promise<void> {
    await db.schema.alterTable("countersign_terms", (table) => {
      table.bigInteger("created_at").notNullable().defaultTo(0);
    });
    await db.raw(
      `update countersign_terms set created_at = coalesce((select created_at from countersign_certificates c
       where c.tenant = countersign_terms.tenant and c.id = countersign_terms.certificate_id), 0)`,
    );
    await db.raw(
      "create index countersign_terms_newest on countersign_terms (tenant, term, created_at, certificate_id)",
    );
    await db.raw(
      "create index countersign_devices_of_host on countersign_devices (tenant, host_device_id)",
    );
  },
};
