import assert from "node:assert/strict";
import type { TenantStore } from "../../../plugin/ports/stores.ts";
import {
  aCertificate,
  aDeployment,
  aDevice,
  aGroup,
  aLedgerEntry,
  aMove,
  aReservation,
  aSettlement,
  after,
  bytes,
  NOW,
} from "./samples.ts";
import { fails, useDatabase, type OpenedDatabase } from "./subject.ts";

/** Due times, rules, counts, groups, moves and the lease. */
export const describeRenewals = (open: () => Promise<OpenedDatabase>): void => {
  const subject = useDatabase(open);
  let store: TenantStore;
  beforeEach(() => {
    store = subject.tenant();
  });

  /** A deployment with a certificate that is due at `seconds` from now; undefined: not by itself. */
  const deploy = async (n: number, seconds: number | undefined): Promise<void> => {
    const certificate = aCertificate({ id: `c${n}`, deviceId: `device-${n}` });
    await store.certificates.insert(certificate, bytes(n));
    await store.deployments.save(
      aDeployment({
        id: `d${n}`,
        deviceId: `device-${n}`,
        certificateId: `c${n}`,
        state: "issued",
      }),
    );
    if (seconds !== undefined)
      await store.renewals.change([{ id: `d${n}`, from: undefined, to: after(seconds) }]);
  };
  const dueIds = async (until: Date, limit = 9): Promise<string[]> =>
    (await store.renewals.due(until, limit)).map(({ id }) => id);

  it("L-03 answers what is due in order of its time, page by page", async () => {
    for (const [n, seconds] of [5, 1, undefined, 3, 60].entries()) await deploy(n, seconds);
    assert.deepEqual(await dueIds(after(10)), ["d1", "d3", "d0"]);
    const [first] = await store.renewals.due(after(100), 1);
    assert.ok(first);
    const rest = await store.renewals.due(after(100), 9, first);
    assert.deepEqual(
      rest.map(({ id }) => id),
      ["d3", "d0", "d4"],
    );
    assert.deepEqual(first, {
      id: "d1",
      deviceId: "device-1",
      templateId: "wifi",
      state: "issued",
      certificateId: "c1",
      certificateStatus: "issued",
      templateVersion: 3,
      authorityId: "wifi-ca",
      issuedAt: after(1),
      notAfter: after(86_400),
      renewAt: after(1),
      byHand: false,
    });
    assert.deepEqual(await subject.tenant().renewals.due(after(100), 9), []);
  });

  it("L-03 gives a due time its next value once: who read another one changes nothing", async () => {
    await deploy(1, 5);
    const change = { id: "d1", from: after(5), to: after(50), byHand: true };
    const won = await Promise.all([
      store.renewals.change([change]),
      store.renewals.change([change]),
    ]);
    assert.deepEqual(won.flat(), ["d1"]);
    const [row] = await store.renewals.byIds(["d1", "none"]);
    assert.deepEqual([row?.renewAt, row?.byHand], [after(50), true]);
    await store.renewals.change([{ id: "d1", from: after(50), to: undefined }]);
    assert.deepEqual(await dueIds(after(1e6)), []);
    const [again] = await store.renewals.byIds(["d1"]);
    assert.deepEqual([again?.renewAt, again?.byHand], [undefined, false]);
  });

  it("L-03 settling a certificate writes when it is due, and saving a deployment keeps it", async () => {
    await store.devices.save(aDevice());
    await store.deployments.save(aDeployment({ state: "delivered", certificateId: undefined }));
    const item = aReservation();
    await store.enrolments.reserve(item);
    await store.enrolments.settle(aSettlement(item.id, { renewAt: after(77) }));
    assert.deepEqual(await dueIds(after(77)), ["deployment-1"]);
    const deployment = await store.deployments.get("deployment-1");
    assert.ok(deployment);
    await store.deployments.save({ ...deployment, failure: "told" });
    assert.deepEqual(await dueIds(after(77)), ["deployment-1"]);
    const next = aReservation();
    await store.enrolments.reserve(next);
    await store.enrolments.settle(aSettlement(next.id));
    assert.deepEqual(await dueIds(after(1e6)), []);
  });

  it("walks the deployments of a template in order of id, without the removed", async () => {
    for (const n of [3, 1, 2]) await deploy(n, 9);
    await store.deployments.save(aDeployment({ id: "d0", deviceId: "x", state: "removed" }));
    const page = await store.renewals.ofTemplate("wifi", undefined, 2);
    assert.deepEqual(
      page.map(({ id }) => id),
      ["d1", "d2"],
    );
    const rest = await store.renewals.ofTemplate("wifi", "d2", 2);
    assert.deepEqual(
      rest.map(({ id }) => id),
      ["d3"],
    );
    assert.deepEqual(await store.renewals.ofTemplate("vpn", undefined, 2), []);
  });

  it("counts what was started by hours, and forgets old hours", async () => {
    const hour = 3_600;
    await Promise.all([1, 2, 3].map((by) => store.renewals.countStarted("ca", NOW, by, 1e9)));
    await store.renewals.countStarted("ca", after(hour), 4, 1e9);
    await store.renewals.countStarted("other", NOW, 5, 1e9);
    const counts = async (): Promise<number[]> =>
      (await store.renewals.started("ca", NOW)).map(({ count }) => count);
    assert.deepEqual(await counts(), [6, 4]);
    await store.renewals.countStarted("ca", after(2 * hour), 1, hour * 1000);
    assert.deepEqual(await counts(), [4, 1]);
  });

  it("keeps rules by version", async () => {
    const rules = {
      perHour: 10,
      perDay: "off",
      quietHours: { from: "08:00", to: "18:00", timeZone: "Europe/Berlin" },
    } as const;
    const first = { authorityId: "ca", rules, version: 1, updatedAt: NOW };
    await store.renewalRules.save(first);
    assert.deepEqual(await store.renewalRules.list(), [first]);
    await fails(store.renewalRules.save(first), "precondition_failed");
    const second = { ...first, rules: { ...rules, quietHours: undefined }, version: 2 };
    await store.renewalRules.save(second);
    assert.deepEqual(await store.renewalRules.list(), [second]);
    await fails(store.renewalRules.save(second), "precondition_failed");
  });

  it("keeps groups with their members in order, and changes a group from one state only", async () => {
    const members = ["b", "a", "c"].map((deploymentId) => ({
      deploymentId,
      state: "waiting" as const,
      certificateId: undefined,
      startedAt: undefined,
    }));
    await store.renewalGroups.insert(aGroup(), members);
    assert.deepEqual(await store.renewalGroups.get("group-1"), aGroup());
    assert.deepEqual(await store.renewalGroups.members("group-1"), members);
    const started = {
      ...members[1]!,
      state: "started" as const,
      startedAt: NOW,
      certificateId: "c",
    };
    await store.renewalGroups.saveMembers("group-1", [started]);
    assert.deepEqual(await store.renewalGroups.members("group-1"), [
      members[0],
      started,
      members[2],
    ]);
    assert.equal((await store.renewalGroups.running()).length, 1);
    assert.equal(await store.renewalGroups.change(aGroup({ state: "stopped" }), "running"), true);
    assert.equal(await store.renewalGroups.change(aGroup({ state: "done" }), "running"), false);
    assert.deepEqual(await store.renewalGroups.running(), []);
    assert.deepEqual(await store.renewalGroups.list(5), [aGroup({ state: "stopped" })]);
  });

  it("keeps one move of a template", async () => {
    await store.templateMoves.save(aMove());
    assert.deepEqual(await store.templateMoves.running(), [aMove()]);
    await store.templateMoves.save(aMove({ state: "done", cursor: undefined }));
    assert.deepEqual(await store.templateMoves.running(), []);
    assert.equal((await store.templateMoves.get("wifi"))?.state, "done");
  });

  it("L-03 leases the sweep to one holder until it lapses or is given back", async () => {
    const take = (holder: string, at: number): Promise<boolean> =>
      store.renewals.lease(holder, after(at), after(at + 10));
    const won = await Promise.all(["a", "b", "c"].map((holder) => take(holder, 0)));
    assert.equal(won.filter(Boolean).length, 1);
    const holder = ["a", "b", "c"][won.indexOf(true)]!;
    assert.equal(await take(holder, 5), true);
    assert.equal(await take("other", 14), false);
    assert.equal(await take("other", 15), true);
    await store.renewals.giveBack(holder);
    assert.equal(await take(holder, 16), false);
    await store.renewals.giveBack("other");
    assert.equal(await take(holder, 16), true);
  });

  it("saves, reads, appends and adds many at once", async () => {
    const many = Array.from({ length: 1100 }, (_, n) =>
      aDeployment({ id: `d${n}`, deviceId: `x${n}` }),
    );
    const changed = aDeployment({
      ...{ id: "d1", deviceId: "x1", endpointId: undefined, state: "failed", since: after(2) },
      ...{ nextActionAt: after(3), certificateId: "c-9", certificateEndsAt: after(4) },
      ...{ previousCertificateId: undefined, seenAt: undefined, commandId: undefined },
      ...{ attempts: 4, lastAttemptAt: after(5), deliveries: 6, reason: "host-refused" },
      ...{ failure: "no", updatedAt: after(7) },
    });
    await store.run(async (tx) => {
      for (const one of many.slice(0, 150)) await tx.deployments.save(one);
    });
    await store.deployments.updateAll([changed, aDeployment({ id: "none", deviceId: "y" })]);
    await store.deployments.updateAll(
      many.slice(2, 150).map((one) => ({ ...one, state: "locked" as const })),
    );
    const read = await store.deployments.byIds(["d0", "d1", "d149", "none"]);
    assert.deepEqual(
      [...read].sort((a, b) => (a.id < b.id ? -1 : 1)),
      [many[0], changed, { ...many[149], state: "locked" }],
    );
    await store.outbox.addAll(
      many.map(({ id }) => ({ kind: "publish-profile", deploymentId: id })),
      NOW,
    );
    assert.equal((await store.outbox.claim(2000, NOW, after(1))).length, 1100);
    await store.ledger.appendAll(["1", "2", "3"].map((subjectId) => aLedgerEntry({ subjectId })));
    const { items } = await store.ledger.list({}, { limit: 9 });
    assert.deepEqual(
      items.map(({ subjectId }) => subjectId),
      ["3", "2", "1"],
    );
    await store.deployments.updateAll([]);
    await store.outbox.addAll([], NOW);
    await store.ledger.appendAll([]);
  });
};
