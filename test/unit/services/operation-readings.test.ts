import assert from "node:assert/strict";
import type { TenantStore } from "../../../plugin/ports/stores.ts";
import { OperationReadings } from "../../../plugin/services/operations/operation-readings.ts";
import {
  aDeployment,
  after,
  aLedgerEntry,
  anAuthority,
  NOW,
} from "../../contract/store/samples.ts";
import { newTenant, sqliteDatabase, type TestDatabase } from "../../support/databases.ts";

const HOUR = 3600;

describe("alert readings of how the work goes", () => {
  let opened: TestDatabase;
  let store: TenantStore;
  let readings: OperationReadings;
  let now = NOW;
  beforeEach(async () => {
    opened = await sqliteDatabase();
    store = await newTenant(opened);
    now = NOW;
    readings = new OperationReadings({ now: () => now }, []);
  });
  afterEach(() => opened.close());

  it("O-05 say how much of its renewal cap an authority has used, in percent", async () => {
    await store.authorities.insert(anAuthority({ kind: "issuing", status: "active" }));
    await store.authorities.insert(anAuthority({ id: "gone", status: "retired" }));
    await store.renewalRules.save({
      ...{ authorityId: "wifi-ca", version: 1, updatedAt: NOW },
      rules: { perHour: 10, perDay: 40, quietHours: undefined },
    });
    const used = async () =>
      (await readings.caps(store)).map(({ subject, value }) => [subject, value]);
    assert.deepEqual(await used(), [["wifi-ca", 0]]);
    await store.renewals.countStarted("wifi-ca", NOW, 8, 1e9);
    assert.deepEqual(await used(), [["wifi-ca", 80]]);
    // The hour before still counts, so that an authority that is always full does not swing.
    now = after(HOUR);
    assert.deepEqual(await used(), [["wifi-ca", 80]]);
    now = after(2 * HOUR);
    assert.deepEqual(await used(), [["wifi-ca", 20]]);
    await store.renewals.countStarted("wifi-ca", now, 10, 1e9);
    assert.deepEqual(await used(), [["wifi-ca", 100]]);
  });

  it("O-05 say how many of the renewals of a day failed, in percent of those begun", async () => {
    await store.authorities.insert(anAuthority());
    const share = async () => (await readings.renewals(store))[0]?.value;
    assert.equal(await share(), 0);
    const failed = { state: "failed", since: NOW } as const;
    await store.deployments.save(aDeployment({ ...failed, id: "a", deviceId: "a" }));
    assert.equal(await share(), 10, "of fewer than ten");
    // First enrolments are no renewals.
    await store.deployments.save(
      aDeployment({ ...failed, id: "b", deviceId: "b", certificateId: undefined }),
    );
    await store.renewals.countStarted("wifi-ca", NOW, 50, 1e9);
    assert.equal(await share(), 2);
    now = after(25 * HOUR);
    assert.equal(await share(), 0);
  });

  it("O-05 count every failed renewal of the day, however many others failed before it", async () => {
    await store.authorities.insert(anAuthority());
    const failed = { state: "failed", since: after(-30 * HOUR) } as const;
    for (let at = 0; at < 520; at += 1) {
      const id = `old-${String(at).padStart(3, "0")}`;
      await store.deployments.save(aDeployment({ ...failed, id, deviceId: id }));
    }
    for (const id of ["a-first", "z-last"])
      await store.deployments.save(aDeployment({ ...failed, id, deviceId: id, since: NOW }));
    await store.renewals.countStarted("wifi-ca", NOW, 100, 1e9);
    assert.equal((await readings.renewals(store))[0]?.value, 2);
  });

  it("O-04 O-05 count what limits refused of each device within an hour, and the days since the last backup", async () => {
    const refused = (device: string, label: string, seconds: number): Promise<void> =>
      store.ledger.append({
        ...aLedgerEntry(),
        event: "certificate.refused",
        at: after(seconds),
        data: { device, label },
      });
    await refused("a", "limit_exceeded", -10);
    await refused("a", "limit_exceeded", -20);
    await refused("a", "challenge_refused", -20);
    await refused("b", "limit_exceeded", -2 * HOUR);
    assert.deepEqual(
      (await readings.limited(store)).map(({ subject, value }) => [subject, value]),
      [["a", 2]],
    );
    const made = { ...aLedgerEntry(), event: "backup.made", at: after(-36 * HOUR) } as const;
    await store.ledger.append(made);
    const [reading] = await readings.backup(store);
    assert.equal(reading?.value, 1.5);
    assert.match(reading.text, /^The last backup was made 1 days ago/);
    assert.deepEqual(await readings.backup(opened.database.directory.open("other")), []);
  });
});
