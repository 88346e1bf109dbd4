import assert from "node:assert/strict";
import knexPackage from "knex";
import { first } from "../../../plugin/store/migrations/0001-first.ts";
import { limitsAndChain } from "../../../plugin/store/migrations/0002-limits-and-chain.ts";
import { authoritySignature } from "../../../plugin/store/migrations/0003-authority-signature.ts";
import { deploymentLife } from "../../../plugin/store/migrations/0006-deployment-life.ts";
import { aDeployment, NOW } from "../../contract/store/samples.ts";
import { sqliteDatabase } from "../../support/databases.ts";

const DAY = 86_400_000;

describe("deployments of the version before", () => {
  it("L-03 get deadlines when the schema is brought up to date, and what was pending is assigned", async () => {
    const db = knexPackage.knex({
      client: "sqlite3",
      connection: { filename: ":memory:" },
      useNullAsDefault: true,
      pool: { min: 1, max: 1 },
    });
    try {
      for (const migration of [first, limitsAndChain, authoritySignature]) await migration.up(db);
      await db("countersign_certificates").insert({
        ...{ tenant: "t", id: "c", authority_id: "ca", role: "subscriber", status: "issued" },
        ...{ serial: "0a", subject: "CN=x", sans: "[]", not_before: 1, not_after: 9_000 },
        created_at: 1,
      });
      for (const state of ["pending", "delivered", "issued", "failed", "removed"])
        await db("countersign_deployments").insert({
          ...{ tenant: "t", id: state, device_id: state, template_id: "wifi", endpoint_id: "e" },
          ...{ state, certificate_id: state === "issued" ? "c" : null },
          ...{ created_at: 1, updated_at: 100 },
        });
      await deploymentLife.up(db);
      const rows = await db<Record<string, unknown>, Record<string, unknown>[]>(
        "countersign_deployments",
      );
      const of = Object.fromEntries(
        rows.map((row) => [
          row["id"],
          [row["state"], row["since"], row["next_action_at"], row["certificate_ends_at"]],
        ]),
      );
      assert.deepEqual(of, {
        pending: ["assigned", 100, 100 + DAY, null],
        delivered: ["delivered", 100, 100 + DAY, null],
        issued: ["issued", 100, 9_000, 9_000],
        failed: ["failed", 100, 100 + DAY, null],
        removed: ["removed", 100, null, null],
      });
    } finally {
      await db.destroy();
    }
  });

  it("L-03 are read as they are now while a node of that version still writes them", async () => {
    const subject = await sqliteDatabase();
    const { database, place } = subject;
    try {
      await database.migrate();
      const store = database.directory.open("t");
      await store.deployments.save(aDeployment());
      assert.ok(place.client === "sqlite3");
      const db = knexPackage.knex({
        client: "sqlite3",
        connection: { filename: place.file },
        useNullAsDefault: true,
      });
      await db("countersign_deployments").update({
        state: "pending",
        next_action_at: null,
        since: null,
      });
      await db.destroy();
      const read = await store.deployments.get("deployment-1");
      assert.deepEqual([read?.state, read?.since], ["assigned", read?.updatedAt]);
      assert.deepEqual(await store.deployments.claimDue(9, NOW, NOW), ["deployment-1"]);
    } finally {
      await subject.close();
    }
  });
});
