import assert from "node:assert/strict";
import type { CertificateFilter } from "../../../plugin/ports/certificate-store.ts";
import type { Certificate } from "../../../plugin/domain/certificate.ts";
import { serialsOf } from "../../../plugin/domain/crl-scope.ts";
import { FAILURE_EVENTS } from "../../../plugin/domain/events.ts";
import type { CrlRecord, SignedCrl } from "../../../plugin/ports/crl-store.ts";
import type { TenantStore } from "../../../plugin/ports/stores.ts";
import {
  NOW,
  aCertificate,
  aCrl,
  anAlertRule,
  aDevice,
  aLedgerEntry,
  aReservation,
  aSettlement,
  after,
  bytes,
} from "./samples.ts";
import { everything, fails, unpacked, useDatabase, type OpenedDatabase } from "./subject.ts";

const WHOLE = { authorityId: "wifi-ca", ...serialsOf(0, 1) };

/** What an installation has done: ledger, CRLs and certificates. */
export const describeRecords = (open: () => Promise<OpenedDatabase>): void => {
  const subject = useDatabase(open);
  let store: TenantStore;
  beforeEach(() => {
    store = subject.tenant();
  });

  describe("the ledger", () => {
    it("keeps what was written, newest first", async () => {
      const entries = [
        aLedgerEntry(),
        aLedgerEntry({ event: "device.wiped", subjectId: undefined, data: {} }),
        aLedgerEntry({ subjectId: "c-2" }),
      ];
      for (const entry of entries) await store.ledger.append(entry);
      const all = await everything((page) => store.ledger.list({}, page), 2);
      assert.deepEqual(
        all,
        entries.toReversed().map((entry, n) => ({
          ...entry,
          id: all[n]?.id,
          sequence: undefined,
          hash: undefined,
        })),
      );
      assert.equal(new Set(all.map(({ id }) => id)).size, 3);
      const issued = await store.ledger.list({ event: "certificate.issued" }, { limit: 9 });
      assert.equal(issued.items.length, 2);
      const one = await store.ledger.list({ subjectId: "c-2" }, { limit: 9 });
      assert.equal(one.items.length, 1);
    });

    it("R-08 lists the failures of every kind, and nothing else, page by page", async () => {
      for (const event of ["certificate.issued", ...FAILURE_EVENTS, "approval.approved"] as const)
        await store.ledger.append(aLedgerEntry({ event }));
      const failed = await everything((page) => store.ledger.list({ failures: true }, page), 2);
      assert.deepEqual(
        failed.map(({ event }) => event),
        FAILURE_EVENTS.toReversed(),
      );
    });

    it("E-26 finds refused requests of a time, both ends included, the latest first, page by page", async () => {
      const event = "certificate.refused";
      // Not in the order of their times, as nodes write them; two have one time.
      for (const [subjectId, seconds] of [
        ["late", 40],
        ["early", 10],
        ["first", 20],
        ["second", 20],
        ["last", 50],
      ] as const)
        await store.ledger.append(aLedgerEntry({ event, subjectId, at: after(seconds) }));
      await store.ledger.append(aLedgerEntry({ at: after(20) }));
      const found = async (from: number, to: number) =>
        (
          await everything(
            (page) => store.ledger.refusals({ from: after(from), to: after(to) }, page),
            1,
          )
        ).map(({ subjectId }) => subjectId);
      assert.deepEqual(await found(20, 40), ["late", "second", "first"]);
      assert.deepEqual(await found(0, 99), ["last", "late", "second", "first", "early"]);
      assert.deepEqual(await found(21, 39), []);
    });
  });

  describe("CRLs", () => {
    const scope = { authorityId: "wifi-ca", shard: 0 };
    const recordOf = (list: SignedCrl): CrlRecord => {
      const { parts, ...record } = list;
      assert.ok(parts.length > 0);
      return record;
    };
    const derOf = async (list: CrlRecord): Promise<Buffer> => {
      const parts: Uint8Array[] = [];
      for await (const part of store.crls.parts(list)) parts.push(part);
      return Buffer.concat(parts);
    };

    it("only ever get a higher number", async () => {
      assert.equal(await store.crls.latest(scope), undefined);
      const first = aCrl(99n);
      assert.equal(await store.crls.insert(first), true);
      assert.deepEqual(await store.crls.latest(scope), recordOf(first));
      assert.deepEqual(await derOf(first), Buffer.concat(first.parts));
      assert.equal(await store.crls.insert(aCrl(99n, { parts: [bytes(2)] })), false);
      assert.equal(await store.crls.insert(aCrl(9n)), false);
      assert.deepEqual(await store.crls.latest(scope), recordOf(first));
      const large = aCrl(2n ** 159n);
      assert.equal(await store.crls.insert(aCrl(100n)), true);
      assert.equal(await store.crls.insert(large), true);
      assert.deepEqual(await store.crls.latest(scope), recordOf(large));
      await fails(derOf(first), "not_found");
      for (const other of [
        { authorityId: "other", shard: 0 },
        { ...scope, shard: 1 },
      ])
        assert.equal(await store.crls.latest(other), undefined);
    });

    it("of one number go to one of many writers", async () => {
      const won = await Promise.all(
        Array.from({ length: 8 }, (_, n) => store.crls.insert(aCrl(7n, { parts: [bytes(n)] }))),
      );
      assert.equal(won.filter(Boolean).length, 1);
    });

    it("stand apart by shard, and a delta goes in with its complete list", async () => {
      const complete = aCrl(20n, { shard: 3 });
      const delta = aCrl(20n, { shard: 3, baseNumber: 11n, parts: [bytes(1, 2)] });
      assert.equal(await store.crls.insert(aCrl(30n)), true);
      assert.equal(await store.crls.insert(complete, delta), true);
      assert.equal(await store.crls.insert(aCrl(19n, { shard: 3 }), delta), false);
      assert.deepEqual(await store.crls.latest(complete), recordOf(complete));
      assert.deepEqual(await store.crls.latest(complete, "delta"), recordOf(delta));
      assert.deepEqual(await derOf(delta), Buffer.from([1, 2]));
      assert.equal((await store.crls.latest(scope))?.number, 30n);
      assert.equal(await store.crls.latest(scope, "delta"), undefined);
    });

    it("of any length come back as they went in, and stay readable for a while", async () => {
      const long = (seed: number): Uint8Array[] => [
        bytes(seed),
        new Uint8Array(1_300_000).fill(seed),
        bytes(seed, seed),
        ...Array.from({ length: 50 }, () => new Uint8Array(9_001).fill(seed + 1)),
      ];
      const first = aCrl(1n, { parts: long(1) });
      await store.crls.stage(first);
      await store.crls.stage(first);
      assert.equal(await store.crls.insert(first), true);
      assert.ok((await derOf(first)).equals(Buffer.concat(first.parts)));
      const second = aCrl(2n, { parts: long(7), thisUpdate: after(60) });
      await store.crls.stage(second);
      assert.equal(await store.crls.insert(second), true);
      assert.ok((await derOf(second)).equals(Buffer.concat(second.parts)));
      assert.ok((await derOf(first)).equals(Buffer.concat(first.parts)));
      const third = aCrl(3n, { thisUpdate: after(3600) });
      assert.equal(await store.crls.insert(third), true);
      await fails(derOf(first), "not_found");
    });

    it("count revisions that only grow, and know since when they are behind", async () => {
      const clean = { dirty: 0, published: 0, dirtySince: undefined, base: undefined };
      assert.deepEqual(await store.crls.revisions(scope), clean);
      for (let n = 1; n <= 5; n += 1) await store.crls.markDirty(scope, after(n));
      assert.deepEqual(await store.crls.revisions(scope), {
        ...clean,
        dirty: 5,
        dirtySince: after(1),
      });
      await store.crls.markPublished(scope, 4, after(4));
      await store.crls.markPublished(scope, 2, after(9));
      const behind = { ...clean, dirty: 5, published: 4, dirtySince: after(4) };
      assert.deepEqual(await store.crls.revisions(scope), behind);
      await store.crls.insert(aCrl(1n));
      assert.deepEqual(await store.crls.revisions(scope), behind);
      await store.crls.setBase(scope, { number: 1n, at: NOW });
      await store.crls.markPublished(scope, 5, after(6));
      const base = { number: 1n, at: NOW };
      assert.deepEqual(await store.crls.revisions(scope), {
        ...clean,
        dirty: 5,
        published: 5,
        base,
      });
      await store.crls.markDirty(scope, after(8));
      assert.deepEqual((await store.crls.revisions(scope)).dirtySince, after(8));
    });

    it("are due when they are behind or old, and revisions are told over all tenants", async () => {
      const { directory } = subject.database();
      const mine = async (before: Date): Promise<number[]> =>
        (await directory.listsDue(before))
          .filter(({ tenant }) => tenant === store.tenant)
          .map(({ shard }) => shard)
          .sort();
      await store.crls.insert(aCrl(1n));
      await store.crls.insert(aCrl(1n, { shard: 2 }), aCrl(1n, { shard: 2, baseNumber: 1n }));
      assert.deepEqual(await mine(after(-1)), []);
      assert.deepEqual(await mine(NOW), [0, 2]);
      await store.crls.markDirty({ ...scope, shard: 7 }, NOW);
      assert.deepEqual(await mine(after(-1)), [7]);
      const theirs = subject.tenant();
      await theirs.crls.markDirty(scope, NOW);
      await theirs.crls.markDirty(scope, NOW);
      const { tenant } = store;
      assert.deepEqual(
        await directory.statusRevisions([
          { tenant, ...scope },
          { tenant: theirs.tenant, ...scope },
          { tenant, ...scope, shard: 7 },
        ]),
        [0, 2, 1],
      );
      assert.deepEqual(await directory.statusRevisions([]), []);
    });
  });

  describe("alerts", () => {
    it("keep their rules by version, and stand once", async () => {
      const rule = anAlertRule();
      assert.equal(await store.alerts.rule("ra-expiry"), undefined);
      await store.alerts.saveRule(rule);
      assert.deepEqual(await store.alerts.rule("ra-expiry"), rule);
      await fails(store.alerts.saveRule(rule), "precondition_failed");
      const next = { ...rule, raise: 9, version: 2 };
      await store.alerts.saveRule(next);
      await fails(store.alerts.saveRule(next), "precondition_failed");
      assert.deepEqual(await store.alerts.rule("ra-expiry"), next);
      const alert = { rule: "ra-expiry", subject: "ra-1", text: "soon", since: NOW } as const;
      assert.equal(await store.alerts.raise(alert), true);
      assert.equal(await store.alerts.raise({ ...alert, text: "again" }), false);
      await store.alerts.raise({ ...alert, rule: "crl-size", since: after(1) });
      assert.deepEqual(await store.alerts.standing("ra-expiry"), [alert]);
      assert.equal((await store.alerts.standing()).length, 2);
      assert.equal(await store.alerts.clear("ra-expiry", "other"), false);
      const theirs = subject.tenant();
      assert.equal(await theirs.alerts.clear("ra-expiry", "ra-1"), false);
      assert.equal(await theirs.alerts.rule("ra-expiry"), undefined);
      assert.deepEqual(await theirs.alerts.standing(), []);
      assert.equal(await store.alerts.clear("ra-expiry", "ra-1"), true);
      assert.equal((await store.alerts.standing()).length, 1);
    });
  });

  describe("leases", () => {
    it("belong to one holder until they end, and may be prolonged or given back", async () => {
      const take = (holder: string, now: Date): Promise<boolean> =>
        store.leases.take("crl", holder, now, new Date(now.getTime() + 10_000));
      const taken = await Promise.all(["a", "b", "c"].map((holder) => take(holder, NOW)));
      assert.equal(taken.filter(Boolean).length, 1);
      const [mine, other] = taken[0] ? ["a", "b"] : [taken[1] ? "b" : "c", "a"];
      assert.equal(await take(mine, after(5)), true);
      assert.equal(await take(other, after(14)), false);
      assert.equal(await subject.tenant().leases.take("crl", other, NOW, after(1)), true);
      await store.leases.give("crl", other);
      assert.equal(await take(other, after(14)), false);
      assert.equal(await take(other, after(15)), true);
      await store.leases.give("crl", other);
      assert.equal(await take(mine, after(15)), true);
    });
  });

  describe("certificates", () => {
    it("of the installation come back with their octets", async () => {
      const own = aCertificate({
        role: "ra",
        templateId: undefined,
        templateVersion: undefined,
        endpointId: undefined,
        deviceId: undefined,
        fingerprintSha256: undefined,
        issuedAt: undefined,
      });
      await store.certificates.insert(own, bytes(48, 1, 2));
      assert.deepEqual(await store.certificates.get(own.id), own);
      assert.deepEqual(await store.certificates.bySerial("wifi-ca", own.serial), own);
      assert.equal(await store.certificates.bySerial("other", own.serial), undefined);
      assert.deepEqual(await store.certificates.der(own.id), bytes(48, 1, 2));
      assert.equal(await store.certificates.der("none"), undefined);
      assert.deepEqual(
        await store.certificates.ders([own.id, "none"]),
        new Map([[own.id, bytes(48, 1, 2)]]),
      );
      assert.equal((await store.certificates.ders([])).size, 0);
      await fails(store.certificates.insert(own, bytes(1)), "conflict");
      await fails(store.certificates.insert({ ...own, id: "another" }, bytes(1)), "conflict");
      assert.equal(await store.certificates.der("another"), undefined);
    });

    it("are filtered and paged, newest first", async () => {
      const make = async (n: number, over: Parameters<typeof aCertificate>[0]): Promise<void> => {
        const certificate = aCertificate({ id: `c${n}`, createdAt: after(n), ...over });
        await store.certificates.insert(certificate, bytes(n));
      };
      await make(1, { serial: "01" });
      await make(2, { role: "ra", authorityId: "other" });
      await make(3, { status: "failed", templateId: "vpn" });
      await make(4, { deviceId: "device-2", endpointId: "vpn-scep", notAfter: after(10) });
      const ids = async (
        filter: Parameters<typeof store.certificates.list>[0],
      ): Promise<string[]> =>
        (await everything((page) => store.certificates.list(filter, page), 2)).map(({ id }) => id);
      assert.deepEqual(await ids({}), ["c4", "c3", "c2", "c1"]);
      assert.deepEqual(await ids({ role: "ra" }), ["c2"]);
      assert.deepEqual(await ids({ authorityId: "other" }), ["c2"]);
      assert.deepEqual(await ids({ status: "failed" }), ["c3"]);
      assert.deepEqual(await ids({ templateId: "vpn" }), ["c3"]);
      assert.deepEqual(await ids({ deviceId: "device-2" }), ["c4"]);
      assert.deepEqual(await ids({ endpointId: "vpn-scep" }), ["c4"]);
      assert.deepEqual(await ids({ serial: "01" }), ["c1"]);
      assert.deepEqual(await ids({ status: "reserved" }), []);
      for (const [id, seconds] of [
        ["r1", 5],
        ["r2", 6],
      ] as const)
        await store.certificates.reserve(
          aCertificate({ id, createdAt: after(seconds), notAfter: after(1e6) }),
          bytes(1),
          after(99),
        );
      assert.deepEqual(await ids({ status: "reserved" }), ["r2", "r1"]);
      assert.deepEqual(await ids({ status: "reserved", authorityId: "nobody" }), []);
      for (const id of ["r1", "r2"]) await store.certificates.fail(id);
      assert.deepEqual(await ids({ expiresBefore: after(11) }), ["c4"]);
      assert.deepEqual(await ids({ expiresAfter: after(11), status: "issued" }), ["c1", "c2"]);
    });

    it("C-03 are found by the beginnings of words, few or many, and soonest end first", async () => {
      const ann = aCertificate({
        subject: "CN=Ann Example,O=Øre",
        sans: [{ type: "rfc822", value: "ann@mail.example" }],
        serial: "ab12",
        notAfter: after(900),
      });
      const bob = aCertificate({ subject: "CN=Bob Example", serial: "cd34", notAfter: after(300) });
      await store.certificates.insert(ann, bytes(1));
      await store.certificates.insert(bob, bytes(2));
      const beginning = { createdAt: new Date(0), id: "" };
      const [first, second] = [ann.id, bob.id].sort();
      const walked = await store.terms.walk(beginning, 1);
      assert.deepEqual(walked, { missing: [first], next: { createdAt: NOW, id: first } });
      assert.deepEqual(await store.terms.walk(walked.next, 10), {
        missing: [second],
        next: undefined,
      });
      await store.terms.take([ann.id, bob.id, "nobody"]);
      await store.terms.take([ann.id]);
      assert.deepEqual((await store.terms.walk(beginning, 10)).missing, []);
      assert.equal(await store.terms.mark(), undefined);
      await store.terms.moveMark(after(1));
      await store.terms.moveMark(NOW);
      assert.deepEqual(await store.terms.mark(), after(1), "it never goes back");
      const find = async (...text: string[]) =>
        (await store.certificates.list({ text }, { limit: 9 })).items.map(({ id }) => id).sort();
      assert.deepEqual(await find("ann@ma"), [ann.id]);
      assert.deepEqual(await find("exam"), [ann.id, bob.id].sort());
      const paged = await everything(
        (page) => store.certificates.list({ text: ["exam"] }, page),
        1,
      );
      assert.deepEqual(paged.map(({ id }) => id).sort(), [ann.id, bob.id].sort());
      assert.deepEqual(await find("exam", "bo"), [bob.id]);
      assert.deepEqual(await find("ør"), [ann.id]);
      assert.deepEqual(await find("ab12"), [ann.id]);
      assert.deepEqual(await find("xample"), [], "not inside a word");
      assert.deepEqual(await find("exam", "nobody"), []);
      const ending = await everything(
        (page) => store.certificates.list({ expiresAfter: NOW, expiresBefore: after(1000) }, page),
        1,
      );
      assert.deepEqual(
        ending.map(({ id }) => id),
        [bob.id, ann.id],
      );
      const { terms } = subject.tenant();
      assert.deepEqual((await terms.walk(beginning, 10)).missing, [], "no tenant sees another's");
      assert.equal(await terms.mark(), undefined);
    });

    it("C-03 are found newest first by a word of thousands, alone and with other conditions", async () => {
      const made = Array.from({ length: 2100 }, (_, n) =>
        aCertificate({
          subject: `CN=kiosk${n},O=Fleet`,
          createdAt: after((n * 11) % 2100),
          status: n % 50 === 7 ? "revoked" : "issued",
          ...(n % 500 === 1 ? { templateId: "rare" } : {}),
        }),
      );
      await store.run(async (tx) => {
        for (const certificate of made) await tx.certificates.insert(certificate, undefined);
      });
      const ids = made.map(({ id }) => id);
      for (let start = 0; start < ids.length; start += 300)
        await store.terms.take(ids.slice(start, start + 300));
      const newest = [...made].sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
      const same = async (
        filter: CertificateFilter,
        wanted: readonly Certificate[],
        limit: number,
      ): Promise<void> => {
        const found = await everything((page) => store.certificates.list(filter, page), limit);
        assert.deepEqual(
          found.map(({ id }) => id),
          wanted.map(({ id }) => id),
        );
      };
      const revoked = newest.filter(({ status }) => status === "revoked");
      const rare = newest.filter(({ templateId }) => templateId === "rare");
      await same({ text: ["kiosk"] }, newest, 400);
      await same({ text: ["fleet", "kiosk"], status: "revoked" }, revoked, 5);
      await same({ text: ["kiosk"], templateId: "rare" }, rare, 2);
      await same({ authorityId: made[0]?.authorityId, templateId: "rare" }, rare, 2);
      await same({ deviceId: made[0]?.deviceId, status: "revoked" }, revoked, 40);
      await same({ text: ["kiosk"], templateId: "nobody" }, [], 5);
    });

    it("live ones of a device are issued, reserved or on hold, and not expired", async () => {
      const states = ["issued", "reserved", "revoked", "failed"] as const;
      for (const status of states)
        await store.certificates.insert(aCertificate({ id: status, status }), bytes(1));
      await store.certificates.insert(aCertificate({ id: "held" }), bytes(1));
      await store.certificates.hold("held", NOW, "lost", undefined);
      await store.certificates.insert(aCertificate({ id: "old", notAfter: NOW }), bytes(1));
      const live = await store.certificates.liveOfDevice("device-1", NOW);
      assert.deepEqual(live.map(({ id }) => id).sort(), ["held", "issued", "reserved"]);
    });

    it("of an authority end with the last that was not given up", async () => {
      const put = (id: string, seconds: number, over: Partial<Certificate> = {}): Promise<void> =>
        store.certificates.insert(
          aCertificate({ id, notAfter: after(seconds), ...over }),
          bytes(1),
        );
      assert.equal(await store.certificates.lastEnd("wifi-ca"), undefined);
      await put("soon", 10);
      await put("revoked", 99, { status: "revoked" });
      await put("failed", 500, { status: "failed" });
      await put("another's", 999, { authorityId: "other" });
      assert.deepEqual(await store.certificates.lastEnd("wifi-ca"), after(99));
      assert.equal(await subject.tenant().certificates.lastEnd("wifi-ca"), undefined);
      // What somebody asks the authority about: not its responders, nor a root's own.
      await put("responder", 2000, { role: "ocsp" });
      await put("its own", 3000, { role: "authority", serial: "0abc" });
      const relied = (authorityId: string, own: readonly string[]): Promise<Date | undefined> =>
        store.certificates.lastRelied(authorityId, own);
      assert.deepEqual(await relied("wifi-ca", ["0abc"]), after(99));
      assert.deepEqual(await relied("wifi-ca", ["0abc", "0def"]), after(99));
      assert.deepEqual(await relied("wifi-ca", []), after(3000));
      assert.equal(await relied("nobody", []), undefined);
    });

    it("on hold are listed by themselves, and among the revoked", async () => {
      for (const id of ["good", "held", "gone"])
        await store.certificates.insert(aCertificate({ id }), bytes(1));
      await store.certificates.hold("held", after(1), "lost", undefined);
      await store.certificates.revoke("gone", after(1), "superseded", undefined);
      const of = async (status: "suspended" | "revoked"): Promise<readonly string[]> =>
        (await store.certificates.list({ status }, { limit: 9 })).items.map(({ id }) => id).sort();
      assert.deepEqual(await of("suspended"), ["held"]);
      assert.deepEqual(await of("revoked"), ["gone", "held"]);
    });

    it("are revoked once, from issued, reserved or on hold", async () => {
      const states = ["issued", "reserved", "failed"] as const;
      for (const status of states)
        await store.certificates.insert(aCertificate({ id: status, status }), bytes(1));
      await store.certificates.insert(aCertificate({ id: "held" }), bytes(1));
      await store.certificates.hold("held", after(2), "admin", after(99));
      const revoke = (id: string): Promise<boolean> =>
        store.certificates.revoke(id, after(5), "keyCompromise", after(3));
      assert.equal(await revoke("issued"), true);
      assert.equal(await revoke("issued"), false);
      assert.equal(await revoke("reserved"), true);
      assert.equal(await revoke("held"), true);
      assert.equal(await revoke("failed"), false);
      assert.equal(await revoke("none"), false);
      const revoked = await store.certificates.get("issued");
      assert.equal(revoked?.status, "revoked");
      assert.deepEqual(revoked.revokedAt, after(5));
      assert.equal(revoked.revocationReason, "keyCompromise");
      assert.deepEqual(revoked.invalidityDate, after(3));
      const held = await store.certificates.get("held");
      assert.deepEqual([held?.revokedAt, held?.hold], [after(2), undefined]);
      assert.equal(held?.revocationReason, "keyCompromise");
      assert.equal(await store.certificates.release("held", after(6), "admin"), false);
      assert.deepEqual(await store.certificates.holdsEnded(after(999), 9), []);
    });

    it("C-16 are not to be trusted since an earlier time, never since a later one; when they were revoked stays", async () => {
      const { certificates } = store;
      for (const [index, id] of ["bare", "dated", "held", "good"].entries())
        await certificates.insert(aCertificate({ id, serial: `0${index}` }), bytes(1));
      await certificates.revoke("dated", after(50), "superseded", after(30));
      await certificates.revoke("bare", after(50), "superseded", undefined);
      await certificates.hold("held", after(50), "lost", undefined);
      const move = (id: string, to: number, reason?: "keyCompromise") =>
        certificates.predate(id, after(60), after(to), reason);
      assert.equal(await move("dated", 31), false);
      assert.equal(await move("dated", 30), false);
      assert.equal(await move("dated", 29), true);
      assert.equal(await move("bare", 50), false);
      assert.equal(await move("bare", 49, "keyCompromise"), true);
      for (const id of ["held", "good", "none"]) assert.equal(await move(id, -9), false);
      const [dated, bare] = [await certificates.get("dated"), await certificates.get("bare")];
      assert.deepEqual(
        [dated?.invalidityDate, dated?.revocationReason, dated?.revokedAt],
        [after(29), "superseded", after(50)],
      );
      assert.deepEqual(
        [bare?.invalidityDate, bare?.revocationReason, bare?.revokedAt],
        [after(49), "keyCompromise", after(50)],
      );
      const scope = { authorityId: "wifi-ca", from: "", before: "g" };
      const changed = await certificates.changedPage(scope, after(55), undefined, 9);
      assert.deepEqual(
        changed.map(({ serial, invalidityDate }) => [serial, invalidityDate]),
        [
          ["00", after(49)],
          ["01", after(29)],
        ],
        "a delta has both anew",
      );
    });

    it("are on hold until the last cause is gone, or to its end", async () => {
      const { certificates } = store;
      await certificates.insert(aCertificate({ id: "a" }), bytes(1));
      await certificates.insert(aCertificate({ id: "failed", status: "failed" }), bytes(1));
      assert.equal(await certificates.release("a", NOW, "lost"), false);
      assert.equal(await certificates.hold("a", after(1), "lost", undefined), "held");
      assert.equal(await certificates.hold("a", after(2), "lost", undefined), false);
      assert.equal(await certificates.hold("a", after(3), "admin", after(9)), "added");
      assert.equal(await certificates.hold("failed", NOW, "lost", undefined), false);
      const held = await certificates.get("a");
      assert.deepEqual(held?.hold, { causes: ["lost", "admin"], until: after(9) });
      assert.deepEqual([held.status, held.revocationReason], ["revoked", "certificateHold"]);
      assert.deepEqual(held.revokedAt, after(1));
      assert.deepEqual(await certificates.holdsEnded(after(8), 9), []);
      assert.deepEqual(
        (await certificates.holdsEnded(after(9), 9)).map(({ id }) => id),
        ["a"],
      );
      assert.equal(await certificates.release("a", after(10), "admin"), "taken");
      assert.deepEqual(await certificates.holdsEnded(after(99), 9), []);
      assert.equal(await certificates.release("a", after(11), "lost"), "released");
      const good = await certificates.get("a");
      assert.deepEqual(
        [good?.status, good?.hold, good?.revokedAt],
        ["issued", undefined, undefined],
      );
    });

    it("released while they are signed go on to be signed", async () => {
      await store.devices.save(aDevice());
      const item = aReservation();
      await store.enrolments.reserve(item);
      assert.equal(await store.certificates.hold(item.id, NOW, "lost", undefined), "held");
      assert.equal(await store.certificates.release(item.id, NOW, "lost"), "released");
      assert.equal((await store.certificates.get(item.id))?.status, "reserved");
      assert.equal(await store.enrolments.settle(aSettlement(item.id)), "issued");
    });

    it("tell what has changed since a moment, the released as removed", async () => {
      const { certificates } = store;
      for (const serial of ["01", "02", "03", "7f00"])
        await certificates.insert(aCertificate({ id: serial, serial }), bytes(1));
      await certificates.revoke("01", after(1), "superseded", after(0));
      await certificates.hold("02", after(2), "admin", undefined);
      await certificates.hold("03", after(2), "admin", undefined);
      await certificates.release("03", after(4), "admin");
      await certificates.revoke("7f00", after(5), "keyCompromise", undefined);
      const scopeOf = (shard: number, shards: number) => ({
        authorityId: "wifi-ca",
        ...serialsOf(shard, shards),
      });
      const all = await certificates.changedPage(scopeOf(0, 1), after(2), undefined, 9);
      assert.deepEqual(
        all.map(({ serial, reason, revokedAt }) => [serial, reason, revokedAt]),
        [
          ["02", "certificateHold", after(2)],
          ["03", "removeFromCRL", after(4)],
          ["7f00", "keyCompromise", after(5)],
        ],
      );
      const rest = await certificates.changedPage(scopeOf(0, 1), NOW, "02", 1);
      assert.deepEqual(
        rest.map(({ serial }) => serial),
        ["03"],
      );
      const last = await certificates.changedPage(scopeOf(1, 2), NOW, undefined, 9);
      assert.deepEqual(
        last.map(({ serial }) => serial),
        ["7f00"],
      );
      const listed = unpacked(await certificates.revokedPack(scopeOf(0, 2), NOW, undefined, 9));
      assert.deepEqual(
        listed.map(({ serial }) => serial),
        ["01", "02"],
      );
    });

    it("make CRL pages ordered by serial, without the expired", async () => {
      const serials = ["0b", "02", "0a", "ff10"];
      for (const serial of serials) {
        const certificate = aCertificate({ id: serial, serial });
        await store.certificates.insert(certificate, bytes(1));
        await store.certificates.revoke(serial, after(1), "superseded", undefined);
      }
      await store.certificates.insert(aCertificate({ serial: "03" }), bytes(1));
      const expired = aCertificate({ serial: "04", notAfter: after(-1) });
      await store.certificates.insert(expired, bytes(1));
      await store.certificates.revoke(expired.id, NOW, "superseded", undefined);
      const page = async (from?: string) => {
        const pack = await store.certificates.revokedPack(WHOLE, NOW, from, 3);
        assert.equal(pack.entries, unpacked(pack).length);
        assert.equal(pack.last, unpacked(pack).at(-1)?.serial);
        return unpacked(pack);
      };
      const first = await page();
      assert.deepEqual(first[0], {
        serial: "02",
        revokedAt: after(1),
        reason: "superseded",
        invalidityDate: undefined,
      });
      assert.deepEqual(
        first.map(({ serial }) => serial),
        ["02", "0a", "0b"],
      );
      assert.deepEqual(
        (await page("0b")).map(({ serial }) => serial),
        ["ff10"],
      );
      assert.deepEqual(await page("ff10"), []);
      await store.certificates.insert(
        aCertificate({ id: "compromised", serial: "0a0a" }),
        bytes(1),
      );
      await store.certificates.revoke("compromised", after(2), "keyCompromise", after(-9));
      assert.deepEqual((await page("0a"))[0], {
        ...{ serial: "0a0a", revokedAt: after(2) },
        ...{ reason: "keyCompromise", invalidityDate: after(-9) },
      });
    });
  });
};
