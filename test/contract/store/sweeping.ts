import assert from "node:assert/strict";
import type { TenantStore } from "../../../plugin/ports/stores.ts";
import { aDeployment, after, NOW } from "./samples.ts";
import { useDatabase, type OpenedDatabase } from "./subject.ts";

/** Deployments past their deadline, and who works on them. */
export const describeSweeping = (open: () => Promise<OpenedDatabase>): void => {
  const subject = useDatabase(open);
  let store: TenantStore;
  beforeEach(() => {
    store = subject.tenant();
  });
  const save = (id: string, over: Parameters<typeof aDeployment>[0] = {}): Promise<void> =>
    store.deployments.save(aDeployment({ id, deviceId: id, ...over }));

  it("are claimed once, most overdue first, until the lease is over", async () => {
    await save("second", { nextActionAt: after(-1) });
    await save("first", { nextActionAt: after(-9) });
    await save("not-yet", { nextActionAt: after(1) });
    await save("removed", { state: "removed", nextActionAt: undefined });
    assert.deepEqual(await store.deployments.claimDue(9, NOW, after(30)), ["first", "second"]);
    assert.deepEqual(await store.deployments.claimDue(9, NOW, after(30)), []);
    assert.deepEqual(await store.deployments.claimDue(1, after(30), after(60)), ["first"]);
    const one = await store.deployments.get("second");
    assert.deepEqual(
      one,
      aDeployment({ id: "second", deviceId: "second", nextActionAt: after(-1) }),
    );
  });

  it("are free again once they are saved", async () => {
    await save("a", { nextActionAt: after(-1) });
    assert.deepEqual(await store.deployments.claimDue(9, NOW, after(30)), ["a"]);
    await save("a", { nextActionAt: after(2) });
    assert.deepEqual(await store.deployments.claimDue(9, NOW, after(30)), []);
    assert.deepEqual(await store.deployments.claimDue(9, after(2), after(30)), ["a"]);
  });

  it("are due without a deadline too, as a node of the version before leaves them", async () => {
    await save("restless", { nextActionAt: undefined });
    assert.ok((await subject.database().directory.tenantsToSweep(NOW)).includes(store.tenant));
    assert.deepEqual(await store.deployments.claimDue(9, NOW, after(30)), ["restless"]);
  });

  it("make their tenant due, and no other", async () => {
    const other = subject.tenant();
    const due = async (now: Date): Promise<readonly boolean[]> => {
      const tenants = await subject.database().directory.tenantsToSweep(now);
      return [tenants.includes(store.tenant), tenants.includes(other.tenant)];
    };
    await save("a", { nextActionAt: after(5) });
    await other.deployments.save(aDeployment({ state: "removed", nextActionAt: undefined }));
    assert.deepEqual(await due(NOW), [false, false]);
    assert.deepEqual(await due(after(5)), [true, false]);
    assert.deepEqual(await other.deployments.claimDue(9, after(5), after(30)), []);
    await store.deployments.claimDue(9, after(5), after(30));
    assert.deepEqual(await due(after(6)), [false, false]);
    assert.deepEqual(await due(after(30)), [true, false]);
  });

  it("are shared out among many claimers without a double", async () => {
    for (let n = 0; n < 60; n += 1) await save(`d-${n}`, { nextActionAt: after(-n) });
    const claims = await Promise.all(
      Array.from({ length: 8 }, () => store.deployments.claimDue(10, NOW, after(30))),
    );
    const all = claims.flat();
    assert.equal(new Set(all).size, all.length);
    assert.equal(all.length, 60);
  });
};
