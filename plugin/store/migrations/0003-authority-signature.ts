import type { Knex } from "knex";

/** How an RSA authority signs; null is PKCS#1 v1.5, which is all that the version before knows. */
export const authoritySignature = {
  name: "0003-authority-signature",
  async up(db: Knex): Promise<void> {
    await db.schema.alterTable("countersign_authorities", (table) => {
      table.string("signature", 16).nullable();
    });
  },
};
