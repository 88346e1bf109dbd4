import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { DEFAULT_ATTEMPTS } from "../../../plugin/domain/attempt-policy.ts";
import { advance } from "../../../plugin/domain/deployment-machine.ts";
import { serialsOf } from "../../../plugin/domain/crl-scope.ts";
import type { ReserveResult } from "../../../plugin/ports/enrolment-store.ts";
import type { TenantStore } from "../../../plugin/ports/stores.ts";
import {
  NOW,
  aCertificate,
  aChallenge,
  aDeployment,
  aDevice,
  aLedgerEntry,
  aReservation,
  aSettlement,
  after,
  bytes,
} from "./samples.ts";
import { useEnrolling } from "./enrolling.ts";
import { unpacked, type OpenedDatabase } from "./subject.ts";

const SCOPE = { authorityId: "wifi-ca", shard: 0 };
const RESERVED: ReserveResult = { status: "reserved" };
const REFUSED: ReserveResult = { status: "refused", because: "device" };

/** The end of a reservation: settled, released, or left behind. */
export const describeSettlements = (open: () => Promise<OpenedDatabase>): void => {
  const { challenge, stateOf, statusOf, certificates, ...tenant } = useEnrolling(open);
  let store: TenantStore;
  beforeEach(() => {
    store = tenant.store();
  });

  describe("settle", () => {
    it("stores certificate, challenge, deployment and ledger together", async () => {
      const challengeId = await challenge();
      await store.deployments.save(aDeployment());
      const item = aReservation({ challengeId });
      await store.enrolments.reserve(item);
      assert.equal(await store.enrolments.settle(aSettlement(item.id)), "issued");
      assert.deepEqual(
        await store.certificates.get(item.id),
        aCertificate({ id: item.id, serial: item.serial, fingerprintSha256: "ef".repeat(32) }),
      );
      assert.deepEqual(await store.certificates.der(item.id), bytes(48, 130, 1, 0));
      assert.equal(await stateOf(challengeId), "spent");
      // One statement of the hot path does what the state machine says.
      const issued = { kind: "issue", certificateId: item.id, endsAt: item.notAfter } as const;
      const rules = { attempts: DEFAULT_ATTEMPTS, renews: true, outside: false };
      const step = advance(aDeployment(), issued, rules, after(1));
      assert.equal(step?.deployment.state, "issued");
      assert.deepEqual(await store.deployments.get("deployment-1"), step.deployment);
      const { items } = await store.ledger.list({}, { limit: 9 });
      const expected = aLedgerEntry({ subjectId: item.id });
      assert.deepEqual(items, [
        { ...expected, id: items[0]?.id, sequence: undefined, hash: undefined },
      ]);
      assert.equal((await store.crls.revisions(SCOPE)).dirty, 0);
    });

    it("leaves removed deployments and those of others alone", async () => {
      const removed = aDeployment({ state: "removed" });
      const other = aDeployment({ id: "deployment-2", templateId: "vpn" });
      await store.deployments.save(removed);
      await store.deployments.save(other);
      const item = aReservation();
      await store.enrolments.reserve(item);
      await store.enrolments.settle(aSettlement(item.id));
      assert.deepEqual(await store.deployments.get("deployment-1"), removed);
      assert.deepEqual(await store.deployments.get("deployment-2"), other);
    });

    it("loses to a wipe that revoked the reservation", async () => {
      const challengeId = await challenge();
      const item = aReservation({ challengeId });
      await store.enrolments.reserve(item);
      await store.run(async (tx) => {
        await tx.devices.save(aDevice({ status: "wiped" }));
        await tx.challenges.burnOfDevice("device-1");
        for (const { id } of await tx.certificates.liveOfDevice("device-1", NOW))
          await tx.certificates.revoke(id, NOW, "privilegeWithdrawn", after(-5));
      });
      assert.equal(await store.enrolments.settle(aSettlement(item.id)), "revoked");
      const revoked = await store.certificates.get(item.id);
      assert.deepEqual(
        [revoked?.status, revoked?.revocationReason, revoked?.revokedAt, revoked?.invalidityDate],
        ["revoked", "privilegeWithdrawn", NOW, after(-5)],
      );
      assert.deepEqual(await store.certificates.der(item.id), bytes(48, 130, 1, 0));
      assert.equal(await stateOf(challengeId), "burned");
      assert.equal((await store.crls.revisions(SCOPE)).dirty, 1);
    });

    it("revokes when the device has gone, although nobody revoked the reservation", async () => {
      const challengeId = await challenge();
      await store.deployments.save(aDeployment());
      const item = aReservation({ challengeId });
      await store.enrolments.reserve(item);
      await store.devices.save(aDevice({ status: "unenrolled" }));
      assert.equal(await store.enrolments.settle(aSettlement(item.id)), "revoked");
      const revoked = await store.certificates.get(item.id);
      assert.deepEqual(
        [revoked?.status, revoked?.revocationReason, revoked?.revokedAt, revoked?.issuedAt],
        ["revoked", "cessationOfOperation", after(1), after(1)],
      );
      assert.equal(await stateOf(challengeId), "burned");
      assert.deepEqual(await store.deployments.get("deployment-1"), aDeployment());
      assert.equal((await store.crls.revisions(SCOPE)).dirty, 1);
      const { items } = await store.ledger.list({}, { limit: 9 });
      assert.deepEqual(
        items.map(({ event, subjectId, data }) => [event, subjectId, data["reason"]]),
        [["certificate.revoked", item.id, "cessationOfOperation"]],
      );
      const entries = unpacked(
        await store.certificates.revokedPack({ ...SCOPE, ...serialsOf(0, 1) }, NOW, undefined, 9),
      );
      assert.deepEqual(
        entries.map(({ serial }) => serial),
        [item.serial],
      );
      assert.deepEqual(await store.enrolments.reserve(item), REFUSED);
    });

    it("ends a race with a wipe in a revoked certificate, whoever is first", async () => {
      const items = Array.from({ length: 20 }, () => aReservation());
      await Promise.all(items.map((item) => store.enrolments.reserve(item)));
      const settle = (some: typeof items): Promise<unknown>[] =>
        some.map((item) => store.enrolments.settle(aSettlement(item.id)));
      const first = settle(items.slice(0, 10));
      await first[0];
      // The others come behind the wipe, whose transaction has begun.
      const wipe = store.run(async (tx) => {
        await tx.devices.save(aDevice({ status: "wiped" }));
        for (const { id } of await tx.certificates.liveOfDevice("device-1", NOW))
          await tx.certificates.revoke(id, NOW, "cessationOfOperation", undefined);
      });
      const [, ...results] = await Promise.all([wipe, ...first, ...settle(items.slice(10))]);
      assert.equal(results.filter((result) => result === "issued").length, 10);
      assert.equal(results.filter((result) => result === "revoked").length, 10);
      assert.ok((await certificates()).every(({ status }) => status === "revoked"));
    });

    it("does not bring a burned challenge back", async () => {
      const challengeId = await challenge();
      const item = aReservation({ challengeId });
      await store.enrolments.reserve(item);
      await store.challenges.burnOfDevice("device-1");
      assert.equal(await store.enrolments.settle(aSettlement(item.id)), "issued");
      assert.equal(await stateOf(challengeId), "burned");
    });

    it("is lost for a reservation that failed, was settled or never was", async () => {
      const [released, settled] = [aReservation(), aReservation()];
      await store.enrolments.reserve(released);
      await store.enrolments.reserve(settled);
      await store.enrolments.release(released.id, NOW);
      const results = await Promise.all(
        [released.id, settled.id, settled.id, "never"].map((id) =>
          store.enrolments.settle(aSettlement(id)),
        ),
      );
      assert.deepEqual(results, ["lost", "issued", "lost", "lost"]);
      assert.equal(await store.enrolments.settle(aSettlement(settled.id)), "lost");
      assert.equal(await store.certificates.der(released.id), undefined);
      assert.equal((await store.ledger.list({}, { limit: 9 })).items.length, 1);
    });
  });

  describe("release and reconcile", () => {
    it("gives everything back but the row", async () => {
      const challengeId = await challenge();
      const item = aReservation({ challengeId });
      await store.enrolments.reserve(item);
      await store.enrolments.release(item.id, NOW);
      assert.equal(await statusOf(item.id), "failed");
      assert.deepEqual(await store.challenges.get(challengeId), aChallenge({ id: challengeId }));
      const again = { ...item, id: randomUUID(), serial: "1a" };
      assert.deepEqual(await store.enrolments.reserve(again), RESERVED);
    });

    it("does not open a burned challenge, nor undo what was issued", async () => {
      const [burned, spent] = [await challenge(), await challenge()];
      const [first, second] = [
        aReservation({ challengeId: spent }),
        aReservation({ challengeId: burned }),
      ];
      await store.enrolments.reserve(first);
      await store.enrolments.settle(aSettlement(first.id));
      await store.enrolments.reserve(second);
      await store.challenges.burnOfDevice("device-1");
      for (const { id } of [first, second]) await store.enrolments.release(id, NOW);
      await store.enrolments.release("never", NOW);
      assert.deepEqual([await statusOf(first.id), await stateOf(spent)], ["issued", "spent"]);
      assert.deepEqual([await statusOf(second.id), await stateOf(burned)], ["failed", "burned"]);
    });

    it("fails what was left behind, and nothing else", async () => {
      const challengeId = await challenge();
      const left = aReservation({ challengeId });
      const running = aReservation({ leaseUntil: after(90) });
      const done = aReservation();
      for (const item of [left, running, done]) await store.enrolments.reserve(item);
      await store.enrolments.settle(aSettlement(done.id));
      assert.equal(await store.enrolments.reconcile(after(29)), 0);
      assert.equal(await store.enrolments.reconcile(after(30)), 1);
      assert.equal(await store.enrolments.reconcile(after(30)), 0);
      assert.deepEqual(
        [await statusOf(left.id), await statusOf(running.id), await statusOf(done.id)],
        ["failed", "reserved", "issued"],
      );
      assert.equal(await stateOf(challengeId), "open");
      assert.equal(await store.enrolments.settle(aSettlement(left.id)), "lost");
    });
  });
};
