import type { Knex } from "knex";

/** What consoles keep beside an authority, certificate profiles, people, machine credentials, and lists that stay fast. */
export const consoles = {
  name: "0010-consoles",
  async up(db: Knex): Promise<void> {
    await db.schema.alterTable("countersign_authorities", (table) => {
      table.text("shape_extras");
      // JSON list of profile ids; null: an authority that is not restricted.
      table.text("profiles");
      table.bigInteger("deleted_at");
    });
    await db.schema.alterTable("countersign_pending", (table) => {
      table.text("requested_by");
    });
    for (const name of ["certificate_profiles", "people", "credentials"]) await document(db, name);
    await db.schema.createTable("countersign_terms", (table) => {
      table.string("tenant", 40).notNullable();
      table.string("certificate_id", 255).notNullable();
      table.string("term", 64).notNullable();
      table.primary(["tenant", "term", "certificate_id"]);
      table.index(["tenant", "certificate_id", "term"], "countersign_terms_certificate");
    });
    // Ranges of a prefix need the order of the code points, whatever the database sorts names by.
    if ((db.client as { readonly dialect?: string }).dialect === "postgresql")
      await db.raw('alter table countersign_terms alter column term type varchar(64) collate "C"');
    await db.schema.createTable("countersign_term_marks", (table) => {
      table.string("tenant", 40).primary();
      table.bigInteger("created_at").notNullable();
    });
    for (const sql of INDEXES) await db.raw(sql);
  },
};

const document = async (db: Knex, name: string): Promise<void> => {
  await db.schema.createTable(`countersign_${name}`, (table) => {
    table.string("tenant", 40).notNullable();
    table.string("id", 255).notNullable();
    table.primary(["tenant", "id"]);
    table.text("definition").notNullable();
    table.integer("version").notNullable();
    table.bigInteger("created_at").notNullable();
    table.bigInteger("updated_at").notNullable();
  });
};

/** A query must repeat a condition literally, not as a parameter, to use a partial one. */
const INDEXES = [
  "create index countersign_certificates_template on countersign_certificates (tenant, template_id, created_at, id)",
  "create index countersign_certificates_authority on countersign_certificates (tenant, authority_id, created_at, id)",
  "create index countersign_certificates_end on countersign_certificates (tenant, not_after, id)",
  "create index countersign_certificates_serial on countersign_certificates (tenant, serial)",
  "create index countersign_certificates_listed_revoked on countersign_certificates (tenant, created_at, id) where status = 'revoked'",
  "create index countersign_certificates_listed_failed on countersign_certificates (tenant, created_at, id) where status = 'failed'",
  "create index countersign_certificates_internal on countersign_certificates (tenant, created_at, id) where role <> 'subscriber'",
];
