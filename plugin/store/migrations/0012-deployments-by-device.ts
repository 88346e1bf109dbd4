import type { Knex } from "knex";

/** Every certificate that is stored looks for its deployment. */
export const deploymentsByDevice = {
  name: "0012-deployments-by-device",
  async up(db: Knex): Promise<void> {
    await db.schema.alterTable("countersign_deployments", (table) => {
      table.index(["tenant", "device_id", "template_id"], "countersign_deployments_device");
    });
  },
};
