import assert from "node:assert/strict";
import type { Database, TenantStore } from "../../../plugin/ports/stores.ts";
import { openDatabase } from "../../../plugin/store/database.ts";
import { aDevice, aReservation, after as later } from "../../contract/store/samples.ts";
import { postgresDatabase, sqliteDatabase, type TestDatabase } from "../../support/databases.ts";
import { postgresServer } from "../../support/postgres.ts";

const databases: Readonly<Record<string, (test: Mocha.Context) => Promise<TestDatabase>>> = {
  SQLite: () => sqliteDatabase(),
  PostgreSQL: async (test) => postgresDatabase(await postgresServer(test)),
};

for (const [name, open] of Object.entries(databases))
  describe(`limits over two nodes on ${name}`, () => {
    let subject: TestDatabase;
    let second: Database;
    let nodes: readonly TenantStore[];
    before(async function () {
      subject = await open(this);
      await subject.database.migrate();
      second = await openDatabase({ ...subject.place, clock: { now: () => new Date() } });
      nodes = [subject.database, second].map(({ directory }) => directory.open("acme"));
      for (let n = 0; n < 9; n += 1)
        await nodes[0]?.devices.save(aDevice({ id: `device-${n}`, hostDeviceId: String(n) }));
    });
    after(async () => {
      await second.close();
      await subject.close();
    });

    /** So many requests, half to each node, in waves that meet in the database; answers how many were reserved. */
    const reserved = async (count: number, over: Parameters<typeof aReservation>[0]) => {
      let total = 0;
      for (let sent = 0; sent < count; sent += 10) {
        const results = await Promise.all(
          Array.from({ length: 10 }, (_, n) =>
            nodes[n % 2]!.enrolments.reserve(
              aReservation({ deviceId: `device-${n % 9}`, ...over }),
            ),
          ),
        );
        total += results.filter(({ status }) => status === "reserved").length;
        assert.ok(results.every((r) => r.status !== "refused" || r.because.startsWith("limit-")));
      }
      return total;
    };

    it("let exactly so many of one device through", async () => {
      const limits = { perDevicePerDay: 37, perEndpointPerMinute: 1e6, perChallenge: 9 };
      assert.equal(await reserved(80, { deviceId: "device-1", limits }), 37);
    });

    it("let exactly so many through at one endpoint, and in the next minute again", async () => {
      const limits = { perDevicePerDay: 1e6, perEndpointPerMinute: 43, perChallenge: 9 };
      const at = { endpointId: "narrow", limits };
      assert.equal(await reserved(90, at), 43);
      const next = { ...at, now: later(60), leaseUntil: later(90) };
      assert.equal(await reserved(90, next), 43);
    });

    it("count a subject to each number once", async () => {
      const counts = await Promise.all(
        Array.from({ length: 60 }, (_, n) =>
          nodes[n % 2]!.limits.count("opaque/ra", 60_000, later(0)),
        ),
      );
      assert.deepEqual(
        counts.map(({ used }) => used).toSorted((a, b) => a - b),
        Array.from({ length: 60 }, (_, n) => n + 1),
      );
    });
  });
