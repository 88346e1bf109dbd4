import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { postgresServer, type PostgresServer } from "../support/postgres.ts";
import { crash } from "./crash.ts";

describe("flows: kill -9 at random moments", function () {
  this.timeout(180_000);

  const survives = async (kills: number, postgres?: PostgresServer): Promise<void> => {
    const seeds: number[] = [];
    // The kills must fall into the work, not before or behind it, and how fast that goes is the machine's.
    while (seeds.length < 3) {
      const seed = randomInt(2 ** 31);
      seeds.push(seed);
      const { answeredBefore, answeredAfter, requests } = await crash({ kills, seed, postgres });
      assert.equal(answeredBefore + answeredAfter, requests, `seed ${seed}`);
      if (answeredBefore > 0 && answeredAfter > 0) return;
    }
    assert.fail(`no kill fell into the work: seeds ${seeds.join(", ")}`);
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
