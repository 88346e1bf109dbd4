import type { Knex } from "knex";

/** What the host says of a device that an admin has deactivated. */
export const hostStatus = {
  name: "0035-host-status",
  async up(db: Knex): Promise<void> {
    await db.schema.alterTable("countersign_devices", (table) => {
      table.string("host_status", 16);
    });
  },
};
