import assert from "node:assert/strict";
import type { Resolve } from "../../../plugin/container.ts";
import type { TenantStore } from "../../../plugin/ports/stores.ts";
import { Deliveries } from "../../../plugin/services/deployments/deliveries.ts";
import { Distributions } from "../../../plugin/services/distribution/distributions.ts";
import { DistributionWalks } from "../../../plugin/services/distribution/distribution-walks.ts";
import { EventIntake } from "../../../plugin/services/hosts/event-intake.ts";
import { GroupSync } from "../../../plugin/services/distribution/group-sync.ts";
import { HostGroups } from "../../../plugin/services/distribution/host-groups.ts";
import { memoryHost } from "../../../adapters/mdm/memory.ts";
import {
  aCertificate,
  aDevice,
  anAuthority,
  anEndpoint,
  aTemplate,
  bytes,
  NOW,
} from "../../contract/store/samples.ts";
import { everything, fails } from "../../contract/store/subject.ts";
import {
  newTenant,
  postgresDatabase,
  sqliteDatabase,
  type TestDatabase,
} from "../../support/databases.ts";
import { postgresServer, type PostgresServer } from "../../support/postgres.ts";
import { nodeOn, ownerOf } from "./renewal-node.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.UTC(2027, 2, 1, 12);
/** More than one page of a walk. */
const DEVICES = 1_100;
const CAP = 110;
/** Devices that lack what the template's names need. */
const BARE = 2;

const describeWalks = (open: () => Promise<TestDatabase>): void => {
  let subject: TestDatabase;
  let store: TenantStore;
  let now = START;
  let nodes: readonly Resolve[];
  const owner = ownerOf("acme");
  const host = memoryHost("jamf");
  const idOf = (n: number) => `device-${String(n).padStart(5, "0")}`;
  const group = (...members: readonly string[]) => {
    host.setGroup({ groupId: "all", name: "All", kind: "device", members }, "acme");
  };
  const members = (count: number) => Array.from({ length: count }, (_, n) => String(n));
  before(async function () {
    this.timeout(60_000);
    subject = await open();
    store = await newTenant(subject, "acme");
    const clock = () => new Date(now);
    nodes = [nodeOn(subject.database, clock, [host]), nodeOn(subject.database, clock, [host])];
    await store.authorities.insert(anAuthority());
    await store.templates.insert(aTemplate({ autoRenewal: true }));
    await store.endpoints.insert(anEndpoint({ id: "scep-acme" }));
    for (let at = 0; at < DEVICES; at += 400)
      await store.run(async (tx) => {
        for (let n = at; n < Math.min(DEVICES, at + 400); n += 1)
          await tx.devices.save(
            aDevice({
              ...{ id: idOf(n), hostId: "jamf", hostDeviceId: String(n), status: "enrolled" },
              attributes: n % 600 === 7 ? {} : { serialnumber: `S${n}`, udid: `U${n}` },
            }),
          );
      });
    group(...members(DEVICES));
    await store.renewalRules.save({
      ...{ authorityId: "wifi-ca", version: 1, updatedAt: NOW },
      rules: { perHour: CAP, perDay: "off", quietHours: undefined },
    });
  });
  after(() => subject.close());

  const node = (n = 0): Resolve => {
    const one = nodes[n];
    assert.ok(one);
    return one;
  };
  const progress = async () => (await node()(Distributions).get(owner, "wifi")).progress;

  it("P-09 is begun, cut off after a page and taken up by another node", async function () {
    this.timeout(60_000);
    await node()(HostGroups).refresh(owner);
    const distributions = node()(Distributions);
    await distributions.save(owner, "wifi", { includes: ["jamf:all"], over: "PT6H" });
    const preview = await distributions.preview(owner, "wifi", {});
    assert.deepEqual([preview.devices, preview.fresh], [DEVICES, DEVICES]);
    assert.ok(preview.days.every(({ peakHour }) => peakHour <= CAP));
    await distributions.publish(owner, "wifi");
    // As a crash leaves it: a walk in the middle.
    const walk = await store.walks.get("wifi");
    assert.equal(walk?.state, "done");
    await store.targets.delete(
      "wifi",
      Array.from({ length: DEVICES - 1000 }, (_, n) => idOf(n + 1000)),
    );
    await store.walks.save({ ...walk, state: "running", cursor: idOf(999) });
    await Promise.all([
      node(0)(DistributionWalks).advance(store),
      node(1)(DistributionWalks).advance(store),
    ]);
    assert.equal((await store.walks.get("wifi"))?.state, "done");
    assert.equal((await progress()).devices, DEVICES);
  });

  it("P-09 two nodes deliver everything once, never above the caps", async function () {
    this.timeout(60_000);
    for (let hour = 0; hour < 14; hour += 1) {
      const before = (await progress()).sent;
      for (const minutes of [30, 59]) {
        now = START + hour * HOUR + minutes * 60_000;
        await Promise.all([node(0)(Deliveries).advance(store), node(1)(Deliveries).advance(store)]);
      }
      assert.ok((await progress()).sent - before <= CAP);
    }
    const { sent, failed, waiting } = await progress();
    assert.deepEqual([sent, failed, waiting], [DEVICES - BARE, BARE, 0]);
    const deployments = await everything((page) => store.deployments.list({}, page), 500);
    assert.equal(deployments.length, DEVICES - BARE);
    assert.equal(new Set(deployments.map(({ deviceId }) => deviceId)).size, DEVICES - BARE);
    const failures = await store.ledger.list({ event: "distribution.device-failed" }, { limit: 9 });
    assert.equal(failures.items.length, BARE, "once each, although they are tried every day");
  });

  it("P-09 a device that lacked something gets it once its host tells more", async () => {
    await node()(EventIntake).report(owner, {
      ...{ kind: "deviceEnrolled", hostId: "jamf", deviceId: "7", platform: "apple" },
      attributes: { serialnumber: "S7", udid: "U7" },
    });
    await node()(Deliveries).advance(store);
    assert.ok(await store.deployments.find(idOf(7), "wifi"));
  });

  it("P-09 a group that is empty of a sudden takes the profile from a few, then waits for somebody", async function () {
    this.timeout(30_000);
    group(...members(100));
    now += HOUR;
    await node()(HostGroups).refresh(owner);
    await node()(DistributionWalks).advance(store);
    const walk = await store.walks.get("wifi");
    assert.deepEqual([walk?.state, walk?.left], ["held", DEVICES / 10]);
    const held = await store.ledger.list({ event: "distribution.held" }, { limit: 9 });
    assert.equal(held.items.length, 1);
    await node()(DistributionWalks).advance(store);
    assert.equal((await progress()).devices, DEVICES - DEVICES / 10);
    await node()(Distributions).release(owner, "wifi");
    assert.equal((await store.walks.get("wifi"))?.state, "done");
    assert.equal((await progress()).devices, 100);
    await fails(node()(Distributions).release(owner, "wifi"), "conflict");
  });

  it("P-09 a host that fails leaves its groups as they were known", async () => {
    const broken = {
      ...memoryHost("jamf"),
      groupMembers: () => Promise.reject(new Error("502 from the MDM")),
    };
    await nodeOn(subject.database, () => new Date(now), [broken])(GroupSync).sync(store);
    const known = await store.hostGroups.get("jamf:all");
    assert.deepEqual([known?.members, known?.problem], [100, "502 from the MDM"]);
    assert.equal((await progress()).devices, 100);
  });

  it("P-09 certificates of who leaves are revoked where the rule says so", async () => {
    const distributions = node()(Distributions);
    await distributions.save(owner, "wifi", { leaving: "revoke" });
    await distributions.publish(owner, "wifi");
    const ends = new Date(now + DAY);
    for (const [id, templateId] of [
      ["mine", "wifi"],
      ["other", "vpn"],
    ] as const)
      await store.certificates.insert(
        aCertificate({
          ...{ id, templateId, deviceId: idOf(3), status: "issued", notAfter: ends },
          ...{ hold: undefined, revokedAt: undefined, revocationReason: undefined },
        }),
        bytes(1),
      );
    await node()(EventIntake).report(owner, {
      ...{ kind: "groupChanged", hostId: "jamf", groupId: "all", removed: ["3"] },
    });
    const status = async (id: string) => (await store.certificates.get(id))?.status;
    assert.deepEqual([await status("mine"), await status("other")], ["revoked", "issued"]);
    assert.equal(await store.deployments.find(idOf(3), "wifi"), undefined);
  });
};

describe("walks of distributions, on SQLite", () => describeWalks(() => sqliteDatabase()));
describe("walks of distributions, on PostgreSQL", () => {
  let server: PostgresServer;
  before(async function () {
    server = await postgresServer(this);
  });
  describeWalks(() => postgresDatabase(server));
});
