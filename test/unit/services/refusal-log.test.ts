import assert from "node:assert/strict";
import { PrometheusMetrics } from "../../../plugin/http/metrics.ts";
import { RefusalLog } from "../../../plugin/services/ledger/refusal-log.ts";
import { sqliteDatabase } from "../../support/databases.ts";
import { silentLogger } from "../../support/installation.ts";

describe("the log of refusals", () => {
  it("keeps the ledger small under a flood, and tells how many there were", async () => {
    const opened = await sqliteDatabase();
    const { database } = opened;
    try {
      await database.migrate();
      const store = database.directory.open("acme");
      let now = new Date("2026-01-01T00:00:00Z");
      const log = new RefusalLog({ now: () => now }, silentLogger, new PrometheusMetrics());
      for (let n = 0; n < 2000; n += 1) {
        now = new Date(now.getTime() + 10);
        await log.record(store, {
          endpoint: "std",
          label: n % 2 === 0 ? "opaque" : "bad_message",
          detail: "bad",
          source: "192.0.2.1",
          transactionId: String(n),
        });
      }
      await log.flush(true);
      const { items } = await store.ledger.list({}, { limit: 500 });
      const folded = items.map(({ data }) => Number(data["folded"] ?? 1));
      assert.equal(
        folded.reduce((sum, count) => sum + count, 0),
        2000,
      );
      // 20 s are two windows of two labels: five rows and a count each.
      assert.ok(items.length <= 3 * 2 * 6, `${items.length} rows`);
      assert.ok(items.every(({ data }) => data["source"] === "192.0.2.1"));
    } finally {
      await opened.close();
    }
  });
});
