import type { Knex } from "knex";

/** Templates by groups: drafts and what was published, the devices they reach, and the walks over them. */
export const distributions = {
  name: "0024-distributions",
  async up(db: Knex): Promise<void> {
    await db.schema.createTable("countersign_distributions", (table) => {
      owned(table);
      table.text("definition").notNullable();
      table.integer("version").notNullable();
    });
    await db.schema.createTable("countersign_distribution_walks", (table) => {
      owned(table);
      table.text("state").notNullable();
      table.text("definition").notNullable();
    });
    await db.raw(
      "create index countersign_distribution_walks_running on countersign_distribution_walks (tenant) where state = 'running'",
    );
    await db.schema.createTable("countersign_distribution_targets", (table) => {
      table.string("tenant", 40).notNullable();
      table.string("template_id", TEXT).notNullable();
      table.string("device_id", TEXT).notNullable();
      table.primary(["tenant", "template_id", "device_id"]);
      table.string("state", 20).notNullable();
      table.bigInteger("due_at");
      table.bigInteger("trial");
      table.smallint("again").notNullable();
      table.text("failure");
      table.bigInteger("updated_at").notNullable();
    });
    await db.raw(
      "create index countersign_distribution_targets_due on countersign_distribution_targets (tenant, due_at) where due_at is not null",
    );
    await db.schema.alterTable("countersign_templates", (table) => {
      table.text("trial");
    });
  },
};

const TEXT = 255;

const owned = (table: Knex.CreateTableBuilder): void => {
  table.string("tenant", 40).notNullable();
  table.string("id", TEXT).notNullable();
  table.primary(["tenant", "id"]);
  table.bigInteger("created_at").notNullable();
  table.bigInteger("updated_at").notNullable();
};
