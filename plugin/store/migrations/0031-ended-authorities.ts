import type { Knex } from "knex";

/** Since when a retired authority says nothing more: its last certificate has ended. */
export const endedAuthorities = {
  name: "0031-ended-authorities",
  async up(db: Knex): Promise<void> {
    await db.schema.alterTable("countersign_authorities", (table) => {
      table.bigInteger("ended_at");
    });
  },
};
