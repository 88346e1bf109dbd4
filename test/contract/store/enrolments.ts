import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { Reservation, ReserveResult } from "../../../plugin/ports/enrolment-store.ts";
import type { TenantStore } from "../../../plugin/ports/stores.ts";
import { aCertificate, aDevice, aReservation, aSettlement, after, bytes } from "./samples.ts";
import { useEnrolling } from "./enrolling.ts";
import { fails, type OpenedDatabase } from "./subject.ts";

const RESERVED: ReserveResult = { status: "reserved" };
const IN_PROGRESS: ReserveResult = { status: "in-progress" };
const refused = (
  because: "challenge" | "ciphertext" | "device" | "user" | "duplicate",
): ReserveResult => ({
  status: "refused",
  because,
});

/** The hot path (foundations.md 8 to 13; scep.md cases 35 to 40). */
export const describeEnrolments = (open: () => Promise<OpenedDatabase>): void => {
  const { challenge, stateOf, statusOf, certificates, ...tenant } = useEnrolling(open);
  let store: TenantStore;
  beforeEach(() => {
    store = tenant.store();
  });
  const reserve = (over: Partial<Reservation> = {}): Promise<ReserveResult> =>
    store.enrolments.reserve(aReservation(over));

  describe("reserve", () => {
    it("stores the certificate before it exists", async () => {
      const challengeId = await challenge();
      const item = aReservation({ challengeId });
      assert.deepEqual(await store.enrolments.reserve(item), RESERVED);
      assert.deepEqual(
        await store.certificates.get(item.id),
        aCertificate({
          id: item.id,
          status: "reserved",
          serial: item.serial,
          fingerprintSha256: undefined,
          issuedAt: undefined,
        }),
      );
      assert.equal(await store.certificates.der(item.id), undefined);
      const held = await store.challenges.get(challengeId);
      assert.deepEqual([held?.state, held?.certificateId], ["reserved", item.id]);
    });

    it("refuses a challenge that is unknown, run out, taken, spent or burned", async () => {
      const challengeId = await challenge();
      assert.deepEqual(await reserve({ challengeId: "unknown" }), refused("challenge"));
      assert.deepEqual(await reserve({ challengeId, now: after(3600) }), refused("challenge"));
      const item = aReservation({ challengeId });
      assert.deepEqual(await store.enrolments.reserve(item), RESERVED);
      assert.deepEqual(await reserve({ challengeId }), refused("challenge"));
      await store.enrolments.settle(aSettlement(item.id));
      assert.deepEqual(await reserve({ challengeId }), refused("challenge"));
      const burned = await challenge();
      await store.challenges.burnOfDevice("device-1");
      assert.deepEqual(await reserve({ challengeId: burned }), refused("challenge"));
      assert.equal((await certificates()).length, 1);
    });

    it("gives one challenge to exactly one of a hundred requests", async () => {
      const challengeId = await challenge();
      const items = Array.from({ length: 100 }, () => aReservation({ challengeId }));
      const results = await Promise.all(items.map((item) => store.enrolments.reserve(item)));
      const winners = items.filter((_, n) => results[n]?.status === "reserved");
      assert.equal(winners.length, 1);
      assert.equal(results.filter((result) => result.status === "refused").length, 99);
      assert.equal((await store.challenges.get(challengeId))?.certificateId, winners[0]?.id);
      assert.equal((await certificates()).length, 1);
      // The refused keys are free.
      const loser = items.find((item) => item !== winners[0])!;
      assert.deepEqual(
        await store.enrolments.reserve({ ...loser, challengeId: undefined }),
        RESERVED,
      );
    });

    it("refuses a device that is unknown, wiped or unenrolled, and takes an unmanaged one", async () => {
      const challengeId = await challenge();
      const one = aReservation({ challengeId, deviceId: "nobody" });
      assert.deepEqual(await store.enrolments.reserve(one), refused("device"));
      for (const status of ["wiped", "unenrolled"] as const) {
        await store.devices.save(aDevice({ status }));
        assert.deepEqual(await reserve({ challengeId }), refused("device"));
      }
      assert.equal(await stateOf(challengeId), "open");
      assert.deepEqual(await certificates(), []);
      await store.devices.save(aDevice({ status: "unmanaged" }));
      // Also shows that the first refusal left no key behind.
      assert.deepEqual(await store.enrolments.reserve({ ...one, deviceId: "device-1" }), RESERVED);
    });

    it("refuses a second live certificate where only one is wanted", async () => {
      const challengeId = await challenge();
      const first = aReservation({ onlyOne: true });
      assert.deepEqual(await store.enrolments.reserve(first), RESERVED);
      assert.deepEqual(await reserve({ onlyOne: true, challengeId }), refused("duplicate"));
      await store.enrolments.settle(aSettlement(first.id));
      const again = aReservation({ onlyOne: true, challengeId });
      assert.deepEqual(await store.enrolments.reserve(again), refused("duplicate"));
      assert.equal(await stateOf(challengeId), "open");
      assert.deepEqual(await reserve({ onlyOne: false }), RESERVED);
      assert.deepEqual(await reserve({ onlyOne: true, templateId: "vpn" }), RESERVED);
      assert.equal((await certificates()).length, 3);
    });

    it("does not count the expired, the revoked and the failed as a second one", async () => {
      const first = aReservation({ notAfter: after(100) });
      await store.enrolments.reserve(first);
      await store.enrolments.settle(aSettlement(first.id));
      const late = { onlyOne: true, now: after(100), leaseUntil: after(130) };
      const second = aReservation(late);
      assert.deepEqual(await store.enrolments.reserve(second), RESERVED);
      await store.enrolments.release(second.id, after(101));
      const third = aReservation(late);
      assert.deepEqual(await store.enrolments.reserve(third), RESERVED);
      await store.enrolments.settle(aSettlement(third.id));
      await store.certificates.revoke(third.id, after(102), "superseded", undefined);
      assert.deepEqual(await reserve(late), RESERVED);
    });

    it("lets one of two in one batch through where only one is wanted", async () => {
      const results = await Promise.all([reserve({ onlyOne: true }), reserve({ onlyOne: true })]);
      assert.deepEqual(results, [RESERVED, refused("duplicate")]);
    });

    it("refuses a device whose user is disabled by that name, until he is let in again", async () => {
      const challengeId = await challenge();
      await store.devices.save(aDevice({ userDisabledAt: after(1) }));
      const item = aReservation({ challengeId });
      assert.deepEqual(await store.enrolments.reserve(item), refused("user"));
      assert.deepEqual(await reserve({ onlyOne: true }), refused("user"));
      await store.devices.save(aDevice({ status: "wiped", userDisabledAt: after(1) }));
      assert.deepEqual(await store.enrolments.reserve(item), refused("device"));
      assert.equal(await stateOf(challengeId), "open");
      await store.devices.save(aDevice());
      assert.deepEqual(await store.enrolments.reserve(item), RESERVED);
    });

    it("takes one ciphertext for one message only", async () => {
      const ciphertext = { digest: "aa", content: "11" };
      assert.deepEqual(await reserve({ ciphertext }), RESERVED);
      assert.deepEqual(await reserve({ ciphertext }), RESERVED);
      const challengeId = await challenge();
      const other = { digest: "aa", content: "22" };
      assert.deepEqual(await reserve({ ciphertext: other, challengeId }), refused("ciphertext"));
      assert.equal(await stateOf(challengeId), "open");
      // A row that is refused for something else is still remembered.
      const wiped = { digest: "bb", content: "11" };
      assert.deepEqual(await reserve({ ciphertext: wiped, deviceId: "x" }), refused("device"));
      const results = await Promise.all([
        reserve({ ciphertext: { digest: "bb", content: "22" } }),
        reserve({ ciphertext: { digest: "cc", content: "11" } }),
        reserve({ ciphertext: { digest: "cc", content: "22" } }),
      ]);
      assert.deepEqual(results, [refused("ciphertext"), RESERVED, refused("ciphertext")]);
    });

    it("judges every row of a batch for itself", async () => {
      const [spent, good] = [await challenge(), await challenge()];
      const known = aReservation({ challengeId: spent });
      await store.enrolments.reserve(known);
      await store.enrolments.settle(aSettlement(known.id));
      const taken = aReservation({ serial: known.serial, challengeId: good });
      const items = [
        aReservation(),
        aReservation({ challengeId: spent }),
        { ...aReservation(), idempotencyKey: known.idempotencyKey, challengeId: spent },
        aReservation({ deviceId: "nobody" }),
        aReservation({ onlyOne: true }),
        aReservation({ templateId: "vpn", onlyOne: true }),
      ];
      const [conflict, ...results] = await Promise.all([
        fails(store.enrolments.reserve(taken), "conflict"),
        ...items.map((item) => store.enrolments.reserve(item)),
      ]);
      assert.equal(conflict, undefined);
      assert.deepEqual(results, [
        RESERVED,
        refused("challenge"),
        { status: "issued", certificateId: known.id, der: bytes(48, 130, 1, 0) },
        refused("device"),
        refused("duplicate"),
        RESERVED,
      ]);
      assert.equal(await stateOf(good), "open");
      assert.deepEqual(await reserve({ challengeId: good }), RESERVED);
    });

    it("works for more rows than one statement takes", async () => {
      const items = Array.from({ length: 450 }, () => aReservation());
      const results = await Promise.all(items.map((item) => store.enrolments.reserve(item)));
      assert.ok(results.every(({ status }) => status === "reserved"));
      const settled = await Promise.all(
        items.map((item) => store.enrolments.settle(aSettlement(item.id))),
      );
      assert.ok(settled.every((result) => result === "issued"));
    });
  });

  describe("the idempotence key", () => {
    it("answers with the same certificate inside its grace, though the challenge is spent", async () => {
      const item = aReservation({ challengeId: await challenge(), onlyOne: true });
      await store.enrolments.reserve(item);
      await store.enrolments.settle(aSettlement(item.id));
      const again = { ...item, id: randomUUID(), serial: "0b" };
      const answer = { status: "issued", certificateId: item.id, der: bytes(48, 130, 1, 0) };
      assert.deepEqual(await store.enrolments.reserve(again), answer);
      assert.deepEqual(await store.enrolments.reserve({ ...again, now: after(899) }), answer);
      const late = await store.enrolments.reserve({ ...again, now: after(900) });
      assert.deepEqual(late, refused("challenge"));
    });

    it("enrols anew after its grace where no challenge is in the way", async () => {
      const item = aReservation();
      await store.enrolments.reserve(item);
      await store.enrolments.settle(aSettlement(item.id));
      const late = { now: after(900), leaseUntil: after(930), graceUntil: after(1800) };
      const again = { ...item, ...late, id: randomUUID(), serial: "0c" };
      assert.deepEqual(await store.enrolments.reserve(again), RESERVED);
      assert.equal(await store.enrolments.settle(aSettlement(again.id)), "issued");
      const third = await store.enrolments.reserve({ ...item, now: after(901) });
      assert.ok(third.status === "issued" && third.certificateId === again.id);
    });

    it("is held while its request is being signed", async () => {
      const item = aReservation();
      const twin = { ...item, id: randomUUID(), serial: "0d" };
      const both = await Promise.all([item, twin].map((one) => store.enrolments.reserve(one)));
      assert.deepEqual(both, [RESERVED, IN_PROGRESS]);
      assert.deepEqual(await store.enrolments.reserve({ ...twin, now: after(29) }), IN_PROGRESS);
      assert.equal((await certificates()).length, 1);
    });

    it("of two equal ones in a batch shares its answer", async () => {
      const item = aReservation({ challengeId: "unknown" });
      const twin = { ...item, id: randomUUID(), serial: "0e" };
      const both = await Promise.all([item, twin].map((one) => store.enrolments.reserve(one)));
      assert.deepEqual(both, [refused("challenge"), refused("challenge")]);
    });

    it("goes to the next when its lease is over, with its challenge", async () => {
      const challengeId = await challenge();
      const item = aReservation({ challengeId });
      await store.enrolments.reserve(item);
      const next = {
        ...item,
        id: randomUUID(),
        serial: "0f",
        now: after(30),
        leaseUntil: after(60),
      };
      assert.deepEqual(await store.enrolments.reserve(next), RESERVED);
      assert.equal(await statusOf(item.id), "failed");
      assert.equal(await store.enrolments.settle(aSettlement(item.id)), "lost");
      assert.equal(await store.enrolments.settle(aSettlement(next.id)), "issued");
      assert.equal(await stateOf(challengeId), "spent");
    });

    it("of a certificate revoked meanwhile is refused", async () => {
      const item = aReservation();
      await store.enrolments.reserve(item);
      await store.enrolments.settle(aSettlement(item.id));
      await store.certificates.revoke(item.id, after(2), "keyCompromise", undefined);
      assert.deepEqual(await store.enrolments.reserve(item), refused("device"));
    });
  });
};
