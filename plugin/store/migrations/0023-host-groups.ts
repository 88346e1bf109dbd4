import type { Knex } from "knex";

/** Groups of hosts, who is in them, and what an installation says of a host. */
export const hostGroups = {
  name: "0023-host-groups",
  async up(db: Knex): Promise<void> {
    await db.schema.createTable("countersign_host_groups", (table) => {
      table.string("tenant", 40).notNullable();
      table.string("id", LONG).notNullable();
      table.primary(["tenant", "id"]);
      table.string("host_id", TEXT).notNullable();
      table.text("group_id").notNullable();
      table.text("name").notNullable();
      table.text("name_folded").notNullable();
      table.string("kind", 20).notNullable();
      table.bigInteger("host_count");
      table.bigInteger("members").notNullable();
      table.bigInteger("synced_at");
      table.text("problem");
      table.bigInteger("created_at").notNullable();
      table.bigInteger("updated_at").notNullable();
      table.index(["tenant", "created_at", "id"], "countersign_host_groups_page");
    });
    await db.schema.createTable("countersign_host_group_members", (table) => {
      table.string("tenant", 40).notNullable();
      table.string("group_id", LONG).notNullable();
      table.string("member", LONG).notNullable();
      table.primary(["tenant", "group_id", "member"]);
      table.bigInteger("seen_at").notNullable();
      table.index(["tenant", "member"], "countersign_host_group_members_member");
    });
    await db.schema.createTable("countersign_host_rules", (table) => {
      table.string("tenant", 40).notNullable();
      table.string("id", TEXT).notNullable();
      table.primary(["tenant", "id"]);
      table.text("definition").notNullable();
      table.integer("version").notNullable();
      table.bigInteger("created_at").notNullable();
      table.bigInteger("updated_at").notNullable();
    });
  },
};

const TEXT = 255;
/** Host and group, both escaped; a member's e-mail address. */
const LONG = 1024;
