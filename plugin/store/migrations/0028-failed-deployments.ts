import type { Knex } from "knex";

/** Failed and locked deployments are counted for the overview and for an alert without reading all others. */
export const failedDeployments = {
  name: "0028-failed-deployments",
  async up(db: Knex): Promise<void> {
    await db.raw(
      "create index countersign_deployments_failed on countersign_deployments (tenant, state, since) where state in ('failed', 'locked')",
    );
  },
};
