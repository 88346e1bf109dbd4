import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { ALERT_MEASURES, standsAfter } from "../../../plugin/domain/alert-rule.ts";
import { capOfAuthority } from "../../../plugin/domain/cap.ts";
import { COUNTED_TO } from "../../../plugin/ports/counts.ts";
import type { TenantStore } from "../../../plugin/ports/stores.ts";
import { ActiveCounts } from "../../../plugin/services/authorities/active-counts.ts";
import { CapReadings } from "../../../plugin/services/operations/cap-readings.ts";
import { aCertificate, after, anAuthority, NOW } from "../../contract/store/samples.ts";
import { newTenant, sqliteDatabase, type TestDatabase } from "../../support/databases.ts";

describe("alert readings of caps", () => {
  let opened: TestDatabase;
  let store: TenantStore;
  beforeEach(async () => {
    opened = await sqliteDatabase();
    store = await newTenant(opened);
  });
  afterEach(() => opened.close());

  it("O-05 say how full each cap is, in percent, at 80 and at 100", async () => {
    const clock = { now: () => NOW };
    const readings = new CapReadings(clock, new ActiveCounts(clock));
    const used = async () =>
      (await readings.read(store)).map(({ subject, value }) => [subject, value]);
    assert.deepEqual(await used(), [], "nothing is capped");
    await store.authorities.insert(anAuthority({ kind: "issuing", status: "active" }));
    await store.authorities.insert(
      anAuthority({ id: "gone", status: "deleted", deletedAt: after(-90_000) }),
    );
    await store.caps.set(capOfAuthority("wifi-ca"), 5, NOW);
    await store.caps.set(capOfAuthority("gone"), 5, NOW);
    await store.caps.set("certificates", 8, NOW);
    await store.caps.set("authorities", 2, NOW);
    const issue = () =>
      store.certificates.insert(
        aCertificate({ id: randomUUID(), serial: randomUUID(), status: "issued", hold: undefined }),
        undefined,
      );
    for (let n = 0; n < 4; n += 1) await issue();
    assert.deepEqual(await used(), [
      ["authorities", 50],
      ["certificates", 50],
      ["certificates/wifi-ca", 80],
    ]);
    await issue();
    const [, , full] = await readings.read(store);
    assert.equal(
      full?.text,
      "The cap on active certificates of wifi-ca is used to 100 % (5/5); no more are made",
    );
    const rule = (id: "cap-near" | "cap-full") => ({ id, ...ALERT_MEASURES[id] });
    const values = [79.9, 80, 75, 74.9];
    const near = values.map((value, at) => standsAfter(rule("cap-near"), at > 0, value));
    assert.deepEqual(near, [false, true, true, false]);
    assert.ok(!standsAfter(rule("cap-full"), false, 99.9));
    assert.ok(standsAfter(rule("cap-full"), false, 100));
    await store.caps.set("authorities", 0, NOW);
    assert.equal((await readings.read(store))[0]?.value, 100, "a cap of none is full");
  });

  it("O-02 a count above ten thousand is not made again for five minutes, unless the cap has changed", async () => {
    let now = NOW;
    const asked: number[] = [];
    let active = COUNTED_TO + 5;
    const caps = {
      ...store.caps,
      active: (_authority: string | undefined, _now: Date, upTo: number) => {
        asked.push(upTo);
        return Promise.resolve(Math.min(active, upTo));
      },
    };
    const counts = new ActiveCounts({ now: () => now });
    const shown = async (cap: number | undefined) => {
      asked.length = 0;
      const value = await counts.of({ tenant: "default", caps }, undefined, cap);
      return [value, ...asked];
    };
    const FEW = COUNTED_TO + 1;
    assert.deepEqual(await shown(undefined), [FEW, FEW]);
    assert.deepEqual(await shown(500), [FEW, FEW]);
    assert.deepEqual(await shown(1_000_000), [COUNTED_TO + 5, FEW, 1_000_001]);
    active += 10;
    assert.deepEqual(await shown(1_000_000), [COUNTED_TO + 5, FEW]);
    assert.deepEqual(await shown(900_000), [COUNTED_TO + 15, FEW, 900_001]);
    active += 10;
    now = after(5 * 60);
    assert.deepEqual(await shown(900_000), [COUNTED_TO + 25, FEW, 900_001]);
    active = 3;
    assert.deepEqual(await shown(900_000), [3, FEW], "few are always of now");
  });
});
