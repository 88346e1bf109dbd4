import assert from "node:assert/strict";
import type { Resolve } from "../../../plugin/container.ts";
import type { Database, TenantStore } from "../../../plugin/ports/stores.ts";
import { RenewalPlans } from "../../../plugin/services/renewal/renewal-plans.ts";
import { scopeOf } from "../../../plugin/services/status/crl-scope-of.ts";
import { RenewalSweep } from "../../../plugin/services/background/renewal-sweep.ts";
import { DeploymentSteps } from "../../../plugin/services/deployments/deployment-steps.ts";
import { DeviceRenewals } from "../../../plugin/services/renewal/device-renewals.ts";
import { Templates } from "../../../plugin/services/templates/templates.ts";
import { openDatabase } from "../../../plugin/store/database.ts";
import { aCertificate, anAuthority, aTemplate, bytes } from "../../contract/store/samples.ts";
import { everything, fails } from "../../contract/store/subject.ts";
import {
  newTenant,
  postgresDatabase,
  sqliteDatabase,
  type TestDatabase,
} from "../../support/databases.ts";
import { postgresServer } from "../../support/postgres.ts";
import { addDevice, nodeOn, ownerOf } from "./renewal-node.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.UTC(2027, 2, 1, 0, 0, 0);
const LIFE = 100 * DAY;
/** Window 20 days, spread over the first ten. */
const TEMPLATE = aTemplate({
  renewalWindow: "20%",
  renewalSpread: "50%",
  autoRenewal: true,
  oldCertificate: "revoke",
});

const state = async (store: TenantStore, n: number): Promise<string | undefined> =>
  (await store.deployments.get(`d-${String(n).padStart(5, "0")}`))?.state;
const renewing = async (store: TenantStore): Promise<string[]> =>
  (await everything((page) => store.deployments.list({ state: "renewing" }, page), 500)).map(
    ({ id }) => id,
  );

describe("the renewal sweep", () => {
  let subject: TestDatabase;
  let store: TenantStore;
  let resolve: Resolve;
  let now = START;
  const owner = ownerOf("acme");
  beforeEach(async () => {
    now = START;
    subject = await sqliteDatabase();
    store = await newTenant(subject, "acme");
    resolve = nodeOn(subject.database, () => new Date(now));
    await store.authorities.insert(anAuthority());
    await store.templates.insert(TEMPLATE);
  });
  afterEach(() => subject.close());
  const sweep = () => resolve(RenewalSweep).sweepTenant(store);
  /** Devices whose window opened `ago` before now. */
  const fleet = async (count: number, ago: (n: number) => number): Promise<void> => {
    await store.run(async (tx) => {
      for (let n = 0; n < count; n += 1)
        await addDevice(tx, TEMPLATE, n, new Date(START - 80 * DAY - ago(n)), LIFE);
    });
  };
  const rules = (perHour: number | "off", perDay: number | "off" = "off") =>
    resolve(RenewalPlans).changeRules(owner, "wifi-ca", { perHour, perDay });

  it("L-03 starts what is due, each with its outbox entry and its ledger row, and counts it", async () => {
    await rules("off");
    await fleet(30, () => 11 * DAY);
    await addDevice(store, TEMPLATE, 500, new Date(START - 10 * DAY), LIFE);
    assert.deepEqual(await sweep(), { due: 30, started: 30, waiting: 0 });
    assert.equal((await renewing(store)).length, 30);
    assert.equal(await state(store, 500), "installed");
    const effects = await store.outbox.claim(100, new Date(now), new Date(now + 1));
    assert.equal(new Set(effects.map(({ effect }) => JSON.stringify(effect))).size, 30);
    const { items } = await store.ledger.list({ event: "deployment.changed" }, { limit: 100 });
    assert.equal(items.length, 30);
    assert.equal(items[0]?.principal, "system:renewals");
    assert.equal(items[0].data["why"], "due");
    assert.deepEqual(
      (await store.renewals.started("wifi-ca", new Date(now))).map(({ count }) => count),
      [30],
    );
    assert.deepEqual(await sweep(), { due: 0, started: 0, waiting: 0 });
  }).timeout(20_000);

  it("L-03 does after an outage what the caps let it, at an even pace, soonest end first", async () => {
    await rules(60, 100);
    // All overdue; the higher the number, the sooner the end.
    await fleet(150, (n) => 11 * DAY + n * 60_000);
    const started: number[] = [];
    for (let minute = 0; minute < 240; minute += 20) {
      now = START + minute * 60_000;
      started.push((await sweep())?.started ?? 0);
    }
    assert.ok(Math.max(...started) <= 21, String(started));
    const taken = started.reduce((sum, count) => sum + count, 0);
    // A hundred a day is 16.7 in four hours at an even pace.
    assert.ok(taken >= 16 && taken <= 18, String(taken));
    const names = (await renewing(store)).map((id) => Number(id.slice(2)));
    assert.ok(
      names.every((n) => n >= 150 - taken),
      String(names),
    );
    const hours = await store.renewals.started("wifi-ca", new Date(START));
    assert.equal(
      hours.reduce((sum, { count }) => sum + count, 0),
      taken,
    );
  }).timeout(30_000);

  it("L-03 does day by day what the preview has said", async () => {
    const DAYS = 3;
    await rules(3, 20);
    await fleet(60, (n) => ((n * 7) % 10) * DAY + n * 1000);
    const plan = await resolve(RenewalPlans).plan(owner, { days: DAYS });
    assert.equal(plan.backlog > 0, true);
    const done: number[] = [];
    for (let day = 0; day < DAYS; day += 1) {
      let count = 0;
      for (let minute = 0; minute < 1440; minute += 60) {
        now = START + day * DAY + (minute + 59) * 60_000;
        count += (await sweep())?.started ?? 0;
      }
      done.push(count);
    }
    const said = plan.days.slice(0, DAYS).map(({ planned }) => planned);
    assert.deepEqual(
      done.map((count, n) => Math.abs(count - said[n]!) <= 1),
      said.map(() => true),
      `${String(done)} against ${String(said)}`,
    );
    assert.ok(said[0]! >= 18 && said[0]! <= 20);
    assert.equal(plan.authorities[0]?.late, 0);
  }).timeout(60_000);

  it("plans what an upgrade has left unplanned, and leaves what needs no renewal", async () => {
    await fleet(4, (n) => (n === 0 ? 11 * DAY : -5 * DAY));
    const rows = await store.renewals.ofTemplate("wifi", undefined, 9);
    await store.renewals.change(
      rows.map(({ id, renewAt }) => ({ id, from: renewAt, to: new Date(0) })),
    );
    await store.certificates.revoke("c-00002", new Date(now), "certificateHold", undefined);
    const gone = await store.deployments.get("d-00003");
    assert.ok(gone);
    await store.deployments.save({ ...gone, state: "removed", nextActionAt: undefined });
    assert.deepEqual(await sweep(), { due: 0, started: 0, waiting: 0 });
    const times = new Map(
      (await store.renewals.byIds(["d-00000", "d-00001", "d-00002"])).map(({ id, renewAt }) => [
        id,
        renewAt,
      ]),
    );
    // What is left of its window, nine days, is spread.
    assert.ok(
      times.get("d-00000")! > new Date(now) && times.get("d-00000")! < new Date(now + 4.5 * DAY),
    );
    assert.ok(times.get("d-00001")! > new Date(now + 4 * DAY));
    assert.deepEqual(times.get("d-00002"), new Date(now + DAY));
    assert.deepEqual(await store.renewals.due(new Date(now), 9), []);
  });

  it("L-01 a template switched off renews nobody, switched on again all", async () => {
    await fleet(3, () => -DAY);
    const templates = resolve(Templates);
    const off = { autoRenewal: false };
    // The authority of the samples has no end that would refuse the template.
    await templates.update(owner, "wifi", off);
    await sweep();
    now += 30 * DAY;
    assert.deepEqual(await sweep(), { due: 0, started: 0, waiting: 0 });
    await templates.update(owner, "wifi", { autoRenewal: true });
    await sweep();
    now += 2 * DAY;
    await sweep();
    assert.equal((await renewing(store)).length > 0, true);
  });

  it("L-03 moves deployments to a new version over the days asked for", async () => {
    await rules("off");
    await fleet(60, () => -40 * DAY);
    await resolve(Templates).update(owner, "wifi", { name: "New" }, undefined, "P6D");
    const days: number[] = [];
    for (let day = 0; day < 7; day += 1) {
      now = START + day * DAY + 23.9 * HOUR;
      days.push((await sweep())?.started ?? 0);
    }
    assert.equal(
      days.reduce((sum, count) => sum + count, 0),
      60,
      String(days),
    );
    assert.ok(
      days.slice(0, 6).every((count) => count >= 3 && count <= 20),
      String(days),
    );
    const { items } = await store.ledger.list({ event: "template.moved" }, { limit: 9 });
    assert.equal(items[0]?.data["moved"], 60);
  }).timeout(20_000);

  it("renews one device by hand first, in quiet hours too, but never above the caps", async () => {
    await resolve(RenewalPlans).changeRules(owner, "wifi-ca", {
      perHour: 1,
      quietHours: { from: "00:00", to: "23:59", timeZone: "UTC" },
    });
    await fleet(5, () => 11 * DAY);
    const renewals = resolve(DeviceRenewals);
    await renewals.renewNow(owner, { deviceId: "device-00003" });
    now += 1000;
    await renewals.renewNow(owner, { deviceId: "device-00001" });
    assert.equal((await sweep())?.started, 1);
    assert.deepEqual(await renewing(store), ["d-00003"]);
    now += HOUR;
    await sweep();
    assert.deepEqual((await renewing(store)).sort(), ["d-00001", "d-00003"]);
    const { items } = await store.ledger.list({ event: "renewal.requested" }, { limit: 9 });
    assert.equal(items.length, 2);
    await fails(renewals.renewNow(owner, { deviceId: "nobody" }), "not_found");
  });

  it("L-07 revokes what was replaced once the new certificate is seen, if the template says so", async () => {
    await fleet(1, () => 0);
    const steps = resolve(DeploymentSteps);
    const principal = { id: "test" };
    await steps.applyTo(store, principal, "d-00000", { kind: "renew" });
    const next = aCertificate({
      ...{ id: "new", deviceId: "device-00000", issuedAt: new Date(now) },
      notAfter: new Date(now + LIFE),
    });
    await store.certificates.insert(next, bytes(1));
    const endsAt = next.notAfter;
    await steps.applyTo(store, principal, "d-00000", {
      kind: "issue",
      certificateId: "new",
      endsAt,
    });
    assert.equal((await store.certificates.get("c-00000"))?.status, "issued");
    await steps.applyTo(store, principal, "d-00000", { kind: "see" });
    const old = await store.certificates.get("c-00000");
    assert.deepEqual([old?.status, old?.revocationReason], ["revoked", "superseded"]);
    assert.equal((await store.certificates.get("new"))?.status, "issued");
    assert.equal((await store.crls.revisions(await scopeOf(store, old!))).dirty, 1);
    const { items } = await store.ledger.list({ event: "certificate.revoked" }, { limit: 9 });
    assert.deepEqual([items.length, items[0]?.data["replacedBy"]], [1, "new"]);
    assert.equal((await store.deployments.get("d-00000"))?.previousCertificateId, undefined);
  });

  it("warns when the caps cannot carry what falls due", async () => {
    await fleet(40, () => 19 * DAY);
    assert.deepEqual((await rules(100)).warnings, []);
    const { warnings } = await rules(1, 1);
    assert.match(String(warnings), /3\d certificates of wifi-ca end before its caps/);
  });
});

describe("two nodes that sweep on PostgreSQL", () => {
  let subject: TestDatabase;
  let second: Database;
  let now = START;
  before(async function () {
    subject = await postgresDatabase(await postgresServer(this));
    await newTenant(subject, "acme");
    second = await openDatabase({ ...subject.place, clock: { now: () => new Date(now) } });
  });
  after(async () => {
    await second.close();
    await subject.close();
  });

  it("L-03 start nothing twice, and together not more than the cap", async () => {
    const store = subject.database.directory.open("acme");
    await store.templates.insert(TEMPLATE);
    await store.authorities.insert(anAuthority());
    await store.run(async (tx) => {
      for (let n = 0; n < 200; n += 1)
        await addDevice(tx, TEMPLATE, n, new Date(START - 91 * DAY - n * 1000), LIFE);
    });
    const nodes = [subject.database, second].map((database) =>
      nodeOn(database, () => new Date(now)),
    );
    await nodes[0]!(RenewalPlans).changeRules(ownerOf("acme"), "wifi-ca", { perHour: 60 });
    // Each twice, since its own lease keeps no node out.
    for (let minute = 0; minute < 60; minute += 10) {
      now = START + (minute + 9.9) * 60_000;
      await Promise.all([...nodes, ...nodes].map((resolve) => resolve(RenewalSweep).runDue()));
    }
    const { items } = await store.ledger.list({ event: "deployment.changed" }, { limit: 500 });
    const ids = items.map(({ subjectId }) => subjectId);
    assert.equal(new Set(ids).size, ids.length);
    assert.ok(ids.length >= 55 && ids.length <= 60, String(ids.length));
    const effects = await store.outbox.claim(500, new Date(now), new Date(now + 1));
    assert.equal(effects.length, ids.length);
    const [hour] = await store.renewals.started("wifi-ca", new Date(START));
    assert.equal(hour?.count, ids.length);
  }).timeout(40_000);
});
