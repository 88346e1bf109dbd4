import assert from "node:assert/strict";
import type { ScannedDevice } from "../../../plugin/domain/distribution-step.ts";
import type { ResolvedAudience } from "../../../plugin/ports/distributions.ts";
import type { TenantStore } from "../../../plugin/ports/stores.ts";
import {
  aDeployment,
  aDevice,
  aDistribution,
  after,
  aHostGroup,
  aHostRules,
  aTarget,
  aTemplate,
  aWalk,
  NOW,
} from "./samples.ts";
import { everything, fails, useDatabase, type OpenedDatabase } from "./subject.ts";

const SALES = { id: "jamf:sales", hostId: "jamf", kind: "device" } as const;
const BOARD = { id: "jamf:board", hostId: "jamf", kind: "user" } as const;

/** Groups of hosts, distributions, their targets and walks. */
export const describeDistributions = (open: () => Promise<OpenedDatabase>): void => {
  const subject = useDatabase(open);
  let store: TenantStore;
  beforeEach(() => {
    store = subject.tenant();
  });

  const device = (n: number, attributes: Record<string, string> = {}, hostId = "jamf") =>
    store.devices.save(
      aDevice({ id: `device-${n}`, hostId, hostDeviceId: `${n}`, attributes, status: "enrolled" }),
    );
  const audience = (over: Partial<ResolvedAudience>): ResolvedAudience => ({
    ...{ everybody: undefined, includes: [], excludes: [], deviceIds: [] },
    ...over,
  });
  const ids = (devices: readonly ScannedDevice[]): string[] =>
    devices.map(({ deviceId }) => deviceId);

  it("P-09 keeps groups with their members and counts them", async () => {
    const group = aHostGroup();
    await store.hostGroups.save(group);
    assert.deepEqual(await store.hostGroups.get(group.id), group);
    assert.deepEqual(await store.hostGroups.add(group.id, ["1", "2", "2"], NOW), ["1", "2"]);
    assert.deepEqual(await store.hostGroups.add(group.id, ["2", "3"], after(1)), ["3"]);
    await store.hostGroups.save({ ...group, name: "Sales", members: 99, problem: undefined });
    const saved = await store.hostGroups.get(group.id);
    assert.deepEqual([saved?.members, saved?.name, saved?.problem], [3, "Sales", undefined]);
    assert.deepEqual(await store.hostGroups.members(group.id, "1", 9), ["2", "3"]);
    assert.deepEqual(await store.hostGroups.removeUnseen(group.id, after(1), 9), ["1"]);
    assert.deepEqual(await store.hostGroups.remove(group.id, ["3", "4"]), ["3"]);
    assert.equal((await store.hostGroups.get(group.id))?.members, 1);
    const groups = await store.hostGroups.ofMember("jamf", ["2", "x"]);
    assert.deepEqual(
      groups.map(({ id }) => id),
      [group.id],
    );
    assert.deepEqual(await store.hostGroups.ofMember("other", ["2"]), []);
    const found = await everything(
      (page) => store.hostGroups.list({ hostId: "jamf", text: "SAL" }, page),
      1,
    );
    assert.equal(found.length, 1);
    const none = await store.hostGroups.list({ text: "%" }, { limit: 9 });
    assert.deepEqual(none.items, [], "a wildcard is a letter like any other");
    assert.deepEqual(await subject.tenant().hostGroups.byIds([group.id]), []);
    assert.deepEqual(await store.hostGroups.delete(group.id), true);
    assert.deepEqual(await store.hostGroups.members(group.id, undefined, 9), []);
  });

  it("P-09 finds the devices of members: by the host's id, or by user and e-mail address", async () => {
    await device(1, { username: "Anna" });
    await device(2, { email: "anna@example.com" });
    await device(3, { username: "anna" }, "other");
    assert.deepEqual(await store.hostGroups.devicesOf(SALES, ["1", "3"]), ["device-1"]);
    const users = await store.hostGroups.devicesOf(BOARD, ["anna", "anna@example.com"]);
    assert.deepEqual([...users].sort(), ["device-1", "device-2"]);
  });

  it("P-09 scans a tenant span by span: included, and nowhere excluded", async () => {
    for (let n = 1; n <= 6; n += 1)
      await device(n, n % 2 === 0 ? { username: `User${n}` } : {}, n === 6 ? "other" : "jamf");
    await store.hostGroups.save(aHostGroup());
    await store.hostGroups.save(aHostGroup({ id: BOARD.id, kind: "user" }));
    await store.hostGroups.add(SALES.id, ["1", "2", "3", "4", "6"], NOW);
    await store.hostGroups.add(BOARD.id, ["user4"], NOW);
    await store.targets.save([aTarget({ deviceId: "device-5" })]);
    await store.deployments.save(aDeployment({ deviceId: "device-2", state: "installed" }));
    const serving = audience({ includes: [SALES], excludes: [BOARD] });
    const trial = audience({ deviceIds: ["device-3", "device-4"], excludes: [BOARD] });
    const seen: ScannedDevice[] = [];
    let last: string | undefined;
    do {
      const page = await store.targets.scan("wifi", { serving, trial }, last, 2);
      seen.push(...page.devices);
      last = page.last;
    } while (last !== undefined);
    assert.deepEqual(seen, [
      scanned("device-1", { serving: true }),
      scanned("device-2", { serving: true, deployment: "installed" }),
      scanned("device-3", { serving: true, trial: true }),
      scanned("device-5", { target: { state: "failed", trial: 2, again: true } }),
    ]);
    const some = await store.targets.scanThese("wifi", { serving, trial: undefined }, [
      "device-2",
      "device-4",
    ]);
    assert.deepEqual(ids(some), ["device-2"]);
    const users = audience({ everybody: "users", includes: [BOARD] });
    const all = await store.targets.scan("vpn", { serving: users, trial: undefined }, "", 99);
    assert.deepEqual(ids(all.devices), ["device-2", "device-4", "device-6"]);
    const devices = audience({ everybody: "devices", excludes: [SALES] });
    const rest = await store.targets.scan("vpn", { serving: devices, trial: undefined }, "", 99);
    assert.deepEqual(ids(rest.devices), ["device-5", "device-6"]);
  });

  it("P-09 answers targets that are due, soonest first, and counts all by how far they are", async () => {
    const one = aTarget();
    await store.targets.save([
      one,
      aTarget({ deviceId: "device-2", dueAt: after(1), state: "waiting", trial: undefined }),
      aTarget({ deviceId: "device-3", dueAt: undefined, state: "sent", again: false }),
    ]);
    assert.deepEqual(await store.targets.get("wifi", "device-1"), one);
    const due = await store.targets.due(after(5), 9);
    assert.deepEqual(
      due.map(({ deviceId }) => deviceId),
      ["device-2", "device-1"],
    );
    assert.deepEqual(await store.targets.due(NOW, 9), []);
    await store.targets.save([{ ...one, state: "sent", dueAt: undefined, failure: undefined }]);
    await store.deployments.save(aDeployment({ deviceId: "device-3", state: "installed" }));
    const counts = await store.targets.counts("wifi");
    assert.deepEqual(
      counts.map(({ state, deployment, count }) => `${state} ${deployment} ${count}`).sort(),
      ["sent installed 1", "sent undefined 1", "waiting undefined 1"],
    );
    assert.equal((await store.targets.due(after(9), 9)).length, 1);
    await store.targets.delete("wifi", ["device-1", "device-2"]);
    assert.equal(await store.targets.get("wifi", "device-1"), undefined);
    assert.equal(await subject.tenant().targets.get("wifi", "device-3"), undefined);
  });

  it("P-08 keeps draft, trial and what serves beside each other, and refuses an older one", async () => {
    const made = aDistribution();
    await store.distributions.insert(made);
    assert.deepEqual(await store.distributions.get("wifi"), made);
    await store.distributions.update({ ...made, draft: undefined, version: 2 });
    await fails(store.distributions.update({ ...made, version: 2 }), "precondition_failed");
    await store.hostRules.insert(aHostRules());
    assert.deepEqual(await store.hostRules.list(), [aHostRules()]);
  });

  it("P-08 tries a version on a template without a new version of it", async () => {
    await store.templates.insert(aTemplate());
    const trial = { number: 2, change: { validity: "P90D" } };
    await store.templates.setTrial("wifi", trial);
    assert.deepEqual(await store.templates.get("wifi"), { ...aTemplate(), trial });
    await store.templates.setTrial("wifi", undefined);
    assert.deepEqual(await store.templates.get("wifi"), aTemplate());
  });

  it("P-09 says which tenants have a walk or a delivery to do", async () => {
    const { directory } = subject.database();
    const tenants = ["walks", "waits", "rests"];
    for (const id of tenants) await directory.createTenant({ id, name: id, createdAt: NOW });
    await directory.open("walks").walks.save(aWalk());
    assert.deepEqual(await directory.open("walks").walks.running(), [aWalk()]);
    await directory.open("rests").walks.save(aWalk({ state: "held" }));
    assert.deepEqual(await directory.open("rests").walks.running(), []);
    await directory.open("waits").targets.save([aTarget()]);
    const due = await directory.tenantsToRenew(after(5));
    assert.deepEqual(
      due.filter((id) => tenants.includes(id)),
      ["waits", "walks"],
    );
    assert.deepEqual(await directory.tenantsToRenew(NOW), ["walks"]);
  });
};

const scanned = (deviceId: string, over: Partial<ScannedDevice>): ScannedDevice => ({
  ...{ deviceId, status: "enrolled", serving: false, trial: false },
  ...{ target: undefined, deployment: undefined },
  ...over,
});
