import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { CapSubject } from "../../../plugin/domain/cap.ts";
import type { Reservation, ReserveResult } from "../../../plugin/ports/enrolment-store.ts";
import type { TenantStore } from "../../../plugin/ports/stores.ts";
import {
  aCertificate,
  aChallenge,
  aDevice,
  after,
  anAuthority,
  aReservation,
  aSettlement,
  bytes,
  NOW,
} from "./samples.ts";
import { fails, useDatabase, type OpenedDatabase } from "./subject.ts";

const RESERVED: ReserveResult = { status: "reserved" };
const refused = (because: string) => ({ status: "refused", because });
const OF_WIFI: CapSubject = "certificates/wifi-ca";
/** By then the caps that were set at `NOW` are trusted to be known everywhere. */
const LATER = { now: after(60), leaseUntil: after(90) };

/** O-02: caps on active certificates. */
export const describeCaps = (open: () => Promise<OpenedDatabase>): void => {
  const subject = useDatabase(open);
  let store: TenantStore;
  beforeEach(async () => {
    store = subject.tenant();
    await store.authorities.insert(anAuthority());
    for (const id of ["device-1", "device-2"])
      await store.devices.save(aDevice({ id, hostDeviceId: id }));
  });
  const request = (over: Partial<Reservation> = {}): Reservation =>
    aReservation({ capped: true, ...over });
  const reserve = (over: Partial<Reservation> = {}): Promise<ReserveResult> =>
    store.enrolments.reserve(request(over));
  const issue = async (over: Partial<Reservation> = {}): Promise<string> => {
    const item = request(over);
    assert.deepEqual(await store.enrolments.reserve(item), RESERVED);
    assert.equal(await store.enrolments.settle(aSettlement(item.id)), "issued");
    return item.id;
  };
  const tally = (results: readonly ReserveResult[]): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const result of results) {
      const key = result.status === "refused" ? result.because : result.status;
      counts[key] = (counts[key] ?? 0) + 1;
    }
    return counts;
  };

  it("O-02 a cap is set, changed, listed and taken away, and is the tenant's own", async () => {
    const other = subject.tenant();
    const version = () => store.caps.version(["certificates", OF_WIFI]);
    assert.equal(await version(), 0);
    await store.caps.set("certificates", 5, NOW);
    await store.caps.set(OF_WIFI, 3, NOW);
    await store.caps.set(OF_WIFI, 4, NOW);
    assert.equal(await version(), 3);
    assert.deepEqual(await store.caps.list(), [
      { subject: "certificates", most: 5 },
      { subject: OF_WIFI, most: 4 },
    ]);
    assert.deepEqual(await other.caps.list(), []);
    await other.caps.set("certificates", undefined, NOW);
    await store.caps.set(OF_WIFI, undefined, NOW);
    assert.deepEqual(await store.caps.list(), [{ subject: "certificates", most: 5 }]);
  });

  for (const [how, times] of [
    ["at once", {}],
    ["once it is known everywhere", LATER],
  ] as const)
    it(`O-02 exactly so many of an authority are reserved, ${how}, in one batch and after it`, async () => {
      await store.caps.set(OF_WIFI, 5, NOW);
      assert.deepEqual(await reserve(times), RESERVED);
      const results = await Promise.all(Array.from({ length: 9 }, () => reserve(times)));
      assert.deepEqual(tally(results), { reserved: 4, "cap-authority": 5 });
      assert.deepEqual(await reserve(times), refused("cap-authority"));
      assert.deepEqual(await reserve({ ...times, authorityId: "another" }), RESERVED);
    });

  it("O-02 the tenant's cap holds all its authorities together, and takes nothing for what an authority's refuses", async () => {
    await store.caps.set("certificates", 6, NOW);
    await store.caps.set(OF_WIFI, 2, NOW);
    const wifi = await Promise.all(Array.from({ length: 5 }, () => reserve(LATER)));
    assert.deepEqual(tally(wifi), { reserved: 2, "cap-authority": 3 });
    const vpn = { ...LATER, authorityId: "vpn-ca" };
    const others = await Promise.all(Array.from({ length: 7 }, () => reserve(vpn)));
    assert.deepEqual(tally(others), { reserved: 4, "cap-tenant": 3 });
    assert.deepEqual(await reserve(vpn), refused("cap-tenant"));
  });

  it("O-02 revoking, failing and expiry free a place each; a suspension keeps it", async () => {
    await store.caps.set(OF_WIFI, 1, NOW);
    const first = await issue(LATER);
    assert.deepEqual(await reserve(LATER), refused("cap-authority"));
    await store.run((tx) => tx.certificates.hold(first, after(61), "admin", undefined));
    assert.deepEqual(await reserve(LATER), refused("cap-authority"));
    await store.run((tx) => tx.certificates.revoke(first, after(62), "superseded", undefined));
    const given = request(LATER);
    assert.deepEqual(await store.enrolments.reserve(given), RESERVED);
    assert.deepEqual(await reserve(LATER), refused("cap-authority"));
    await store.enrolments.release(given.id, after(63));
    const short = { ...LATER, notAfter: after(3600) };
    await issue(short);
    assert.deepEqual(await reserve(LATER), refused("cap-authority"));
    const past = { now: after(3600), leaseUntil: after(3630) };
    assert.deepEqual(await reserve(past), RESERVED);
  });

  it("O-02 what is there already counts, and so does raising, lowering and taking the cap away", async () => {
    const uncapped = { ...LATER, capped: false };
    for (let n = 0; n < 3; n += 1) await issue(uncapped);
    await store.caps.set(OF_WIFI, 3, NOW);
    assert.deepEqual(await reserve(LATER), refused("cap-authority"));
    await store.caps.set(OF_WIFI, 4, after(61));
    assert.deepEqual(await reserve(LATER), RESERVED);
    await store.caps.set(OF_WIFI, 1, after(62));
    assert.deepEqual(await reserve(LATER), refused("cap-authority"));
    await store.caps.set(OF_WIFI, undefined, after(63));
    assert.deepEqual(await reserve(LATER), RESERVED);
  });

  it("O-02 a node that did not know of the cap yet is counted with the rest", async () => {
    await store.caps.set(OF_WIFI, 3, NOW);
    assert.deepEqual(await reserve(), RESERVED);
    assert.deepEqual(await reserve({ capped: false }), RESERVED);
    const later = { now: after(5), leaseUntil: after(35) };
    assert.deepEqual(await reserve(later), RESERVED);
    assert.deepEqual(await reserve(later), refused("cap-authority"));
    assert.deepEqual(await reserve(LATER), refused("cap-authority"));
  });

  it("O-02 who is refused keeps key, challenge and tries, and a repeated request its certificate", async () => {
    await store.caps.set(OF_WIFI, 1, NOW);
    const limits = { perDevicePerDay: 2, perEndpointPerMinute: 1000, perChallenge: 3 };
    const first = request({ ...LATER, limits });
    assert.deepEqual(await store.enrolments.reserve(first), RESERVED);
    await store.enrolments.settle(aSettlement(first.id));
    const challengeId = randomUUID();
    await store.challenges.insert(
      aChallenge({ id: challengeId, expiresAt: after(9999) }),
      randomUUID(),
    );
    const item = request({ ...LATER, limits, challengeId });
    for (let n = 0; n < 3; n += 1)
      assert.deepEqual(await store.enrolments.reserve(item), refused("cap-authority"));
    assert.equal((await store.challenges.get(challengeId))?.state, "open");
    assert.equal((await store.challenges.get(challengeId))?.failures, 0);
    const again = await store.enrolments.reserve({ ...first, id: randomUUID() });
    assert.equal(again.status, "issued");
    await store.run((tx) => tx.certificates.revoke(first.id, after(61), "superseded", undefined));
    assert.deepEqual(await store.enrolments.reserve(item), RESERVED);
  });

  it("O-02 a certificate by hand takes a place, and one of the installation's own none", async () => {
    await store.caps.set(OF_WIFI, 1, NOW);
    const row = (role: "subscriber" | "ra" | "authority") =>
      aCertificate({ id: randomUUID(), serial: randomUUID().replaceAll("-", ""), role });
    const add = (role: Parameters<typeof row>[0]) =>
      store.certificates.reserve(row(role), bytes(1), after(300));
    await add("ra");
    await add("authority");
    await add("subscriber");
    await fails(add("subscriber"), "cap_reached");
    await add("ra");
    assert.deepEqual(await reserve(), refused("cap-authority"));
    assert.equal(await store.caps.active("wifi-ca", NOW, 10), 1);
  });

  it("O-02 active ones are counted by authority and altogether, up to a number, without those of outside CAs", async () => {
    await store.authorities.insert(anAuthority({ id: "digicert", kind: "outside" }));
    for (const authorityId of ["wifi-ca", "wifi-ca", "vpn-ca", "digicert"])
      await store.certificates.insert(
        aCertificate({ id: randomUUID(), authorityId, status: "issued", hold: undefined }),
        undefined,
      );
    assert.equal(await store.caps.active("wifi-ca", NOW, 10), 2);
    assert.equal(await store.caps.active(undefined, NOW, 10), 3);
    assert.equal(await store.caps.active(undefined, NOW, 2), 2);
  });
};
