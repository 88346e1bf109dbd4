import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { Database, TenantStore } from "../../../plugin/ports/stores.ts";
import { openDatabase } from "../../../plugin/store/database.ts";
import {
  aCertificate,
  aDevice,
  after as later,
  anAuthority,
  aReservation,
  aSettlement,
  bytes,
  NOW,
} from "../../contract/store/samples.ts";
import { postgresDatabase, sqliteDatabase, type TestDatabase } from "../../support/databases.ts";
import { postgresServer } from "../../support/postgres.ts";

const databases: Readonly<Record<string, (test: Mocha.Context) => Promise<TestDatabase>>> = {
  SQLite: () => sqliteDatabase({ ownThread: true }),
  PostgreSQL: async (test) => postgresDatabase(await postgresServer(test)),
};
const CAP = 40;

for (const [name, open] of Object.entries(databases))
  describe(`a cap over two nodes on ${name}`, () => {
    let subject: TestDatabase;
    let second: Database;
    before(async function () {
      subject = await open(this);
      await subject.database.migrate();
      second = await openDatabase({ ...subject.place, clock: { now: () => new Date() } });
    });
    after(async () => {
      await second.close();
      await subject.close();
    });

    /** A tenant with two authorities, on both nodes; `at` is the time of its requests. */
    const tenant = async (): Promise<readonly [TenantStore, TenantStore]> => {
      const id = `t-${randomUUID().slice(0, 13)}`;
      const [one, two] = [subject.database, second].map(({ directory }) => directory.open(id));
      assert.ok(one && two);
      for (const authority of ["wifi-ca", "vpn-ca"])
        await one.authorities.insert(anAuthority({ id: authority }));
      for (let n = 0; n < 9; n += 1)
        await one.devices.save(aDevice({ id: `device-${n}`, hostDeviceId: String(n) }));
      return [one, two];
    };

    for (const [when, at] of [
      ["while it settles", NOW],
      ["once it is known everywhere", later(60)],
    ] as const)
      it(`O-02 is never passed, whoever issues by SCEP or by hand, and is filled to the last place, ${when}`, async () => {
        const nodes = await tenant();
        await nodes[0].caps.set("certificates", CAP, NOW);
        await nodes[0].caps.set("certificates/wifi-ca", CAP / 2, NOW);
        const issued: string[] = [];
        const enrol = async (n: number): Promise<void> => {
          const store = nodes[n % 2] ?? nodes[0];
          const item = aReservation({
            ...{ capped: true, now: at, leaseUntil: later(999), deviceId: `device-${n % 9}` },
            authorityId: n % 3 === 0 ? "vpn-ca" : "wifi-ca",
          });
          const { status } = await store.enrolments.reserve(item);
          if (status !== "reserved") return;
          assert.equal(await store.enrolments.settle(aSettlement(item.id)), "issued");
          issued.push(item.id);
        };
        const byHand = async (n: number): Promise<void> => {
          const store = nodes[n % 2] ?? nodes[0];
          const row = aCertificate({ authorityId: "vpn-ca", createdAt: at });
          await store.certificates.reserve(row, bytes(1), later(999)).then(
            () => issued.push(row.id),
            (refusal: unknown) => assert.match(String(refusal), /cap_reached/),
          );
        };
        const wave = (many: number): Promise<unknown> =>
          Promise.all(Array.from({ length: many }, (_, n) => (n % 5 === 4 ? byHand(n) : enrol(n))));
        const active = (authority?: string): Promise<number> =>
          nodes[1].caps.active(authority, at, 1000);

        for (let n = 0; n < 6; n += 1) {
          await wave(20);
          assert.ok((await active()) <= CAP);
          assert.ok((await active("wifi-ca")) <= CAP / 2);
        }
        assert.deepEqual([await active(), issued.length], [CAP, CAP]);
        const gone = issued.splice(0, 7);
        await Promise.all(
          gone.map((id, n) =>
            (nodes[n % 2] ?? nodes[0]).run((tx) =>
              tx.certificates.revoke(id, at, "superseded", undefined),
            ),
          ),
        );
        assert.equal(await active(), CAP - 7);
        for (let n = 0; n < 3; n += 1) await wave(20);
        assert.deepEqual([await active(), issued.length], [CAP, CAP]);
      });
  });
