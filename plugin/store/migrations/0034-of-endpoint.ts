import type { Knex } from "knex";

/** An endpoint's page lists its certificates and its end entities, which are few among very many. */
export const ofEndpoint = {
  name: "0034-of-endpoint",
  async up(db: Knex): Promise<void> {
    await db.raw(
      "create index countersign_certificates_of_endpoint on countersign_certificates (tenant, endpoint_id, created_at, id) where endpoint_id is not null",
    );
    await db.raw(
      "create index countersign_deployments_of_endpoint on countersign_deployments (tenant, endpoint_id)",
    );
  },
};
