import assert from "node:assert/strict";
import type { TenantStore } from "../../../plugin/ports/stores.ts";
import { NOW, aCertificate, aLedgerEntry, after, bytes } from "./samples.ts";
import { everything, fails, useDatabase, type OpenedDatabase } from "./subject.ts";

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
  });

  describe("CRLs", () => {
    const list = { authorityId: "wifi-ca", thisUpdate: NOW, nextUpdate: after(60) };

    it("only ever get a higher number", async () => {
      assert.equal(await store.crls.latest("wifi-ca"), undefined);
      const first = { ...list, number: 99n, der: bytes(1) };
      assert.equal(await store.crls.insert(first), true);
      assert.deepEqual(await store.crls.latest("wifi-ca"), first);
      assert.equal(await store.crls.insert({ ...list, number: 99n, der: bytes(2) }), false);
      assert.equal(await store.crls.insert({ ...list, number: 9n, der: bytes(2) }), false);
      assert.deepEqual(await store.crls.latest("wifi-ca"), first);
      const large = { ...list, number: 2n ** 159n, der: bytes(3) };
      assert.equal(await store.crls.insert({ ...list, number: 100n, der: bytes(2) }), true);
      assert.equal(await store.crls.insert(large), true);
      assert.deepEqual(await store.crls.latest("wifi-ca"), large);
      assert.equal(await store.crls.latest("other"), undefined);
    });

    it("of one number go to one of many writers", async () => {
      const won = await Promise.all(
        Array.from({ length: 8 }, (_, n) =>
          store.crls.insert({ ...list, number: 7n, der: bytes(n) }),
        ),
      );
      assert.equal(won.filter(Boolean).length, 1);
    });

    it("count revisions that only grow", async () => {
      assert.deepEqual(await store.crls.revisions("wifi-ca"), { dirty: 0, published: 0 });
      await Promise.all(Array.from({ length: 5 }, () => store.crls.markDirty("wifi-ca")));
      await store.crls.markPublished("wifi-ca", 4);
      await store.crls.markPublished("wifi-ca", 2);
      assert.deepEqual(await store.crls.revisions("wifi-ca"), { dirty: 5, published: 4 });
      await store.crls.insert({ ...list, number: 1n, der: bytes(1) });
      assert.deepEqual(await store.crls.revisions("wifi-ca"), { dirty: 5, published: 4 });
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
      await make(4, { deviceId: "device-2", notAfter: after(10) });
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
      assert.deepEqual(await ids({ serial: "01" }), ["c1"]);
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
      assert.equal(await store.terms.advance(after(1), 1), 1, "in batches");
      assert.equal(await store.terms.advance(after(1), 10), 1);
      assert.equal(await store.terms.advance(after(1), 10), 0);
      const find = async (...text: string[]) =>
        (await store.certificates.list({ text }, { limit: 9 })).items.map(({ id }) => id).sort();
      assert.deepEqual(await find("ann@ma"), [ann.id]);
      assert.deepEqual(await find("exam"), [ann.id, bob.id].sort());
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
      assert.equal(
        await subject.tenant().terms.advance(after(1), 10),
        0,
        "no tenant sees another's",
      );
    });

    it("live ones of a device are issued or reserved, and not expired", async () => {
      const states = ["issued", "reserved", "revoked", "failed"] as const;
      for (const status of states)
        await store.certificates.insert(aCertificate({ id: status, status }), bytes(1));
      await store.certificates.insert(aCertificate({ id: "old", notAfter: NOW }), bytes(1));
      const live = await store.certificates.liveOfDevice("device-1", NOW);
      assert.deepEqual(live.map(({ id }) => id).sort(), ["issued", "reserved"]);
    });

    it("are revoked once, from issued or reserved", async () => {
      const states = ["issued", "reserved", "failed"] as const;
      for (const status of states)
        await store.certificates.insert(aCertificate({ id: status, status }), bytes(1));
      const revoke = (id: string): Promise<boolean> =>
        store.certificates.revoke(id, after(5), "keyCompromise", after(3));
      assert.equal(await revoke("issued"), true);
      assert.equal(await revoke("issued"), false);
      assert.equal(await revoke("reserved"), true);
      assert.equal(await revoke("failed"), false);
      assert.equal(await revoke("none"), false);
      const revoked = await store.certificates.get("issued");
      assert.equal(revoked?.status, "revoked");
      assert.deepEqual(revoked.revokedAt, after(5));
      assert.equal(revoked.revocationReason, "keyCompromise");
      assert.deepEqual(revoked.invalidityDate, after(3));
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
      const page = (from?: string): ReturnType<typeof store.certificates.revokedPage> =>
        store.certificates.revokedPage("wifi-ca", NOW, from, 3);
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
    });
  });
};
