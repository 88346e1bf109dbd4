import type { Knex } from "knex";

/**
 * Every table begins with `countersign_` and with the column `tenant`, except these three, which belong to the installation:
 * `countersign_tenants`, `countersign_settings` and `countersign_migrations`. Times are milliseconds, booleans 0 or 1, structured parts
 * JSON (base/json.ts). Foreign keys stand only from a detail table to what it details: objects refer to each other by ids that outlive
 * them, as an audit needs.
 */
export const first = {
  name: "0001-first",
  async up(db: Knex): Promise<void> {
    await installation(db);
    await configuration(db);
    await devices(db);
    await certificates(db);
    await enrolment(db);
    await records(db);
    for (const sql of PARTIAL_INDEXES) await db.raw(sql);
  },
};

/** Both databases know them; a query must repeat the condition literally, not as a parameter, to use one. */
const PARTIAL_INDEXES = [
  "create unique index countersign_deployments_live on countersign_deployments (tenant, device_id, template_id) where state <> 'removed'",
  "create index countersign_certificates_reserved on countersign_certificates (lease_until) where status = 'reserved'",
  "create index countersign_certificates_revoked on countersign_certificates (tenant, authority_id, serial) where status = 'revoked'",
];

const TEXT_COLUMNS = 255;

type Columns = Knex.CreateTableBuilder;
const owned = (table: Columns): void => {
  table.string("tenant", 40).notNullable();
  table.string("id", TEXT_COLUMNS).notNullable();
  table.primary(["tenant", "id"]);
};
const required = (table: Columns, ...names: readonly string[]): void => {
  for (const name of names) table.text(name).notNullable();
};
const optional = (table: Columns, ...names: readonly string[]): void => {
  for (const name of names) table.text(name);
};
const times = (table: Columns, ...names: readonly string[]): void => {
  for (const name of names) table.bigInteger(name).notNullable();
};
const optionalTimes = (table: Columns, ...names: readonly string[]): void => {
  for (const name of names) table.bigInteger(name);
};
const flags = (table: Columns, ...names: readonly string[]): void => {
  for (const name of names) table.smallint(name).notNullable();
};

const installation = async (db: Knex): Promise<void> => {
  await db.schema.createTable("countersign_tenants", (table) => {
    table.string("id", 40).primary();
    required(table, "name");
    times(table, "created_at");
  });
  await db.schema.createTable("countersign_settings", (table) => {
    table.string("name", TEXT_COLUMNS).primary();
    table.binary("value").notNullable();
  });
};

const configuration = async (db: Knex): Promise<void> => {
  await db.schema.createTable("countersign_authorities", (table) => {
    owned(table);
    required(table, "name", "kind", "status", "subject", "key_algorithm");
    required(table, "subject_key_id", "public_url");
    optional(table, "parent_id", "key_ref", "ocsp_responder");
    table.binary("public_key").notNullable();
    table.binary("certificate");
    table.binary("csr");
    optionalTimes(table, "not_before", "not_after");
    flags(table, "crl_enabled", "ocsp_enabled", "single");
    table.integer("version").notNullable();
    times(table, "created_at");
  });
  await db.schema.createTable("countersign_ras", (table) => {
    owned(table);
    required(table, "authority_id", "key_ref", "subject", "origin");
    table.binary("certificate");
    table.binary("csr");
    optionalTimes(table, "not_before", "not_after");
    times(table, "created_at");
  });
  await db.schema.createTable("countersign_templates", (table) => {
    owned(table);
    required(table, "name", "authority_id", "definition");
    table.integer("version").notNullable();
    times(table, "created_at", "updated_at");
  });
  await db.schema.createTable("countersign_endpoints", (table) => {
    // The path of a URL: unique in the installation (foundations.md 2).
    table.string("id", TEXT_COLUMNS).primary();
    table.string("tenant", 40).notNullable().index();
    required(table, "name", "authority_id", "definition");
    flags(table, "enabled");
    table.integer("version").notNullable();
    times(table, "created_at", "updated_at");
  });
};

const devices = async (db: Knex): Promise<void> => {
  await db.schema.createTable("countersign_devices", (table) => {
    owned(table);
    required(table, "host_id", "host_device_id", "platform", "status", "attributes");
    times(table, "created_at", "updated_at");
    table.unique(["tenant", "host_id", "host_device_id"]);
    table.index(["tenant", "created_at", "id"], "countersign_devices_page");
  });
  await db.schema.createTable("countersign_device_attributes", (table) => {
    table.string("tenant", 40).notNullable();
    table.string("device_id", TEXT_COLUMNS).notNullable();
    required(table, "name", "value");
    table.primary(["tenant", "device_id", "name"]);
    table
      .foreign(["tenant", "device_id"])
      .references(["tenant", "id"])
      .inTable("countersign_devices")
      .onDelete("CASCADE");
    table.index(["tenant", "name", "value"], "countersign_device_attributes_value");
  });
  await db.schema.createTable("countersign_deployments", (table) => {
    owned(table);
    required(table, "device_id", "template_id", "endpoint_id", "state");
    optional(table, "certificate_id", "failure");
    optionalTimes(table, "next_action_at");
    times(table, "created_at", "updated_at");
    table.index(["tenant", "created_at", "id"], "countersign_deployments_page");
    table.index(["next_action_at"], "countersign_deployments_due");
  });
};

const certificates = async (db: Knex): Promise<void> => {
  await db.schema.createTable("countersign_certificates", (table) => {
    owned(table);
    required(table, "authority_id", "role", "status", "serial", "subject", "sans");
    optional(table, "fingerprint_sha256", "template_id", "endpoint_id", "device_id");
    optional(table, "revocation_reason", "challenge_id", "idempotency_key");
    table.integer("template_version");
    table.binary("tbs_digest");
    times(table, "not_before", "not_after", "created_at");
    optionalTimes(table, "issued_at", "revoked_at", "invalidity_date");
    optionalTimes(table, "lease_until", "grace_until");
    table.unique(["tenant", "authority_id", "serial"]);
    table.index(["tenant", "device_id"], "countersign_certificates_device");
    table.index(["tenant", "created_at", "id"], "countersign_certificates_page");
    table.index(["not_after"], "countersign_certificates_not_after");
  });
  // Apart, so that lists and sweeps do not read a kilobyte a row.
  await db.schema.createTable("countersign_certificate_ders", (table) => {
    owned(table);
    table.binary("der").notNullable();
    table
      .foreign(["tenant", "id"])
      .references(["tenant", "id"])
      .inTable("countersign_certificates")
      .onDelete("CASCADE");
  });
  await db.schema.createTable("countersign_crl_states", (table) => {
    table.string("tenant", 40).notNullable();
    table.string("authority_id", TEXT_COLUMNS).notNullable();
    table.primary(["tenant", "authority_id"]);
    // Counts of markDirty; the number of the latest list, padded with zeros so that text sorts as numbers do.
    table.bigInteger("dirty").notNullable().defaultTo(0);
    table.bigInteger("published").notNullable().defaultTo(0);
    table.string("number", TEXT_COLUMNS).notNullable().defaultTo("");
  });
  await db.schema.createTable("countersign_crls", (table) => {
    table.string("tenant", 40).notNullable();
    table.string("authority_id", TEXT_COLUMNS).notNullable();
    table.primary(["tenant", "authority_id"]);
    required(table, "number");
    times(table, "this_update", "next_update");
    table.binary("der").notNullable();
  });
};

const enrolment = async (db: Knex): Promise<void> => {
  await db.schema.createTable("countersign_challenges", (table) => {
    owned(table);
    required(table, "endpoint_id", "template_id", "device_id", "state", "mac");
    optional(table, "certificate_id");
    times(table, "expires_at", "created_at");
    table.unique(["tenant", "endpoint_id", "mac"]);
    table.index(["tenant", "device_id"], "countersign_challenges_device");
  });
  await db.schema.createTable("countersign_pending", (table) => {
    owned(table);
    required(table, "endpoint_id", "transaction_id", "signer_key", "template_id", "device_id");
    required(table, "subject_source", "state");
    optional(table, "replaces", "decided_by", "reason", "certificate_id");
    table.binary("csr").notNullable();
    times(table, "created_at", "expires_at");
    optionalTimes(table, "decided_at");
    table.unique(["tenant", "endpoint_id", "transaction_id", "signer_key"]);
    table.index(["tenant", "created_at", "id"], "countersign_pending_page");
  });
  await db.schema.createTable("countersign_idempotency", (table) => {
    table.string("tenant", 40).notNullable();
    table.string("idempotency_key", TEXT_COLUMNS).notNullable();
    table.primary(["tenant", "idempotency_key"]);
    required(table, "certificate_id");
    // While reserved the end of the lease, once answered the end of the grace: until then the key is taken.
    times(table, "held_until");
    table.index(["held_until"], "countersign_idempotency_held");
  });
  await db.schema.createTable("countersign_ciphertexts", (table) => {
    table.string("tenant", 40).notNullable();
    table.string("digest", TEXT_COLUMNS).notNullable();
    table.primary(["tenant", "digest"]);
    required(table, "content");
    times(table, "expires_at");
    table.index(["expires_at"], "countersign_ciphertexts_expiry");
  });
};

const records = async (db: Knex): Promise<void> => {
  await db.schema.createTable("countersign_ledger", (table) => {
    table.bigIncrements("id");
    table.string("tenant", 40).notNullable();
    required(table, "event", "principal", "data");
    optional(table, "subject_id");
    times(table, "at");
    table.index(["tenant", "subject_id"], "countersign_ledger_subject");
    table.index(["tenant", "event"], "countersign_ledger_event");
  });
  await db.schema.createTable("countersign_outbox", (table) => {
    table.bigIncrements("id");
    table.string("tenant", 40).notNullable();
    required(table, "effect");
    optional(table, "reason");
    table.integer("attempts").notNullable();
    times(table, "due_at");
    optionalTimes(table, "lease_until");
    table.index(["due_at"], "countersign_outbox_due");
  });
};
