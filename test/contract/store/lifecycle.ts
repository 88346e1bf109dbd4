import assert from "node:assert/strict";
import type { Certificate } from "../../../plugin/domain/certificate.ts";
import type { TenantStore } from "../../../plugin/ports/stores.ts";
import {
  aCertificate,
  aChallenge,
  aHookAdapter,
  aHostEvent,
  after,
  anInventoryItem,
  NOW,
} from "./samples.ts";
import { everything, fails, useDatabase, type OpenedDatabase } from "./subject.ts";

/** What devices hold, what hosts report, and who may report. */
export const describeLifecycle = (open: () => Promise<OpenedDatabase>): void => {
  const subject = useDatabase(open);
  let store: TenantStore;
  let other: TenantStore;
  beforeEach(() => {
    store = subject.tenant();
    other = subject.tenant();
  });

  describe("inventories", () => {
    const bare = anInventoryItem({
      ...{ key: "0b/", serial: "0b", issuer: undefined, subject: undefined, notAfter: undefined },
      ...{ fingerprintSha256: undefined, verdict: "stranger", certificateId: undefined },
    });

    it("hold what was reported last, and when the host was asked", async () => {
      assert.deepEqual(await store.inventories.get("device-1"), {
        ...{ deviceId: "device-1", reportedAt: undefined, askedAt: undefined, items: [] },
      });
      await store.inventories.asked("device-1", after(-1));
      await store.inventories.replace("device-1", NOW, [anInventoryItem(), bare]);
      await other.inventories.replace("device-1", after(5), []);
      assert.deepEqual(await store.inventories.get("device-1"), {
        ...{ deviceId: "device-1", reportedAt: NOW, askedAt: after(-1) },
        items: [bare, anInventoryItem()],
      });
      await store.inventories.replace("device-1", after(1), [bare]);
      await store.inventories.asked("device-1", after(2));
      assert.deepEqual(await store.inventories.get("device-1"), {
        ...{ deviceId: "device-1", reportedAt: after(1), askedAt: after(2), items: [bare] },
      });
    });

    it("are listed by verdict over the fleet", async () => {
      for (const id of ["a", "b", "c"])
        await store.inventories.replace(id, NOW, [anInventoryItem(), bare]);
      const strangers = await everything((page) => store.inventories.findings("stranger", page), 2);
      assert.deepEqual(
        strangers,
        ["a", "b", "c"].map((deviceId) => ({ deviceId, ...bare })),
      );
      assert.deepEqual((await other.inventories.findings("stranger", { limit: 9 })).items, []);
    });
  });

  describe("certificates that end and are not replaced", () => {
    it("are counted up to what is asked for", async () => {
      const ends = (seconds: number, over: Partial<Certificate> = {}): Promise<void> =>
        store.certificates.insert(aCertificate({ notAfter: after(seconds), ...over }), undefined);
      // Replaced, and the new one ends later than is asked.
      await ends(100);
      await ends(9000);
      // Not by one of another template or device, nor by a revoked one.
      await ends(100, { templateId: "vpn" });
      await ends(100, { deviceId: "device-2" });
      await ends(9000, { deviceId: "device-2", status: "revoked", revokedAt: NOW });
      await ends(100, { deviceId: undefined, templateId: undefined });
      await ends(100, { deviceId: undefined, templateId: undefined });
      await ends(-1, { deviceId: "device-3" });
      await ends(100, { deviceId: "device-4", role: "ra" });
      const { counts } = store;
      assert.equal(await counts.endingUnreplaced(NOW, after(1000), 500), 4);
      assert.equal(await counts.endingUnreplaced(NOW, after(1000), 3), 3);
      assert.equal(await counts.endingUnreplaced(NOW, after(50), 500), 0);
      assert.equal(await other.counts.endingUnreplaced(NOW, after(1000), 500), 0);
    });
  });

  describe("host events", () => {
    const open_ = aHostEvent({
      ...{ outcome: undefined, code: undefined, detail: undefined, result: undefined },
    });

    it("are begun once, whoever comes first, and keep what came of them", async () => {
      const begun = await Promise.all(
        Array.from({ length: 5 }, () => store.hostEvents.begin(open_, after(60))),
      );
      assert.equal(begun.filter((known) => known === undefined).length, 1);
      assert.equal(await other.hostEvents.begin(open_, after(60)), undefined);
      const done = aHostEvent({ outcome: "done" });
      await store.hostEvents.finish(done);
      assert.deepEqual(await store.hostEvents.begin(open_, after(60)), done);
      assert.deepEqual((await store.hostEvents.ofDevice("device-1", { limit: 9 })).items, [done]);
    });

    it("are taken over when their lease is over or they were refused, and never when they are done", async () => {
      await store.hostEvents.begin(open_, after(60));
      assert.equal(await store.hostEvents.retake(open_, NOW, after(90)), false);
      assert.equal(await store.hostEvents.retake(open_, after(60), after(90)), true);
      assert.equal(await store.hostEvents.retake(open_, after(60), after(90)), false);
      await store.hostEvents.finish(aHostEvent());
      assert.equal(await store.hostEvents.retake(open_, after(60), after(90)), true);
      await store.hostEvents.finish(aHostEvent({ outcome: "stale" }));
      assert.equal(await store.hostEvents.retake(open_, after(1e6), after(2e6)), false);
    });

    it("of a device come newest first, and old ones are forgotten", async () => {
      for (let n = 0; n < 5; n += 1)
        await store.hostEvents.begin(
          aHostEvent({ eventId: `e-${n}`, receivedAt: after(n) }),
          after(60),
        );
      const all = await everything((page) => store.hostEvents.ofDevice("device-1", page), 2);
      assert.deepEqual(
        all.map(({ eventId }) => eventId),
        ["e-4", "e-3", "e-2", "e-1", "e-0"],
      );
      assert.equal(await store.hostEvents.purge(after(3), 2), 2);
      assert.equal(await store.hostEvents.purge(after(3), 2), 1);
      assert.equal(await store.hostEvents.purge(after(3), 2), 0);
      assert.equal(await other.hostEvents.purge(after(9), 9), 0);
    });
  });

  describe("hook adapters", () => {
    it("have ids that are theirs alone in the installation", async () => {
      const adapter = aHookAdapter();
      await store.hookAdapters.insert(adapter);
      await fails(store.hookAdapters.insert(adapter), "conflict");
      await fails(other.hookAdapters.insert(adapter), "conflict");
      assert.deepEqual(await store.hookAdapters.get(adapter.id), adapter);
      assert.equal(await other.hookAdapters.get(adapter.id), undefined);
      assert.equal(await other.hookAdapters.delete(adapter.id), false);
      const { directory } = subject.database();
      assert.equal(await directory.tenantOfHookAdapter(adapter.id), store.tenant);
      assert.equal(await directory.tenantOfHookAdapter("nobody"), undefined);
      const changed = aHookAdapter({
        ...{ id: adapter.id, enabled: false, version: 2 },
        ...{ previous: undefined, previousUntil: undefined },
      });
      await store.hookAdapters.update(changed);
      await fails(store.hookAdapters.update(changed), "precondition_failed");
      assert.deepEqual(await store.hookAdapters.list(), [changed]);
      await other.hookAdapters.used(adapter.id, after(70));
      assert.deepEqual(await store.hookAdapters.get(adapter.id), changed);
      await store.hookAdapters.used(adapter.id, after(80));
      assert.deepEqual(await store.hookAdapters.list(), [{ ...changed, lastUsedAt: after(80) }]);
      assert.equal(await store.hookAdapters.delete(adapter.id), true);
    });
  });

  it("disabled users are known by host and name in any letter case, until they are let in", async () => {
    const { disabledUsers } = store;
    assert.equal(await disabledUsers.add("jamf", "Zoë", after(1)), true);
    assert.equal(await disabledUsers.add("jamf", "ZOË", after(2)), false);
    assert.equal(await disabledUsers.add("jamf", "bob", after(3)), true);
    assert.deepEqual(await disabledUsers.since("jamf", ["bob", "zoË"]), after(1));
    assert.equal(await disabledUsers.since("jamf", []), undefined);
    assert.equal(await disabledUsers.since("intune", ["bob"]), undefined);
    assert.equal(await other.disabledUsers.since("jamf", ["bob"]), undefined);
    assert.equal(await other.disabledUsers.remove("jamf", ["bob"]), false);
    assert.equal(await disabledUsers.remove("jamf", ["x", "ZOË"]), true);
    assert.equal(await disabledUsers.since("jamf", ["Zoë"]), undefined);
    assert.deepEqual(await disabledUsers.since("jamf", ["Bob"]), after(3));
  });

  it("a certificate of an outside authority may stand without its DER", async () => {
    const certificate = aCertificate();
    await store.certificates.insert(certificate, undefined);
    assert.deepEqual(await store.certificates.get(certificate.id), certificate);
    assert.equal(await store.certificates.der(certificate.id), undefined);
  });

  it("challenges are burned for one template of a device, too", async () => {
    await store.challenges.insert(aChallenge({ id: "wifi" }), "aa");
    await store.challenges.insert(aChallenge({ id: "vpn", templateId: "vpn" }), "bb");
    assert.deepEqual(await store.challenges.burnOfDevice("device-1", "vpn"), ["vpn"]);
    assert.equal((await store.challenges.get("wifi"))?.state, "open");
  });
};
