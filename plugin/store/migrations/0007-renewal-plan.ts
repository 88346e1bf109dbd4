import type { Knex } from "knex";

/** When certificates are renewed, how fast, and what was asked for by hand. */
export const renewalPlan = {
  name: "0007-renewal-plan",
  async up(db: Knex): Promise<void> {
    await dueTimes(db);
    await rules(db);
    await groups(db);
    await moves(db);
  },
};

const TEXT_COLUMNS = 255;

const dueTimes = async (db: Knex): Promise<void> => {
  await db.schema.alterTable("countersign_deployments", (table) => {
    table.bigInteger("renew_at");
    table.smallint("renew_by_hand");
  });
  // 1970 means that nobody has planned it yet: the next sweep does. A version before writes null, and its renewals wait for the certificate's end.
  await db.raw("update countersign_deployments set renew_at = 0 where state = 'issued'");
  await db.raw(
    "create index countersign_deployments_renewal on countersign_deployments (tenant, renew_at, id) where renew_at is not null",
  );
  await db.schema.alterTable("countersign_deployments", (table) => {
    table.index(["tenant", "template_id", "id"], "countersign_deployments_template");
  });
};

const rules = async (db: Knex): Promise<void> => {
  await db.schema.createTable("countersign_renewal_rules", (table) => {
    table.string("tenant", 40).notNullable();
    table.string("authority_id", TEXT_COLUMNS).notNullable();
    table.primary(["tenant", "authority_id"]);
    table.text("rules").notNullable();
    table.integer("version").notNullable();
    table.bigInteger("updated_at").notNullable();
  });
  await db.schema.createTable("countersign_renewal_counts", (table) => {
    table.string("tenant", 40).notNullable();
    table.string("authority_id", TEXT_COLUMNS).notNullable();
    table.bigInteger("hour").notNullable();
    table.primary(["tenant", "authority_id", "hour"]);
    table.bigInteger("started").notNullable();
  });
  await db.schema.createTable("countersign_renewal_sweeps", (table) => {
    table.string("tenant", 40).primary();
    table.string("holder", TEXT_COLUMNS).notNullable();
    table.bigInteger("lease_until").notNullable();
  });
};

const groups = async (db: Knex): Promise<void> => {
  await db.schema.createTable("countersign_renewal_groups", (table) => {
    table.string("tenant", 40).notNullable();
    table.string("id", TEXT_COLUMNS).notNullable();
    table.primary(["tenant", "id"]);
    table.text("state").notNullable();
    table.text("definition").notNullable();
    table.bigInteger("created_at").notNullable();
    table.bigInteger("updated_at").notNullable();
    table.index(["tenant", "created_at", "id"], "countersign_renewal_groups_page");
  });
  await db.schema.createTable("countersign_renewal_group_members", (table) => {
    table.string("tenant", 40).notNullable();
    table.string("group_id", TEXT_COLUMNS).notNullable();
    table.string("deployment_id", TEXT_COLUMNS).notNullable();
    table.primary(["tenant", "group_id", "deployment_id"]);
    table.integer("place").notNullable();
    table.text("state").notNullable();
    table.text("certificate_id");
    table.bigInteger("started_at");
  });
  await db.raw(
    "create index countersign_renewal_groups_running on countersign_renewal_groups (tenant) where state = 'running'",
  );
};

const moves = async (db: Knex): Promise<void> => {
  await db.schema.createTable("countersign_template_moves", (table) => {
    table.string("tenant", 40).notNullable();
    table.string("id", TEXT_COLUMNS).notNullable();
    table.primary(["tenant", "id"]);
    table.text("state").notNullable();
    table.text("definition").notNullable();
    table.bigInteger("created_at").notNullable();
    table.bigInteger("updated_at").notNullable();
  });
  await db.raw(
    "create index countersign_template_moves_running on countersign_template_moves (tenant) where state = 'running'",
  );
};
