import type { Knex } from "knex";

/** The life of deployments: deadlines and leases. What stood before is mapped; the version before still reads and writes its own columns. */
export const deploymentLife = {
  name: "0006-deployment-life",
  async up(db: Knex): Promise<void> {
    await deployments(db);
    for (const sql of MAPPING) await db.raw(sql);
    for (const sql of PARTIAL_INDEXES) await db.raw(sql);
  },
};

const deployments = (db: Knex): Promise<void> =>
  db.schema.alterTable("countersign_deployments", (table) => {
    table.bigInteger("since");
    table.bigInteger("certificate_ends_at");
    table.text("previous_certificate_id");
    table.bigInteger("seen_at");
    table.text("command_id");
    table.integer("attempts").notNullable().defaultTo(0);
    table.bigInteger("last_attempt_at");
    table.integer("deliveries").notNullable().defaultTo(0);
    table.text("reason");
    table.bigInteger("lease_until");
  });

const DAY = 86_400_000;

/** `pending` is `assigned` now. What was issued is looked at when its certificate ends: an upgrade must not scan a whole fleet. */
const MAPPING = [
  "update countersign_deployments set state = 'assigned' where state = 'pending'",
  `update countersign_deployments set since = updated_at, certificate_ends_at = (
     select not_after from countersign_certificates
     where countersign_certificates.tenant = countersign_deployments.tenant
       and countersign_certificates.id = countersign_deployments.certificate_id)`,
  `update countersign_deployments set next_action_at =
     case state when 'issued' then coalesce(certificate_ends_at, updated_at + ${DAY}) else updated_at + ${DAY} end
   where state <> 'removed'`,
];

/** Rows of a node of the version before have no deadline; a query must repeat the condition literally to use it. */
const PARTIAL_INDEXES = [
  "create index countersign_deployments_restless on countersign_deployments (tenant) where next_action_at is null and state <> 'removed'",
];
