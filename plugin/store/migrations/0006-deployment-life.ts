import type { Knex } from "knex";

/** The life of deployments: deadlines and leases. What stood before is mapped; the version before still reads and writes its own columns. */
export const deploymentLife = {
  name: "0006-deployment-life",
  async up(db: Knex): Promise<void> {
    await deployments(db);
    await inventories(db);
    await hooks(db);
    await outside(db);
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

const TEXT_COLUMNS = 255;

const inventories = async (db: Knex): Promise<void> => {
  await db.schema.createTable("countersign_inventories", (table) => {
    table.string("tenant", 40).notNullable();
    table.string("device_id", TEXT_COLUMNS).notNullable();
    table.primary(["tenant", "device_id"]);
    table.bigInteger("reported_at");
    table.bigInteger("asked_at");
  });
  await db.schema.createTable("countersign_inventory_items", (table) => {
    table.string("tenant", 40).notNullable();
    table.string("device_id", TEXT_COLUMNS).notNullable();
    table.string("item_key", TEXT_COLUMNS).notNullable();
    table.primary(["tenant", "device_id", "item_key"]);
    table.text("serial").notNullable();
    table.text("issuer");
    table.text("subject");
    table.bigInteger("not_after");
    table.text("fingerprint_sha256");
    table.text("verdict").notNullable();
    table.text("certificate_id");
    table.bigInteger("first_seen_at").notNullable();
    table.bigInteger("last_seen_at").notNullable();
    table.index(["tenant", "verdict", "device_id"], "countersign_inventory_items_verdict");
  });
};

const hooks = async (db: Knex): Promise<void> => {
  await db.schema.createTable("countersign_host_events", (table) => {
    table.bigIncrements("id");
    table.string("tenant", 40).notNullable();
    table.string("host_id", 100).notNullable();
    table.string("event_id", 200).notNullable();
    table.unique(["tenant", "host_id", "event_id"]);
    table.text("kind").notNullable();
    table.text("host_device_id");
    table.string("device_id", TEXT_COLUMNS);
    table.bigInteger("at").notNullable();
    table.bigInteger("received_at").notNullable();
    table.text("outcome");
    table.text("code");
    table.text("detail");
    table.text("result");
    table.bigInteger("lease_until");
    table.index(["tenant", "device_id"], "countersign_host_events_device");
    table.index(["tenant", "received_at"], "countersign_host_events_received");
  });
  await db.schema.createTable("countersign_hook_adapters", (table) => {
    // The path of a URL: unique in the installation, as endpoints are.
    table.string("id", TEXT_COLUMNS).primary();
    table.string("tenant", 40).notNullable().index();
    table.text("host_id").notNullable();
    table.binary("sealed").notNullable();
    table.binary("previous");
    table.bigInteger("previous_until");
    table.smallint("enabled").notNullable();
    table.integer("version").notNullable();
    table.bigInteger("created_at").notNullable();
    table.bigInteger("updated_at").notNullable();
  });
  // When the event happened that gave a device its status.
  await db.schema.alterTable("countersign_devices", (table) => {
    table.bigInteger("status_at");
  });
};

/** An authority whose SCEP URL devices call themselves. */
const outside = (db: Knex): Promise<void> =>
  db.schema.alterTable("countersign_authorities", (table) => {
    table.text("outside");
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
