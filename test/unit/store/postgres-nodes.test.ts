import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import type { ReserveResult } from "../../../plugin/ports/enrolment-store.ts";
import type { Database, TenantStore } from "../../../plugin/ports/stores.ts";
import { openDatabase } from "../../../plugin/store/database.ts";
import {
  aChallenge,
  aCrl,
  aDevice,
  aLedgerEntry,
  aReservation,
  aSettlement,
  aTemplate,
  after as later,
  NOW,
} from "../../contract/store/samples.ts";
import { postgresDatabase, type TestDatabase } from "../../support/databases.ts";
import { postgresServer } from "../../support/postgres.ts";

/** Two nodes, each with connections of its own, on one database. */
describe("two nodes on PostgreSQL", () => {
  let subject: TestDatabase;
  let second: Database;
  let tenants = 0;
  let nodes: readonly [TenantStore, TenantStore];
  before(async function () {
    subject = await postgresDatabase(await postgresServer(this));
    await subject.database.migrate();
    second = await openDatabase({ ...subject.place, clock: { now: () => new Date() } });
  });
  after(async () => {
    await second.close();
    await subject.close();
  });
  beforeEach(async () => {
    const tenant = `t${(tenants += 1)}`;
    nodes = [subject.database.directory.open(tenant), second.directory.open(tenant)];
    await nodes[0].devices.save(aDevice());
  });

  const many = <T>(
    count: number,
    work: (node: TenantStore, n: number) => Promise<T>,
  ): Promise<T[]> => Promise.all(Array.from({ length: count }, (_, n) => work(nodes[n % 2]!, n)));
  const reserved = (results: readonly ReserveResult[]): number =>
    results.filter(({ status }) => status === "reserved").length;

  it("give one challenge to exactly one request", async () => {
    for (let round = 0; round < 10; round += 1) {
      const challengeId = `challenge-${round}`;
      await nodes[0].challenges.insert(aChallenge({ id: challengeId }), String(round));
      const results = await many(10, (node) =>
        node.enrolments.reserve(aReservation({ challengeId })),
      );
      assert.equal(reserved(results), 1);
      assert.equal(results.filter(({ status }) => status === "refused").length, 9);
    }
  });

  it("answer one request with one certificate", async () => {
    for (let round = 0; round < 10; round += 1) {
      const { idempotencyKey } = aReservation();
      const items = await many(10, async (node) => {
        const item = aReservation({ idempotencyKey });
        return { item, result: await node.enrolments.reserve(item) };
      });
      const winners = items.filter(({ result }) => result.status === "reserved");
      assert.equal(winners.length, 1);
      assert.ok(items.every(({ result }) => ["reserved", "in-progress"].includes(result.status)));
      const { id } = winners[0]!.item;
      assert.equal(await nodes[1].enrolments.settle(aSettlement(id)), "issued");
      const again = await nodes[0].enrolments.reserve(aReservation({ idempotencyKey }));
      assert.ok(again.status === "issued");
      assert.equal(again.certificateId, id);
    }
  });

  it("let one certificate through where only one is wanted", async () => {
    for (let round = 0; round < 10; round += 1) {
      const deviceId = `only-${round}`;
      await nodes[0].devices.save(aDevice({ id: deviceId, hostDeviceId: deviceId }));
      const results = await many(10, (node) =>
        node.enrolments.reserve(aReservation({ deviceId, onlyOne: true })),
      );
      assert.equal(reserved(results), 1);
    }
  });

  it("take one ciphertext for one message", async () => {
    for (let round = 0; round < 10; round += 1) {
      const results = await many(8, (node, n) =>
        node.enrolments.reserve(
          aReservation({ ciphertext: { digest: `d${round}`, content: String(n) } }),
        ),
      );
      assert.equal(reserved(results), 1);
    }
  });

  it("share out the outbox without a double", async () => {
    for (let n = 0; n < 60; n += 1)
      await nodes[n % 2]!.outbox.add({ kind: "publish-profile", deploymentId: String(n) }, NOW);
    const claimed: string[] = [];
    while (claimed.length < 60) {
      const claims = await many(6, (node) => node.outbox.claim(5, later(1), later(60)));
      const ids = claims.flat().map(({ id }) => id);
      assert.ok(ids.length > 0);
      claimed.push(...ids);
    }
    assert.equal(new Set(claimed).size, 60);
    assert.deepEqual(await nodes[0].outbox.claim(5, later(1), later(60)), []);
  });

  it("give out each CRL number once, and never a lower one", async () => {
    const stored: bigint[] = [];
    for (let number = 1n; number <= 20n; number += 1n) {
      const results = await many(4, (node) => node.crls.insert(aCrl(number)));
      assert.equal(results.filter(Boolean).length, 1);
      stored.push((await nodes[1].crls.latest({ authorityId: "wifi-ca", shard: 0 }))?.number ?? 0n);
    }
    assert.deepEqual(
      stored,
      stored.map((_, n) => BigInt(n + 1)),
    );
  });

  it("do not lose what run() changes", async () => {
    await nodes[0].templates.insert(aTemplate());
    await many(40, (node) =>
      node.run(async (tx) => {
        const template = await tx.templates.get("wifi");
        assert.ok(template);
        await tx.templates.update({ ...template, version: template.version + 1 });
      }),
    );
    assert.equal((await nodes[0].templates.get("wifi"))?.version, 41);
  });

  it("end a race of a wipe with enrolments in no live certificate", async () => {
    for (let round = 0; round < 10; round += 1) {
      const deviceId = `wiped-${round}`;
      const device = aDevice({ id: deviceId, hostDeviceId: deviceId });
      await nodes[0].devices.save(device);
      const enrol = async (node: TenantStore): Promise<void> => {
        const item = aReservation({ deviceId });
        const { status } = await node.enrolments.reserve(item);
        if (status === "reserved") await node.enrolments.settle(aSettlement(item.id));
      };
      const wipe = nodes[0].run(async (tx) => {
        await tx.devices.save({ ...device, status: "wiped" });
        for (const { id } of await tx.certificates.liveOfDevice(deviceId, NOW))
          await tx.certificates.revoke(id, NOW, "cessationOfOperation", undefined);
      });
      await Promise.all([...Array.from({ length: 6 }, (_, n) => enrol(nodes[n % 2]!)), wipe]);
      assert.deepEqual(await nodes[1].certificates.liveOfDevice(deviceId, NOW), []);
    }
  });

  it("count limits exactly together", async () => {
    const limits = { perDevicePerDay: 7, perEndpointPerMinute: 1_000, perChallenge: 3 };
    for (let round = 0; round < 5; round += 1) {
      const deviceId = `counted-${round}`;
      await nodes[0].devices.save(aDevice({ id: deviceId, hostDeviceId: deviceId }));
      const results = await many(20, (node) =>
        node.enrolments.reserve(aReservation({ deviceId, limits })),
      );
      assert.equal(reserved(results), 7);
    }
  });

  it("chain one ledger without a gap, a fork or a row left out", async () => {
    const writing = many(80, (node) => node.ledger.append(aLedgerEntry()));
    let writes = true;
    void writing.then(() => (writes = false));
    const sealer = async (node: TenantStore, holder: string): Promise<void> => {
      // The lease of either is over at once, so that they meet at the chain's end.
      const lease = { holder, now: later(9), until: later(9) };
      for (let idle = 0; idle < 3;) {
        const opened = await node.chain.open(lease, 10);
        if (opened === undefined) continue;
        const { end, entries } = opened;
        const seals = entries.map(({ id }, n) => ({
          id,
          sequence: end.sequence + n + 1,
          hash: `${holder}-${end.hash.slice(0, 20)}-${n}`,
        }));
        if (seals.length > 0) await node.chain.seal(lease, end, seals);
        else if (!writes) idle += 1;
      }
    };
    await Promise.all([sealer(nodes[0], "a"), sealer(nodes[1], "b"), writing]);
    assert.equal((await nodes[0].chain.head())?.end.sequence, 80);
    const { items } = await nodes[1].ledger.list({}, { limit: 100 });
    assert.deepEqual(
      items.map(({ sequence }) => sequence).sort((x, y) => Number(x) - Number(y)),
      Array.from({ length: 80 }, (_, n) => n + 1),
    );
  });

  it("come through 200 mixed batches that want the same rows crosswise", async () => {
    const few = 6;
    for (let n = 0; n < few; n += 1) {
      await nodes[0].devices.save(aDevice({ id: `d${n}`, hostDeviceId: `d${n}` }));
      await nodes[0].challenges.insert(aChallenge({ id: `c${n}`, deviceId: `d${n}` }), `m${n}`);
    }
    const any = (): number => randomInt(few);
    const open: string[] = [];
    const step = async (node: TenantStore): Promise<void> => {
      const settling = open
        .splice(0, 2)
        .map((id) =>
          randomInt(3) === 0
            ? node.enrolments.release(id, NOW)
            : node.enrolments.settle(aSettlement(id)),
        );
      const reserving = Array.from({ length: 4 }, async () => {
        const item = aReservation({
          deviceId: `d${any()}`,
          idempotencyKey: `k${randomInt(40)}`,
          ciphertext: { digest: `x${any()}`, content: "same" },
          challengeId: randomInt(2) === 0 ? `c${any()}` : undefined,
          onlyOne: randomInt(4) === 0,
        });
        const { status } = await node.enrolments.reserve(item);
        if (status === "reserved") open.push(item.id);
      });
      await Promise.all([
        ...settling,
        ...reserving,
        node.crls.markDirty({ authorityId: "ca", shard: 0 }, NOW),
      ]);
    };
    const worker = async (n: number): Promise<void> => {
      for (let round = 0; round < 25; round += 1) await step(nodes[n % 2]!);
    };
    await Promise.all(Array.from({ length: 8 }, (_, n) => worker(n)));
    const { items } = await nodes[0].certificates.list({ status: "reserved" }, { limit: 500 });
    assert.deepEqual(items.map(({ id }) => id).sort(), [...open].sort());
  }).timeout(60_000);
});
