import assert from "node:assert/strict";
import { builtins } from "../../adapters/preset.ts";
import { createCountersign } from "../../plugin/countersign.ts";
import { configIn, silentLogger } from "../support/installation.ts";
import type { Json } from "./api.ts";
import { serialOf } from "./device.ts";
import { containerOf, leafOf } from "./key-profiles.ts";
import { type Place, useKeySite } from "./key-site.ts";
import { until } from "./lazy-host.ts";
import { DAY, HOUR } from "./served.ts";

/** What becomes of keys that were made here when something comes between (P-05). */
export const describeLostKeys = (database: string, place: Place): void => {
  describe(`flows: keys made at the CA that get lost, on ${database}`, function () {
    this.timeout(60_000);
    const keys = useKeySite(database, place);
    const { assigned, statusOf, gate, pushing } = keys;

    it("P-05 a host that lost the answer asks again: a new key, and the certificate nobody saw dies a day later", async () => {
      const device = await assigned();
      const first = await leafOf(await device.take());
      const second = await leafOf(await device.take());
      assert.notEqual(serialOf(first), serialOf(second));
      assert.equal((await device.state()).state, "issued");
      assert.equal((await statusOf(first)).status, "issued", "the answer may still arrive");
      keys.served.clock.advance(DAY - HOUR);
      assert.equal((await statusOf(first)).status, "issued");
      keys.served.clock.advance(2 * HOUR);
      await until("revoked", async () => (await statusOf(first)).status === "revoked");
      assert.equal((await statusOf(first)).revocationReason, "superseded");
      assert.equal((await statusOf(second)).status, "issued");
      const told = (await device.timeline()).find(({ event }) => event === "certificate.revoked");
      assert.match(told.summary as string, /never seen on the device/);
    });

    it("P-05 a first answer that arrived after all is kept: the device was seen to hold it", async () => {
      const device = await assigned();
      const first = await leafOf(await device.take());
      await device.take();
      await keys.served.countersign.hooks.deviceInventory({
        ...device.event,
        certificates: [{ der: first }],
      });
      keys.served.clock.advance(DAY + HOUR);
      const due = async () =>
        (await keys.api.all("/outbox")).some(
          ({ effect }: Json) =>
            effect.kind === "revoke-unseen" && effect.deploymentId === device.id,
        );
      await until("looked at", async () => !(await due()));
      assert.equal((await statusOf(first)).status, "issued");
    });

    it("P-05 two calls at once get the same container", async () => {
      const device = await assigned();
      const [a, b] = await Promise.all([device.take(), device.take()]);
      assert.deepEqual(containerOf(a), containerOf(b));
      assert.equal((await device.certificates()).length, 1);
    });

    it("P-05 two nodes at the same moment: each hands over its own, and the one that is left behind dies a day later", async () => {
      const device = await assigned();
      const second = createCountersign(
        configIn(keys.served.folder, { publicUrl: keys.served.url, ...keys.config }),
        builtins({ logger: silentLogger, clock: keys.served.clock, caBackends: [gate] }),
      );
      await second.start();
      try {
        gate.close();
        const one = gate.waiting();
        const here = device.take();
        await one;
        const other = gate.waiting();
        const there = second.hooks.profileTaken({ deploymentId: device.id });
        await other;
        gate.open();
        const leaves = [await leafOf(await here), await leafOf(await there)];
        const current = (await device.state()).certificateId as string;
        keys.served.clock.advance(DAY + HOUR);
        const rows = async () => Promise.all(leaves.map(statusOf));
        await until("revoked", async () =>
          (await rows()).some(({ revocationReason }) => revocationReason === "superseded"),
        );
        const left = (await rows()).filter(({ status }) => status === "issued");
        assert.deepEqual(
          left.map(({ id }) => id as string),
          [current],
        );
      } finally {
        gate.open();
        await second.close();
      }
    });

    it("P-05 a wipe while the certificate is being signed: nothing is handed over, and it is revoked", async () => {
      const device = await assigned();
      gate.close();
      const waiting = gate.waiting();
      const taking = device.take();
      await waiting;
      const wiped = await keys.served.countersign.hooks.deviceWiped(device.event);
      assert.equal(wiped.revoked.length, 1);
      gate.open();
      await assert.rejects(taking, { code: "device_gone" });
      assert.deepEqual(
        (await device.certificates()).map(({ status }) => status as string),
        ["revoked"],
      );
      assert.equal((await device.state()).state, "removed");
    });

    it("P-05 a removal while the certificate is being signed wins likewise", async () => {
      const device = await assigned();
      gate.close();
      const waiting = gate.waiting();
      const taking = device.take();
      await waiting;
      await keys.served.countersign.hooks.templateRemoved({ ...device.event, templateId: "p12" });
      gate.open();
      await assert.rejects(taking, { code: "device_gone" });
      const [row] = await device.certificates();
      assert.deepEqual([row.status, row.revocationReason], ["revoked", "superseded"]);
    });

    it("P-05 a host that fails after it was given the profile: that key serves nobody, and the next one comes by itself", async () => {
      const event = { hostId: "pushing", deviceId: `${database}-pushed` };
      const { hooks } = keys.served.countersign;
      const attributes = { devicename: event.deviceId };
      const device = await hooks.deviceEnrolled({ ...event, platform: "other", attributes });
      const certificates = (): Promise<Json[]> => keys.api.all(`/certificates?device=${device.id}`);
      pushing.fails = true;
      const { id } = await hooks.templateAssigned({ ...event, templateId: "p12" });
      const state = async (): Promise<Json> => keys.api.get(`/deployments/${id}`);
      await until("failed", async () => (await state()).state === "failed");
      assert.deepEqual((await state()).reason, "publish-failed");
      pushing.fails = false;
      keys.served.clock.advance(1.1 * HOUR);
      await until("issued", async () => (await state()).commandId === "pushed");
      assert.equal((await state()).state, "issued");
      assert.equal((await certificates()).length, 2);
      keys.served.clock.advance(DAY + HOUR);
      await until("revoked", async () =>
        (await certificates()).some(({ revocationReason }) => revocationReason === "superseded"),
      );
      await hooks.commandAcknowledged({ ...event, deploymentId: id, commandId: "pushed" });
      assert.equal((await state()).state, "installed");
    });
  });
};
