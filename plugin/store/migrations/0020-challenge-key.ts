import type { Knex } from "knex";

/** A challenge that was spent by a place in the approval queue has no certificate to tell whose key it was. */
export const challengeKey = {
  name: "0020-challenge-key",
  async up(db: Knex): Promise<void> {
    await db.schema.alterTable("countersign_challenges", (table) => {
      table.text("spent_by_key");
    });
  },
};
