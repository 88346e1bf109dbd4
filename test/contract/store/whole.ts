import assert from "node:assert/strict";
import { CountersignError } from "../../../plugin/errors.ts";
import { serialsOf } from "../../../plugin/domain/crl-scope.ts";
import type { TenantStore } from "../../../plugin/ports/stores.ts";
import {
  NOW,
  aCertificate,
  aChallenge,
  aCrl,
  aDeployment,
  aDevice,
  aLedgerEntry,
  aReservation,
  aSettlement,
  aTemplate,
  after,
  anAuthority,
  anEndpoint,
  anRa,
  bytes,
} from "./samples.ts";
import { everything, fails, unpacked, useDatabase, type OpenedDatabase } from "./subject.ts";

/** What concerns all stores at once: tenants, transactions, the outbox and the directory. */
export const describeWhole = (open: () => Promise<OpenedDatabase>): void => {
  const subject = useDatabase(open);
  let store: TenantStore;
  beforeEach(() => {
    store = subject.tenant();
  });

  describe("tenants", () => {
    it("see and change nothing of each other by any method", async () => {
      const theirs = subject.tenant();
      const endpoint = anEndpoint();
      const certificate = aCertificate();
      await store.authorities.insert(anAuthority());
      await store.ras.insert(anRa());
      await store.templates.insert(aTemplate());
      await store.endpoints.insert(endpoint);
      await store.devices.save(aDevice());
      await store.deployments.save(aDeployment());
      await store.challenges.insert(aChallenge(), "aa");
      await store.certificates.insert(certificate, bytes(1));
      const scope = { authorityId: "wifi-ca", shard: 0 };
      await store.crls.insert(aCrl(5n));
      await store.crls.markDirty(scope, NOW);
      await store.ledger.append(aLedgerEntry());
      await store.outbox.add({ kind: "publish-profile", deploymentId: "deployment-1" }, NOW);
      const reservation = aReservation({ leaseUntil: NOW });
      await store.enrolments.reserve(reservation);

      const nothing = [
        await theirs.authorities.get("wifi-ca"),
        await theirs.ras.get("ra-1"),
        await theirs.templates.get("wifi"),
        await theirs.endpoints.get(endpoint.id),
        await theirs.devices.get("device-1"),
        await theirs.devices.byHostId("jamf", "42"),
        await theirs.deployments.get("deployment-1"),
        await theirs.deployments.find("device-1", "wifi"),
        await theirs.challenges.get("challenge-1"),
        (await theirs.challenges.presented("office", "aa"))?.challenge,
        await theirs.certificates.get(certificate.id),
        await theirs.certificates.bySerial("wifi-ca", certificate.serial),
        await theirs.certificates.der(certificate.id),
        await theirs.crls.latest(scope),
      ];
      assert.deepEqual(
        nothing,
        nothing.map(() => undefined),
      );
      const page = { limit: 9 };
      const empty = [
        await theirs.authorities.list(),
        await theirs.ras.list(),
        await theirs.templates.list(),
        await theirs.endpoints.list(),
        await theirs.devices.byAttribute("serialnumber", "C02XG", 9),
        (await theirs.devices.list(page)).items,
        (await theirs.deployments.list({}, page)).items,
        (await theirs.certificates.list({}, page)).items,
        await theirs.certificates.liveOfDevice("device-1", NOW),
        unpacked(
          await theirs.certificates.revokedPack(
            { ...scope, ...serialsOf(0, 1) },
            NOW,
            undefined,
            9,
          ),
        ),
        await theirs.certificates.holdsEnded(after(1), 9),
        (await theirs.outbox.list({}, page)).items,
        (await theirs.ledger.list({}, page)).items,
        await theirs.outbox.claim(9, after(1), after(2)),
        await theirs.challenges.burnOfDevice("device-1"),
      ];
      assert.deepEqual(
        empty,
        empty.map(() => []),
      );
      assert.equal((await theirs.crls.revisions(scope)).dirty, 0);

      await fails(theirs.authorities.update(anAuthority({ version: 2 })), "precondition_failed");
      await fails(theirs.templates.update(aTemplate({ version: 2 })), "precondition_failed");
      await fails(theirs.endpoints.update({ ...endpoint, version: 2 }), "precondition_failed");
      await fails(theirs.ras.update(anRa({ subject: "x" })), "not_found");
      assert.equal(await theirs.templates.delete("wifi"), false);
      assert.equal(await theirs.endpoints.delete(endpoint.id), false);
      assert.equal(
        await theirs.certificates.revoke(certificate.id, NOW, "unspecified", undefined),
        false,
      );
      // The same ids are theirs to use.
      await theirs.devices.save(aDevice({ platform: "windows" }));
      await theirs.deployments.save(aDeployment({ state: "queued" }));
      await theirs.challenges.insert(aChallenge({ templateId: "vpn" }), "aa");
      await theirs.certificates.insert({ ...certificate, subject: "CN=theirs" }, bytes(2));
      assert.equal(await theirs.crls.insert(aCrl(1n)), true);
      await theirs.crls.markPublished(scope, 9, NOW);
      const [entry] = await store.outbox.claim(1, NOW, NOW);
      assert.ok(entry);
      await theirs.outbox.done(entry);
      await theirs.outbox.retry(entry, after(99), "no");
      await theirs.outbox.bury(entry, after(99), "no");
      assert.equal(await theirs.outbox.resend(entry.id, NOW), false);
      await theirs.certificates.hold(certificate.id, NOW, "lost", undefined);
      assert.equal(await theirs.enrolments.settle(aSettlement(reservation.id)), "lost");
      await theirs.enrolments.release(reservation.id, NOW);
      assert.equal(await theirs.enrolments.reconcile(after(99)), 0);

      assert.deepEqual(await store.devices.get("device-1"), aDevice());
      assert.deepEqual(await store.deployments.get("deployment-1"), aDeployment());
      assert.deepEqual(await store.challenges.get("challenge-1"), aChallenge());
      assert.deepEqual(await store.certificates.get(certificate.id), certificate);
      assert.deepEqual(await store.certificates.der(certificate.id), bytes(1));
      assert.equal((await store.crls.latest(scope))?.number, 5n);
      assert.equal((await store.crls.revisions(scope)).dirty, 1);
      assert.equal((await store.crls.revisions(scope)).published, 0);
      assert.equal((await store.certificates.get(reservation.id))?.status, "reserved");
      assert.equal((await store.outbox.claim(9, NOW, after(9))).length, 1);
      assert.equal(store.tenant === theirs.tenant, false);
    });

    it("may use the same idempotence key, ciphertext and challenge ids", async () => {
      const theirs = subject.tenant();
      const ciphertext = { digest: "aa", content: "mine" };
      const mine = aReservation({ ciphertext, challengeId: "challenge-1" });
      const other = aReservation({
        idempotencyKey: mine.idempotencyKey,
        ciphertext: { digest: "aa", content: "theirs" },
        challengeId: "challenge-1",
      });
      for (const each of [store, theirs]) {
        await each.devices.save(aDevice());
        await each.challenges.insert(aChallenge(), "aa");
      }
      const results = await Promise.all([
        store.enrolments.reserve(mine),
        theirs.enrolments.reserve(other),
      ]);
      assert.deepEqual(results, [{ status: "reserved" }, { status: "reserved" }]);
      await theirs.enrolments.release(other.id, NOW);
      assert.equal((await store.challenges.get("challenge-1"))?.state, "reserved");
    });
  });

  describe("run", () => {
    it("commits all, and sees what it wrote before", async () => {
      const seen = await store.run(async (tx) => {
        assert.equal(tx.tenant, store.tenant);
        await tx.devices.save(aDevice());
        await tx.outbox.add({ kind: "publish-profile", deploymentId: "x" }, NOW);
        assert.equal(await store.devices.get("device-1"), undefined);
        return tx.devices.get("device-1");
      });
      assert.deepEqual(seen, aDevice());
      assert.deepEqual(await store.devices.get("device-1"), aDevice());
    });

    it("rolls back everything when it fails, with the caller's own error", async () => {
      const mine = new RangeError("mine");
      const work = store.run(async (tx) => {
        await tx.devices.save(aDevice());
        await tx.crls.markDirty({ authorityId: "wifi-ca", shard: 0 }, NOW);
        await tx.enrolments.reserve(aReservation());
        throw mine;
      });
      await assert.rejects(work, (error) => error === mine);
      await fails(
        store.run(async (tx) => {
          await tx.ledger.append(aLedgerEntry());
          throw new CountersignError("policy_refused", "no");
        }),
        "policy_refused",
      );
      assert.equal(await store.devices.get("device-1"), undefined);
      assert.equal((await store.crls.revisions({ authorityId: "wifi-ca", shard: 0 })).dirty, 0);
      assert.deepEqual((await store.ledger.list({}, { limit: 9 })).items, []);
      assert.deepEqual((await store.certificates.list({}, { limit: 9 })).items, []);
    });

    it("goes on after a refused write that the callback caught", async () => {
      await store.templates.insert(aTemplate());
      await store.run(async (tx) => {
        await fails(tx.templates.insert(aTemplate()), "conflict");
        await fails(tx.templates.update(aTemplate({ version: 7 })), "precondition_failed");
        await tx.devices.save(aDevice());
      });
      assert.deepEqual(await store.devices.get("device-1"), aDevice());
    });

    it("does not nest, and its store ends with it", async () => {
      await fails(
        store.run((tx) => tx.run(async () => undefined)),
        "internal",
      );
      let kept: TenantStore | undefined;
      await store.run(async (tx) => {
        kept = tx;
      });
      await fails(kept!.devices.get("device-1"), "internal");
      await fails(kept!.devices.save(aDevice()), "internal");
      await fails(kept!.enrolments.reserve(aReservation()), "internal");
      assert.equal(await store.devices.get("device-1"), undefined);
    });

    it("tell what waits for them once they have committed, and never when they have not", async () => {
      const seen: string[] = [];
      const result = await store.run(async (tx) => {
        tx.afterCommit(() => seen.push("committed"));
        await tx.devices.save(aDevice());
        assert.deepEqual(seen, []);
        return "result";
      });
      assert.deepEqual([result, seen], ["result", ["committed"]]);
      await assert.rejects(
        store.run(async (tx) => {
          tx.afterCommit(() => seen.push("never"));
          await tx.devices.save(aDevice({ id: "device-2", hostDeviceId: "other" }));
          throw new Error("no");
        }),
        /no/,
      );
      store.afterCommit(() => seen.push("at once"));
      assert.deepEqual(seen, ["committed", "at once"]);
    });

    it("of many at once come one after the other", async () => {
      await store.templates.insert(aTemplate());
      await Promise.all(
        Array.from({ length: 10 }, () =>
          store.run(async (tx) => {
            const template = await tx.templates.get("wifi");
            assert.ok(template);
            await tx.templates.update({ ...template, version: template.version + 1 });
          }),
        ),
      );
      assert.equal((await store.templates.get("wifi"))?.version, 11);
    });

    it("takes enrolments along", async () => {
      await store.devices.save(aDevice());
      const reservation = aReservation();
      await store.run(async (tx) => {
        assert.deepEqual(await tx.enrolments.reserve(reservation), { status: "reserved" });
        assert.equal(await tx.enrolments.settle(aSettlement(reservation.id)), "issued");
      });
      assert.equal((await store.certificates.get(reservation.id))?.status, "issued");
    });
  });

  describe("the outbox", () => {
    const effect = {
      kind: "revoke-outside",
      authorityId: "ca",
      serial: "0a",
      reason: "superseded",
    } as const;

    it("hands out what is due, once while its lease runs", async () => {
      await store.outbox.add(effect, NOW);
      await store.outbox.add({ kind: "publish-profile", deploymentId: "late" }, after(60));
      const [entry, ...others] = await store.outbox.claim(9, NOW, after(10));
      assert.deepEqual([entry?.effect, entry?.attempts, others], [effect, 0, []]);
      assert.deepEqual(await store.outbox.claim(9, after(9), after(20)), []);
      // Whoever had it died: it comes again.
      const [again] = await store.outbox.claim(9, after(10), after(20));
      assert.deepEqual(again, { id: entry!.id, effect, attempts: 1 });
      // What the one before still does to it counts no more.
      await store.outbox.done(entry!);
      await store.outbox.retry(entry!, NOW, "late");
      await store.outbox.bury(entry!, NOW, "late");
      assert.equal(await store.outbox.hold(entry!, after(99)), false);
      assert.equal(await store.outbox.hold(again, after(30)), true);
      assert.deepEqual(await store.outbox.claim(9, after(29), after(50)), []);
      await store.outbox.done(again);
      await store.outbox.done(again);
      assert.deepEqual(await store.outbox.claim(9, after(59), after(99)), []);
      assert.equal((await store.outbox.claim(9, after(60), after(99))).length, 1);
    });

    it("gives back for later what failed", async () => {
      await store.outbox.add(effect, NOW);
      const [entry] = await store.outbox.claim(1, NOW, after(10));
      await store.outbox.retry(entry!, after(30), "host is down");
      assert.deepEqual(await store.outbox.claim(1, after(29), after(99)), []);
      const [again] = await store.outbox.claim(1, after(30), after(99));
      assert.equal(again?.id, entry!.id);
      assert.equal(again.attempts, 1);
    });

    it("keeps dead letters until they are sent again", async () => {
      await store.outbox.add(effect, NOW);
      await store.outbox.add({ kind: "publish-profile", deploymentId: "x" }, after(50));
      const [entry] = await store.outbox.claim(1, NOW, after(10));
      await store.outbox.bury(entry!, after(5), "refused");
      assert.deepEqual(await store.outbox.claim(9, after(49), after(99)), []);
      const page = { limit: 9 };
      const [dead] = (await store.outbox.list({ state: "dead" }, page)).items;
      assert.deepEqual(dead, {
        id: entry!.id,
        effect,
        state: "dead",
        attempts: 1,
        createdAt: NOW,
        dueAt: undefined,
        deadAt: after(5),
        reason: "refused",
      });
      assert.deepEqual(await store.outbox.get(dead.id), dead);
      assert.equal((await store.outbox.list({ state: "waiting" }, page)).items.length, 1);
      assert.equal((await everything((page) => store.outbox.list({}, page), 1)).length, 2);
      assert.deepEqual(await store.outbox.counts(after(49)), { late: 0, dead: 1 });
      assert.deepEqual(await store.outbox.counts(after(50)), { late: 1, dead: 1 });
      assert.equal(await store.outbox.resend(dead.id, after(6)), true);
      const [again] = await store.outbox.claim(9, after(6), after(99));
      assert.deepEqual(again, { id: dead.id, effect, attempts: 0 });
      assert.equal(await store.outbox.resend("none", NOW), false);
    });

    it("is shared out among many claimers without a double", async () => {
      for (let n = 0; n < 20; n += 1)
        await store.outbox.add({ kind: "publish-profile", deploymentId: String(n) }, after(n));
      const claims = await Promise.all(
        Array.from({ length: 6 }, () => store.outbox.claim(4, after(99), after(199))),
      );
      const ids = claims.flat().map(({ id }) => id);
      assert.equal(ids.length, 20);
      assert.equal(new Set(ids).size, 20);
      assert.deepEqual(
        claims[0]?.map((entry) => entry.effect),
        [0, 1, 2, 3].map((n) => ({ kind: "publish-profile", deploymentId: String(n) })),
      );
    });
  });

  describe("the directory", () => {
    it("knows tenants and whose an endpoint is", async () => {
      const { directory } = subject.database();
      const tenant = { id: store.tenant, name: "Ünïcode AG", createdAt: NOW };
      await directory.createTenant(tenant);
      await fails(directory.createTenant({ ...tenant, name: "other" }), "conflict");
      assert.deepEqual(
        (await directory.tenants()).filter(({ id }) => id === store.tenant),
        [tenant],
      );
      const endpoint = anEndpoint();
      await store.endpoints.insert(endpoint);
      assert.equal(await directory.tenantOfEndpoint(endpoint.id), store.tenant);
      assert.equal(await directory.tenantOfEndpoint("none"), undefined);
    });

    it("knows which tenants have something due", async () => {
      const { directory } = subject.database();
      const due = async (at: Date): Promise<readonly string[]> => {
        const mine = [store.tenant, other.tenant];
        return (await directory.tenantsDue(at)).filter((tenant) => mine.includes(tenant));
      };
      const other = subject.tenant();
      await store.outbox.add({ kind: "publish-profile", deploymentId: "x" }, after(10));
      await other.devices.save(aDevice());
      await other.enrolments.reserve(aReservation({ leaseUntil: after(20) }));
      assert.deepEqual(await due(after(9)), []);
      assert.deepEqual(await due(after(10)), [store.tenant]);
      assert.deepEqual([...(await due(after(20)))].sort(), [store.tenant, other.tenant].sort());
      await store.outbox.claim(1, after(20), after(50));
      await other.enrolments.reconcile(after(20));
      assert.deepEqual(await due(after(30)), []);
      assert.deepEqual(await due(after(50)), [store.tenant]);
    });

    it("makes a setting once, whoever asks first", async () => {
      const { directory } = subject.database();
      const name = `secret-${store.tenant}`;
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, n) => directory.setting(name, async () => bytes(n, 1, 2))),
      );
      for (const answer of answers) assert.deepEqual(answer, answers[0]);
      const later = await directory.setting(name, () => assert.fail("made twice"));
      assert.deepEqual(later, answers[0]);
    });

    it("stores no setting that could not be made", async () => {
      const { directory } = subject.database();
      const name = `none-${store.tenant}`;
      await assert.rejects(
        directory.setting(name, () => Promise.reject(new Error("no"))),
        /no/,
      );
      assert.deepEqual(await directory.setting(name, async () => bytes(4)), bytes(4));
    });
  });

  it("checks itself, and may be migrated again", async () => {
    await subject.database().check();
    await store.devices.save(aDevice());
    await subject.database().migrate();
    assert.deepEqual(await store.devices.get("device-1"), aDevice());
  });
};
