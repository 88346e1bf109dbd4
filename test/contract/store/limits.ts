import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { Reservation, ReserveResult } from "../../../plugin/ports/enrolment-store.ts";
import type { TenantStore } from "../../../plugin/ports/stores.ts";
import { aChallenge, aDevice, aReservation, aSettlement, after } from "./samples.ts";
import { useDatabase, type OpenedDatabase } from "./subject.ts";

const RESERVED: ReserveResult = { status: "reserved" };
const refused = (because: string) => ({ status: "refused", because });

/** The counts behind the limits of endpoints. */
export const describeLimits = (open: () => Promise<OpenedDatabase>): void => {
  const subject = useDatabase(open);
  let store: TenantStore;
  beforeEach(async () => {
    store = subject.tenant();
    await store.devices.save(aDevice());
    await store.devices.save(aDevice({ id: "device-2", hostDeviceId: "43" }));
  });
  const most = { perDevicePerDay: 1000, perEndpointPerMinute: 1000, perChallenge: 3 };
  const request = (over: Partial<Reservation> = {}): Reservation =>
    aReservation({ limits: most, ...over });
  const reserve = (over: Partial<Reservation> = {}): Promise<ReserveResult> =>
    store.enrolments.reserve(request(over));
  const challenge = async (): Promise<string> => {
    const id = randomUUID();
    await store.challenges.insert(aChallenge({ id }), randomUUID());
    return id;
  };
  const tally = (results: readonly ReserveResult[], because: string): [number, number] => [
    results.filter(({ status }) => status === "reserved").length,
    results.filter((result) => result.status === "refused" && result.because === because).length,
  ];

  it("lets exactly so many of a device through in a day, in one batch and after it", async () => {
    const limits = { ...most, perDevicePerDay: 5 };
    const results = await Promise.all(Array.from({ length: 12 }, () => reserve({ limits })));
    assert.deepEqual(tally(results, "limit-device"), [5, 7]);
    assert.deepEqual(await reserve({ limits }), refused("limit-device"));
    assert.deepEqual(await reserve({ limits, deviceId: "device-2" }), RESERVED);
    const last = { limits, now: after(86_399), leaseUntil: after(86_429) };
    assert.deepEqual(await reserve(last), refused("limit-device"));
    const next = { limits, now: after(86_400), leaseUntil: after(86_430) };
    const day = await Promise.all(Array.from({ length: 6 }, () => reserve(next)));
    assert.deepEqual(tally(day, "limit-device"), [5, 1]);
  });

  it("lets exactly so many through at an endpoint in a minute", async () => {
    const limits = { ...most, perEndpointPerMinute: 4 };
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        reserve({ limits, deviceId: n % 2 === 0 ? "device-1" : "device-2" }),
      ),
    );
    assert.deepEqual(tally(results, "limit-endpoint"), [4, 6]);
    assert.deepEqual(await reserve({ limits, endpointId: "another" }), RESERVED);
    assert.deepEqual(await reserve({ limits, now: after(60), leaseUntil: after(90) }), RESERVED);
  });

  it("counts what no endpoint is asked for by its device alone", async () => {
    const none = { endpointId: undefined, raId: undefined };
    const limits = { ...most, perDevicePerDay: 5, perEndpointPerMinute: 2 };
    const results = await Promise.all(
      Array.from({ length: 8 }, () => reserve({ ...none, limits })),
    );
    assert.deepEqual(tally(results, "limit-device"), [5, 3]);
    assert.deepEqual(await reserve({ limits, deviceId: "device-2" }), RESERVED);
    assert.deepEqual(await reserve({ ...none, limits, deviceId: "device-2" }), RESERVED);
    const reserved = aReservation({ ...none, deviceId: "device-2", limits: most });
    assert.deepEqual(await store.enrolments.reserve(reserved), RESERVED);
    assert.equal(await store.enrolments.settle(aSettlement(reserved.id)), "issued");
    const row = await store.certificates.get(reserved.id);
    assert.deepEqual(
      [row?.status, row?.endpointId, row?.raId, row?.deviceId],
      ["issued", undefined, undefined, "device-2"],
    );
  });

  it("counts for neither what the other limit refused", async () => {
    const device = { ...most, perDevicePerDay: 1, perEndpointPerMinute: 3 };
    const results = await Promise.all(Array.from({ length: 5 }, () => reserve({ limits: device })));
    assert.deepEqual(tally(results, "limit-device"), [1, 4]);
    const others = { ...device, perDevicePerDay: 3 };
    const more = await Promise.all(
      Array.from({ length: 4 }, () => reserve({ limits: others, deviceId: "device-2" })),
    );
    assert.deepEqual(tally(more, "limit-endpoint"), [2, 2]);
    const later = { limits: others, now: after(60), leaseUntil: after(90) };
    assert.deepEqual(await reserve({ ...later, deviceId: "device-2" }), RESERVED);
    assert.deepEqual(
      await reserve({ ...later, deviceId: "device-2" }),
      refused("limit-device"),
      "three of device-2 were reserved",
    );
  });

  it("takes nothing from who is refused: key and challenge are free again", async () => {
    const challengeId = await challenge();
    const limits = { ...most, perDevicePerDay: 1 };
    await reserve({ limits });
    const item = request({ limits, challengeId });
    assert.deepEqual(await store.enrolments.reserve(item), refused("limit-device"));
    assert.equal((await store.challenges.get(challengeId))?.state, "open");
    const raised = { ...item, limits: most };
    assert.deepEqual(await store.enrolments.reserve(raised), RESERVED);
  });

  it("counts a repeated request once, and a reservation that was given back not at all", async () => {
    const limits = { ...most, perDevicePerDay: 2 };
    const item = request({ limits });
    for (let n = 0; n < 3; n += 1) {
      const given = request({ limits });
      assert.deepEqual(await store.enrolments.reserve(given), RESERVED);
      await store.enrolments.release(given.id, after(1));
    }
    assert.deepEqual(await store.enrolments.reserve(item), RESERVED);
    await store.enrolments.settle(aSettlement(item.id));
    for (let n = 0; n < 3; n += 1) {
      const again = await store.enrolments.reserve({ ...item, id: randomUUID() });
      assert.equal(again.status, "issued");
    }
    assert.deepEqual(await reserve({ limits }), RESERVED);
    assert.deepEqual(await reserve({ limits }), refused("limit-device"));
  });

  it("counts a try that its challenge stopped", async () => {
    const limits = { ...most, perDevicePerDay: 2 };
    for (let n = 0; n < 2; n += 1)
      assert.deepEqual(await reserve({ limits, challengeId: "unknown" }), refused("challenge"));
    assert.deepEqual(await reserve({ limits }), refused("limit-device"));
  });

  it("locks a challenge after so many failed tries, and not the one beside it", async () => {
    const [locked, good] = [await challenge(), await challenge()];
    for (let n = 0; n < 3; n += 1) await store.challenges.countFailure(locked);
    await store.challenges.countFailure(good);
    assert.equal((await store.challenges.get(locked))?.failures, 3);
    assert.deepEqual(await reserve({ challengeId: locked }), refused("limit-challenge"));
    assert.equal((await store.challenges.get(locked))?.state, "open");
    assert.deepEqual(await reserve({ challengeId: good }), RESERVED);
  });

  it("counts any subject in windows of any length", async () => {
    const count = (seconds: number) => store.limits.count("x", 1000, after(seconds));
    assert.deepEqual(await count(0), { used: 1, endsAt: after(1) });
    assert.deepEqual(await count(0.5), { used: 2, endsAt: after(1) });
    assert.deepEqual(await count(1), { used: 1, endsAt: after(2) });
    assert.equal((await subject.tenant().limits.count("x", 1000, after(1))).used, 1);
  });
};
