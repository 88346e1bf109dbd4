import type { Knex } from "knex";

/**
 * Suspension, lists in shards with deltas, leases, dead letters, and alerts. In `countersign_crls` and `countersign_crl_states` the column `authority_id` holds the
 * list's key from here on: the authority's id for shard 0, which is all that the version before knows (see crls.ts).
 */
export const revocation = {
  name: "0008-revocation",
  async up(db: Knex): Promise<void> {
    await certificates(db);
    await lists(db);
    await outbox(db);
    await alerts(db);
    for (const sql of PARTIAL_INDEXES) await db.raw(sql);
  },
};

/** A query must repeat the condition literally, not as a parameter, to use one. */
const PARTIAL_INDEXES = [
  "create index countersign_certificates_changed on countersign_certificates (tenant, authority_id, status_changed_at) where status_changed_at is not null",
  "create index countersign_certificates_hold on countersign_certificates (hold_until) where hold_until is not null",
  "create index countersign_crl_states_dirty on countersign_crl_states (tenant, authority_id) where dirty > published",
];

const certificates = async (db: Knex): Promise<void> => {
  await db.schema.alterTable("countersign_certificates", (table) => {
    table.text("hold_causes");
    table.bigInteger("hold_until");
    // Of the last revocation, suspension or release: what a delta list has to tell.
    table.bigInteger("status_changed_at");
  });
  await db.schema.alterTable("countersign_authorities", (table) => {
    table.integer("crl_shards").notNullable().defaultTo(1);
    table.smallint("delta_crl").notNullable().defaultTo(0);
    table.string("ocsp_key_algorithm", 16).notNullable().defaultTo("ec-p256");
  });
};

const lists = async (db: Knex): Promise<void> => {
  await db.schema.alterTable("countersign_crl_states", (table) => {
    table.bigInteger("dirty_since");
    table.string("base_number", 255);
    table.bigInteger("base_at");
  });
  await db.schema.alterTable("countersign_crls", (table) => {
    table.string("base_number", 255);
    table.integer("entries");
    table.bigInteger("size");
    table.string("sha256", 64);
  });
  // Of lists too long for one row; `der` in `countersign_crls` is empty then.
  await db.schema.createTable("countersign_crl_parts", (table) => {
    table.string("tenant", 40).notNullable();
    table.string("list", 255).notNullable();
    table.string("number", 255).notNullable();
    table.integer("part").notNullable();
    table.primary(["tenant", "list", "number", "part"]);
    table.bigInteger("stored_at").notNullable();
    table.binary("der").notNullable();
  });
  await db.schema.createTable("countersign_leases", (table) => {
    table.string("tenant", 40).notNullable();
    table.string("name", 255).notNullable();
    table.primary(["tenant", "name"]);
    table.string("holder", 255).notNullable();
    table.bigInteger("lease_until").notNullable();
  });
};

const outbox = async (db: Knex): Promise<void> => {
  await db.schema.alterTable("countersign_outbox", (table) => {
    table.bigInteger("created_at");
    // A dead letter; its `due_at` lies beyond all time, so that the version before leaves it alone too.
    table.bigInteger("dead_at");
    table.index(["tenant", "dead_at"], "countersign_outbox_dead");
  });
};

const alerts = async (db: Knex): Promise<void> => {
  await db.schema.createTable("countersign_alert_rules", (table) => {
    table.string("tenant", 40).notNullable();
    table.string("id", 255).notNullable();
    table.primary(["tenant", "id"]);
    table.text("definition").notNullable();
    table.integer("version").notNullable();
    table.bigInteger("created_at").notNullable();
    table.bigInteger("updated_at").notNullable();
  });
  await db.schema.createTable("countersign_alert_states", (table) => {
    table.string("tenant", 40).notNullable();
    table.string("rule_id", 255).notNullable();
    table.string("subject", 255).notNullable();
    table.primary(["tenant", "rule_id", "subject"]);
    table.text("state").notNullable();
    table.text("text").notNullable();
    table.bigInteger("since").notNullable();
  });
};
