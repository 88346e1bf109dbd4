import assert from "node:assert/strict";
import type { TenantStore } from "../../../plugin/ports/stores.ts";
import { NOW, aCertificate, aRollOver, aToken, after, anEndpoint, anRa, bytes } from "./samples.ts";
import { everything, fails, useDatabase, type OpenedDatabase } from "./subject.ts";

/** Roll-overs, tokens, own certificates on their way, and who has something due. */
export const describeRotation = (open: () => Promise<OpenedDatabase>): void => {
  const subject = useDatabase(open);
  let store: TenantStore;
  let theirs: TenantStore;
  beforeEach(() => {
    store = subject.tenant();
    theirs = subject.tenant();
  });

  it("roll-overs come back, one version at a time, and one a time of an authority", async () => {
    const first = aRollOver();
    await store.rollOvers.insert(first);
    assert.deepEqual(await store.rollOvers.get("roll-1"), first);
    assert.deepEqual(await store.rollOvers.open("wifi-ca"), first);
    assert.equal(await store.rollOvers.open("other"), undefined);
    await fails(store.rollOvers.insert(aRollOver({ id: "roll-2" })), "conflict");
    const done = aRollOver({ version: 2, state: "done" });
    await store.rollOvers.update(done);
    await fails(store.rollOvers.update(done), "precondition_failed");
    assert.equal(await store.rollOvers.open("wifi-ca"), undefined);
    const second = aRollOver({ id: "roll-2", state: "waiting", createdAt: after(1) });
    await store.rollOvers.insert(second);
    assert.deepEqual(await store.rollOvers.list(), [done, second]);
    assert.deepEqual(await theirs.rollOvers.list(), []);
    assert.equal(await theirs.rollOvers.get("roll-1"), undefined);
    await theirs.rollOvers.insert(aRollOver());
  });

  it("tokens come back, are revoked once, and forgotten after their end", async () => {
    const token = aToken({ id: "t", revokedAt: undefined, revokedBy: undefined });
    const operator = aToken({ id: "o", roles: undefined, createdAt: after(1) });
    await store.tokens.insert(token);
    await store.tokens.insert(operator);
    await fails(store.tokens.insert(token), "conflict");
    assert.deepEqual(await store.tokens.get("t"), token);
    assert.deepEqual(await everything((page) => store.tokens.list(page), 1), [operator, token]);
    assert.equal(await theirs.tokens.get("t"), undefined);
    assert.equal(await theirs.tokens.revoke("t", NOW, "they"), false);
    assert.equal(await store.tokens.revoke("t", after(9), "me"), true);
    assert.equal(await store.tokens.revoke("t", after(10), "me again"), false);
    assert.deepEqual(await store.tokens.get("t"), {
      ...token,
      revokedAt: after(9),
      revokedBy: "me",
    });
    await theirs.tokens.purge(after(9999));
    await store.tokens.purge(after(3600));
    assert.ok(await store.tokens.get("t"));
    await store.tokens.purge(after(3601));
    assert.equal(await store.tokens.get("t"), undefined);
  });

  it("an own certificate is reserved, then settled or failed, once", async () => {
    const own = aCertificate({
      ...{ role: "ra", templateId: undefined, templateVersion: undefined, deviceId: undefined },
      ...{ endpointId: undefined, raId: undefined, status: "reserved" },
      ...{ fingerprintSha256: undefined, issuedAt: undefined },
    });
    await store.certificates.reserve(own, bytes(1), after(60));
    assert.deepEqual(await store.certificates.get(own.id), own);
    await fails(store.certificates.reserve({ ...own, id: "x" }, bytes(1), after(60)), "conflict");
    assert.equal(await theirs.certificates.settle(own.id, bytes(48), "ab", after(2)), false);
    assert.equal(await store.certificates.settle(own.id, bytes(48), "ab", after(2)), true);
    assert.equal(await store.certificates.settle(own.id, bytes(48), "ab", after(2)), false);
    await store.certificates.fail(own.id);
    assert.deepEqual(await store.certificates.get(own.id), {
      ...own,
      ...{ status: "issued", issuedAt: after(2), fingerprintSha256: "ab" },
    });
    assert.deepEqual(await store.certificates.der(own.id), bytes(48));

    const other = { ...own, id: "other", serial: "0a" };
    await store.certificates.reserve(other, bytes(1), after(60));
    await theirs.certificates.fail("other");
    assert.equal((await store.certificates.get("other"))?.status, "reserved");
    await store.certificates.fail("other");
    assert.equal((await store.certificates.get("other"))?.status, "failed");
    assert.equal(await store.certificates.settle("other", bytes(48), "ab", after(2)), false);
    assert.equal(await store.certificates.der("other"), undefined);
  });

  it("an own certificate that nobody settles fails when its lease is over", async () => {
    const own = aCertificate({ role: "authority", deviceId: undefined });
    await store.certificates.reserve(own, bytes(1), after(60));
    const due = (now: Date): Promise<readonly string[]> =>
      subject.database().directory.tenantsDue(now);
    assert.ok(!(await due(after(59))).includes(store.tenant));
    assert.ok((await due(after(61))).includes(store.tenant));
    assert.equal(await store.enrolments.reconcile(after(61)), 1);
    assert.equal((await store.certificates.get(own.id))?.status, "failed");
  });

  it("counts the devices whose newest live certificate stands on an authority or an RA", async () => {
    const put = (over: Parameters<typeof aCertificate>[0]): Promise<void> =>
      store.certificates.insert(aCertificate(over), bytes(1));
    await put({ deviceId: "stays", authorityId: "old", raId: "ra-old" });
    await put({ deviceId: "stays", authorityId: "old", raId: "ra-old", templateId: "vpn" });
    await put({ deviceId: "moved", authorityId: "old", raId: "ra-old" });
    await put({ deviceId: "moved", authorityId: "new", raId: "ra-new", createdAt: after(1) });
    await put({ deviceId: "half", authorityId: "old", raId: "ra-old" });
    await put({
      ...{ deviceId: "half", authorityId: "new", raId: "ra-new", createdAt: after(1) },
      status: "revoked",
    });
    await put({ deviceId: "expired", authorityId: "old", raId: "ra-old", notAfter: NOW });
    await put({ deviceId: "revoked", authorityId: "old", raId: "ra-old", status: "revoked" });
    // What is on hold may come back.
    await put({ id: "held", deviceId: "held", authorityId: "old", raId: "ra-old" });
    await store.certificates.hold("held", NOW, "lost", undefined);
    await put({ deviceId: "back", authorityId: "old", raId: "ra-old" });
    await put({
      ...{ id: "newer", deviceId: "back", authorityId: "new", raId: "ra-new" },
      createdAt: after(1),
    });
    await store.certificates.hold("newer", after(2), "lost", undefined);
    const on = (where: { authorityId: string } | { raId: string }): Promise<number> =>
      store.certificates.devicesOn(where, NOW);
    assert.equal(await on({ authorityId: "old" }), 3);
    assert.equal(await on({ authorityId: "new" }), 2);
    assert.equal(await on({ raId: "ra-old" }), 3);
    assert.equal(await on({ raId: "ra-new" }), 2);
    assert.equal(await on({ raId: "none" }), 0);
    assert.equal(await theirs.certificates.devicesOn({ authorityId: "old" }, NOW), 0);
  });

  it("tells which tenants have something to rotate", async () => {
    const third = subject.tenant();
    const ours = [store, theirs, third].map(({ tenant }) => tenant);
    const rotating = async (now: Date, raEnd: Date): Promise<readonly string[]> => {
      const all = await subject.database().directory.tenantsRotating(now, raEnd);
      return all.filter((tenant) => ours.includes(tenant));
    };
    const ra = anRa({ retiredAt: undefined, notAfter: after(1000) });
    await store.ras.insert(ra);
    await theirs.endpoints.insert(anEndpoint());
    await third.rollOvers.insert(aRollOver());
    assert.deepEqual(await rotating(NOW, after(999)), []);
    assert.deepEqual(await rotating(NOW, after(1000)), [store.tenant]);
    await store.ras.update({ ...ra, retiredAt: NOW });
    // The endpoint's roll-over comes after 5 s, its old RA ends after 9; the CA's comes after 100.
    assert.deepEqual(await rotating(after(4), after(1000)), []);
    assert.deepEqual(await rotating(after(5), after(1000)), [theirs.tenant]);
    assert.deepEqual(await rotating(after(100), after(1000)), [theirs.tenant, third.tenant].sort());
    await third.rollOvers.update(aRollOver({ version: 2, state: "cancelled" }));
    assert.deepEqual(await rotating(after(100), after(1000)), [theirs.tenant]);
  });
};
