import type { Knex } from "knex";

/** Counts behind the limits of endpoints, and the hash chain over the ledger. */
export const limitsAndChain = {
  name: "0002-limits-and-chain",
  async up(db: Knex): Promise<void> {
    await limits(db);
    await chain(db);
    for (const sql of PARTIAL_INDEXES) await db.raw(sql);
  },
};

/** A query must repeat the condition literally, not as a parameter, to use one. */
const PARTIAL_INDEXES = [
  "create index countersign_ledger_unsealed on countersign_ledger (tenant, id) where sequence is null",
  // Also forbids what the sealers already avoid: two rows in one place.
  "create unique index countersign_ledger_sequence on countersign_ledger (tenant, sequence) where sequence is not null",
];

const limits = async (db: Knex): Promise<void> => {
  await db.schema.createTable("countersign_limits", (table) => {
    table.string("tenant", 40).notNullable();
    table.string("subject", 255).notNullable();
    table.primary(["tenant", "subject"]);
    table.bigInteger("used").notNullable();
    table.bigInteger("started_at").notNullable();
    table.bigInteger("ends_at").notNullable();
    table.index(["ends_at"], "countersign_limits_end");
  });
  await db.schema.alterTable("countersign_challenges", (table) => {
    table.integer("failures").notNullable().defaultTo(0);
  });
};

const chain = async (db: Knex): Promise<void> => {
  await db.schema.alterTable("countersign_ledger", (table) => {
    table.bigInteger("sequence");
    table.string("hash", 64);
  });
  await db.schema.createTable("countersign_ledger_chains", (table) => {
    table.string("tenant", 40).primary();
    table.bigInteger("sequence").notNullable();
    table.string("hash", 64).notNullable();
    table.string("holder", 255).notNullable();
    table.bigInteger("lease_until").notNullable();
    // The head that was signed last.
    table.bigInteger("signed_sequence").notNullable().defaultTo(0);
    table.string("signed_hash", 64);
    table.bigInteger("signed_at");
    table.binary("signature");
  });
};
