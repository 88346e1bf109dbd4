import assert from "node:assert/strict";
import type { Resolve } from "../../../plugin/container.ts";
import type { TenantStore } from "../../../plugin/ports/stores.ts";
import { DeploymentSteps } from "../../../plugin/services/deployments/deployment-steps.ts";
import { RenewalGroups } from "../../../plugin/services/renewal/renewal-groups.ts";
import { RenewalSweep } from "../../../plugin/services/background/renewal-sweep.ts";
import { anAuthority, aTemplate } from "../../contract/store/samples.ts";
import { everything, fails } from "../../contract/store/subject.ts";
import { newTenant, sqliteDatabase, type TestDatabase } from "../../support/databases.ts";
import { addDevice, nodeOn, ownerOf } from "./renewal-node.ts";

const DAY = 86_400_000;
const START = Date.UTC(2027, 2, 1, 12);
const TEMPLATE = aTemplate({ autoRenewal: true });

describe("canary groups", () => {
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
    // Nobody's window is open.
    await store.run(async (tx) => {
      for (let n = 0; n < 20; n += 1)
        await addDevice(tx, TEMPLATE, n, new Date(START - 10 * DAY), 100 * DAY);
    });
  });
  afterEach(() => subject.close());

  const groups = (): RenewalGroups => resolve(RenewalGroups);
  const sweep = async (): Promise<void> => {
    now += 60_000;
    await resolve(RenewalSweep).runDue();
  };
  const renewing = async (): Promise<string[]> =>
    (await everything((page) => store.deployments.list({ state: "renewing" }, page), 500))
      .map(({ id }) => id)
      .sort();
  const end = async (ids: readonly string[], good: boolean): Promise<void> => {
    for (const id of ids)
      await resolve(DeploymentSteps).applyTo(
        store,
        { id: "test" },
        id,
        good
          ? { kind: "issue", certificateId: `new-${id}`, endsAt: new Date(now + 100 * DAY) }
          : { kind: "fail", reason: "host-refused", detail: "no" },
      );
  };

  it("go wave by wave to their end", async () => {
    const { id } = await groups().start(owner, { templateId: "wifi", count: 7, wave: 3 });
    const sizes: number[] = [];
    for (let wave = 0; wave < 4; wave += 1) {
      await sweep();
      const ids = await renewing();
      sizes.push(ids.length);
      await end(ids, true);
    }
    assert.deepEqual(sizes, [3, 3, 1, 0]);
    const group = await groups().get(owner, id);
    assert.deepEqual([group.state, group.counts.renewed], ["done", 7]);
    const done = await store.ledger.list({ event: "renewal.group-done" }, { limit: 9 });
    assert.equal(done.items.length, 1);
  });

  it("stop by themselves when too many fail, and leave the rest with what it has", async () => {
    const deviceIds = Array.from({ length: 20 }, (_, n) => `device-${String(n).padStart(5, "0")}`);
    const { id } = await groups().start(owner, {
      ...{ templateId: "wifi", deviceIds, wave: 5, stopAbove: 0.25, judgeFrom: 4 },
    });
    await sweep();
    const first = await renewing();
    assert.equal(first.length, 5);
    // One of three is too few to judge by.
    await end(first.slice(0, 2), true);
    await end(first.slice(2, 3), false);
    await sweep();
    const second = await renewing();
    assert.equal((await groups().get(owner, id)).state, "running");
    await end(second.slice(0, 2), false);
    await sweep();
    const group = await groups().get(owner, id);
    assert.equal(group.state, "stopped");
    assert.match(group.reason ?? "", /^3 of 5 failed, more than 25 %$/);
    assert.ok(group.counts.skipped >= 12, JSON.stringify(group.counts));
    for (let n = 0; n < 3; n += 1) await sweep();
    // Nobody was started after it.
    assert.deepEqual(await renewing(), second.slice(2));
    const rows = await store.renewals.ofTemplate("wifi", undefined, 50);
    const kept = rows.filter(({ state }) => state === "installed");
    assert.ok(kept.every(({ renewAt, byHand }) => !byHand && renewAt! > new Date(now + 60 * DAY)));
  });

  it("give a device that does not answer a day, then the next one has its turn", async () => {
    const { id } = await groups().start(owner, { templateId: "wifi", count: 2, wave: 1 });
    await sweep();
    await sweep();
    assert.equal((await renewing()).length, 1);
    now += DAY;
    await sweep();
    assert.equal((await renewing()).length, 2);
    assert.equal((await groups().get(owner, id)).counts.overdue, 1);
  });

  it("are stopped by hand once, and want somebody to renew", async () => {
    const { id } = await groups().start(owner, { templateId: "wifi", count: 3, wave: 1 });
    const stopped = await groups().stop(owner, id);
    assert.deepEqual(
      [stopped.state, stopped.reason, stopped.counts.skipped],
      ["stopped", "by hand", 3],
    );
    await sweep();
    assert.deepEqual(await renewing(), []);
    await fails(groups().stop(owner, id), "conflict");
    await fails(groups().start(owner, { templateId: "none" }), "not_found");
    const nobody = { templateId: "wifi", deviceIds: ["x"] };
    await fails(groups().start(owner, nobody), "invalid_input");
    assert.equal((await groups().list(owner)).length, 1);
  });

  it("are the tenant's own", async () => {
    const { id } = await groups().start(owner, { templateId: "wifi", count: 1 });
    await fails(groups().get(ownerOf("other"), id), "not_found");
    await fails(groups().start(ownerOf("other"), { templateId: "wifi" }), "not_found");
  });
});
