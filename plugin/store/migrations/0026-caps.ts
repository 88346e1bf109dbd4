import type { Knex } from "knex";

/**
 * Caps on active certificates and authorities. `used` is never less than the active ones were at `counted_at` plus what was reserved since;
 * what ended meanwhile is found by counting again once there seems to be no room.
 */
export const caps = {
  name: "0026-caps",
  async up(db: Knex): Promise<void> {
    await db.schema.createTable("countersign_caps", (table) => {
      table.string("tenant", 40).notNullable();
      table.string("subject", 60).notNullable();
      table.primary(["tenant", "subject"]);
      // Null: taken away; the row stays for its version.
      table.bigInteger("most");
      table.integer("version").notNullable();
      table.bigInteger("used").notNullable();
      table.bigInteger("counted_at").notNullable();
      table.bigInteger("set_at").notNullable();
    });
  },
};
