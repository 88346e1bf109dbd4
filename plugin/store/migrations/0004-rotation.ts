import type { Knex } from "knex";

/** Roll-overs of CA keys, what a renewed or replaced certificate leaves behind, and the tokens of the admin API. */
export const rotation = {
  name: "0004-rotation",
  async up(db: Knex): Promise<void> {
    await db.schema.alterTable("countersign_authorities", (table) => {
      // JSON; null as the version before writes it: none.
      table.text("past_certificates").nullable();
    });
    await db.schema.alterTable("countersign_ras", (table) => {
      table.text("replaces").nullable();
      table.bigInteger("retired_at").nullable();
      table.index(["not_after"], "countersign_ras_end");
    });
    await db.schema.alterTable("countersign_certificates", (table) => {
      // The RA that a request was addressed to.
      table.text("ra_id").nullable();
    });
    await db.schema.alterTable("countersign_endpoints", (table) => {
      table.bigInteger("next_action_at").nullable();
      table.index(["next_action_at"], "countersign_endpoints_due");
    });
    await rollOvers(db);
    await tokens(db);
    for (const sql of PARTIAL_INDEXES) await db.raw(sql);
  },
};

/** Queries must repeat the condition literally. The first also forbids two roll-overs of one authority at a time. */
const PARTIAL_INDEXES = [
  "create unique index countersign_roll_overs_open on countersign_roll_overs (tenant, authority_id) where due_at is not null",
  "create index countersign_roll_overs_due on countersign_roll_overs (due_at) where due_at is not null",
];

const rollOvers = (db: Knex): PromiseLike<void> =>
  db.schema.createTable("countersign_roll_overs", (table) => {
    table.string("tenant", 40).notNullable();
    table.string("id", 255).notNullable();
    table.primary(["tenant", "id"]);
    table.string("authority_id", 255).notNullable();
    table.string("successor_id", 255).notNullable();
    table.string("state", 16).notNullable();
    table.bigInteger("starts_at").notNullable();
    table.bigInteger("retires_at").notNullable();
    table.bigInteger("due_at");
    table.integer("version").notNullable();
    table.bigInteger("created_at").notNullable();
    table.bigInteger("updated_at").notNullable();
  });

const tokens = (db: Knex): PromiseLike<void> =>
  db.schema.createTable("countersign_tokens", (table) => {
    table.string("tenant", 40).notNullable();
    table.string("id", 255).notNullable();
    table.primary(["tenant", "id"]);
    table.text("subject").notNullable();
    // JSON; null for the installation operator's.
    table.text("roles");
    table.text("minted_by").notNullable();
    table.bigInteger("created_at").notNullable();
    table.bigInteger("expires_at").notNullable();
    table.bigInteger("revoked_at");
    table.text("revoked_by");
  });
