import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { postgresServer, type PostgresServer } from "../support/postgres.ts";
import { crash } from "./crash.ts";

describe("flows: kill -9 at random moments", function () {
  this.timeout(180_000);

  const survives = async (kills: number, postgres?: PostgresServer): Promise<void> => {
    const seed = randomInt(2 ** 31);
    const report = await crash({ kills, seed, postgres });
    assert.equal(report.answeredBefore + report.answeredAfter, report.requests);
    // The kills must fall into the work, not before or behind it.
    assert.ok(report.answeredBefore > 0, `seed ${seed}`);
    assert.ok(report.answeredAfter > 0, `seed ${seed}`);
  };

  it("E-19 nothing is lost, spent for nothing or issued twice over 6 kills on SQLite", () =>
    survives(6));

  describe("PostgreSQL", () => {
    let server: PostgresServer;
    before(async function () {
      server = await postgresServer(this);
    });
    it("E-19 nothing is lost, spent for nothing or issued twice over 4 kills on PostgreSQL", () =>
      survives(4, server));
  });
});
