import type { Knex } from "knex";

/** Users whose devices get no certificates until they are let in again, and the mark on these devices that issuing looks at. */
export const disabledUsers = {
  name: "0013-disabled-users",
  async up(db: Knex): Promise<void> {
    await db.schema.alterTable("countersign_devices", (table) => {
      table.bigInteger("user_disabled_at");
    });
    await db.schema.createTable("countersign_disabled_users", (table) => {
      table.string("tenant", 40).notNullable();
      table.string("host_id", 100).notNullable();
      table.string("name", 1024).notNullable();
      table.primary(["tenant", "host_id", "name"]);
      table.bigInteger("disabled_at").notNullable();
    });
  },
};
