import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { openPkcs12 } from "../support/open-pkcs12.ts";
import { assertVerifies, openssl } from "../support/openssl.ts";
import { newKey, refused, serialOf } from "./device.ts";
import { containerOf, leafOf, opened, spellings } from "./key-profiles.ts";
import { type Place, useKeySite } from "./key-site.ts";
import { DAY, eventually } from "./served.ts";
import { chainOf } from "./site.ts";

/** Keys that are made here, handed over by every kind of profile (P-05); `whole` goes through every platform, and waits for the planner. */
export const describeKeysMadeHere = (database: string, place: Place, whole: boolean): void => {
  describe(`flows: keys made at the CA, on ${database}`, function () {
    this.timeout(60_000);
    const keys = useKeySite(database, place);
    const { template, assigned, statusOf, gate, logged } = keys;

    for (const [platform, key, encoding] of [
      ["apple", "rsa-2048", "compatible"],
      ["windows", "ec-p384", "strong"],
      ["android", "rsa-2048", "strong"],
      ["other", "ec-p256", "strong"],
    ] as const)
      if (whole || platform === "android")
        it(`P-05 ${platform}: the profile holds a ${key} with its certificate and chain, made when the host takes the command`, async () => {
          await template(`p12-${platform}`, { keyAlgorithms: [key] });
          const device = await assigned(`p12-${platform}`, platform);
          keys.served.clock.advance(3 * DAY);
          assert.deepEqual(await device.certificates(), [], "nothing is made before");
          const profile =
            platform === "apple"
              ? await keys.served.countersign.hooks.profileTaken({ deploymentId: device.id })
              : await device.take();
          const container = await opened(profile);
          assert.equal(container.encoding, encoding);
          const jwk = createPrivateKey(container.key).export({ format: "jwk" });
          assert.equal(
            jwk.kty === "RSA" ? "rsa-2048" : `ec-${jwk.crv?.replace("-", "").toLowerCase() ?? ""}`,
            key,
          );
          const [leaf, ...chain] = container.certificates;
          assert.ok(leaf);
          const authorities = await chainOf(keys.api, keys.site.authority);
          assert.deepEqual(chain, authorities);
          await assertVerifies(leaf, authorities, [], keys.served.clock.now());

          const [row] = await device.certificates();
          assert.equal(row.serial, serialOf(leaf));
          assert.deepEqual(
            [row.status, row.templateId, row.subject],
            ["issued", `p12-${platform}`, `CN=${device.event.deviceId},O=Lab`],
          );
          const issued = await device.state();
          assert.deepEqual([issued.state, issued.certificateId], ["issued", row.id]);
          const { commandId } = issued;
          assert.equal(commandId, device.mine().at(-1)?.id);
          await keys.served.countersign.hooks.commandAcknowledged({
            ...{ ...device.event, deploymentId: device.id, commandId },
          });
          assert.equal((await device.state()).state, "installed");
          const told = (await device.timeline()).find(
            ({ event }) => event === "certificate.issued",
          );
          assert.match(told.summary as string, new RegExp(`its ${key} key was made here`));
          await assert.rejects(device.take(), { code: "conflict" });
        });

    it("P-05 a signed Apple profile opens after its signature is taken off", async () => {
      const device = await assigned("p12", "apple");
      const { body, platform, ...rest } = await device.take();
      const plain = await openssl(["cms", "-verify", "-noverify", "-inform", "DER"], {
        input: body,
      });
      const container = await opened({ ...rest, platform, body: Buffer.from(plain) });
      assert.equal(container.certificates.length, 3);
    });

    it("P-05 neither database, ledger, outbox, timeline nor log holds key, container or password", async () => {
      const device = await assigned("p12-android");
      const profile = await device.take();
      const { pkcs12, password } = containerOf(profile);
      const { key } = await openPkcs12(pkcs12, password);
      const jwk = createPrivateKey(key).export({ format: "jwk" });
      const part = (name: "d" | "p" | "q") =>
        Buffer.from(jwk[name] ?? "", "base64url").subarray(0, 24);
      const secrets = [
        part("d"),
        part("p"),
        part("q"),
        pkcs12.subarray(300, 324),
        Buffer.from(password),
      ];
      const kept = Buffer.concat([
        await place.dump(keys.served),
        ...[
          await keys.api.all("/ledger"),
          await keys.api.get("/ledger/chain?limit=500"),
          await keys.api.all("/outbox"),
          await device.timeline(),
          await device.certificates(),
          logged,
        ].map((one) => Buffer.from(JSON.stringify(one))),
      ]);
      const [row] = await device.certificates();
      assert.ok(kept.includes(row.serial as string), "the search sees what is there");
      const der = await keys.api.bytes(`/certificates/${row.id}/der`);
      assert.ok(
        spellings(der.subarray(-40, -16)).some((one) => kept.includes(one)),
        "also in bytes",
      );
      for (const secret of secrets)
        for (const one of spellings(secret)) assert.ok(!kept.includes(one), one.toString("hex"));
    });

    it("P-05 wipe and renewal do what they do to every certificate; a renewal makes a new key", async () => {
      await template("p12-renewed", { oldCertificate: "revoke" });
      const device = await assigned("p12-renewed");
      const seen = async (der: Uint8Array) =>
        keys.served.countersign.hooks.deviceInventory({ ...device.event, certificates: [{ der }] });
      const old = await opened(await device.take());
      await seen(old.certificates[0]!);
      assert.equal((await device.state()).state, "installed");
      await keys.api.post(`/deployments/${device.id}/renew`);
      await device.becomes("queued");
      const renewed = await opened(await device.take());
      assert.notEqual(renewed.publicKey, old.publicKey);
      keys.served.clock.advance(2 * DAY);
      assert.equal((await statusOf(old.certificates[0]!)).status, "issued", "it was seen");
      await seen(renewed.certificates[0]!);
      assert.equal((await statusOf(old.certificates[0]!)).revocationReason, "superseded");
      const { revoked } = await keys.served.countersign.hooks.deviceWiped(device.event);
      assert.deepEqual(revoked, [serialOf(renewed.certificates[0]!)]);
    });

    it("P-05 what is refused is on the timeline with a next step, and goes on by itself when that is put right", async () => {
      const device = await assigned();
      gate.breakDown();
      await assert.rejects(device.take(), { code: "key_unavailable" });
      assert.equal((await device.state()).state, "queued", "it passes by itself");
      const entry = async () =>
        (await device.timeline()).find(({ event }) => event === "certificate.refused");
      const told = await entry();
      assert.deepEqual([told.code, told.deploymentId], ["key_unavailable", device.id]);
      assert.ok((told.nextStep as string).length > 10);
      gate.open();

      await keys.api.patch("/templates/p12", { allowDuplicates: false });
      try {
        await leafOf(await device.take());
        // The one before has been lost: it does not stand in the way of its own replacement.
        await leafOf(await device.take());
      } finally {
        await keys.api.patch("/templates/p12", { allowDuplicates: true });
      }
    });

    it("P-05 a refusal that stays fails the deployment with the reason, and it is tried again by itself", async () => {
      await keys.api.post("/hierarchies", { id: "gone", keyAlgorithm: "ec-p256" });
      await template("p12-gone", { authorityId: "gone" });
      const device = await assigned("p12-gone");
      await keys.api.post("/authorities/gone/retire");
      await assert.rejects(device.take(), { code: "authority_not_ready" });
      const failed = await device.state();
      assert.deepEqual([failed.state, failed.reason], ["failed", "issuance-refused"]);
      assert.match(failed.nextStep as string, /Read in the timeline/);
      assert.ok(Date.parse(failed.nextActionAt as string) > keys.served.clock.now().getTime());
      const told = (await device.timeline()).find(({ event }) => event === "certificate.refused");
      assert.equal(told.code, "authority_not_ready");
      assert.deepEqual(await device.certificates(), []);
    });

    it("P-05 O-02 a CA that has reached its cap makes no key", async () => {
      await keys.api.post("/hierarchies", { id: "full", keyAlgorithm: "ec-p256" });
      await keys.api.patch("/authorities/full/cap", { certificates: 1 });
      await template("p12-full", { authorityId: "full" });
      const [first, second] = [await assigned("p12-full"), await assigned("p12-full")];
      await first.take();
      await assert.rejects(second.take(), { code: "cap_reached" });
      assert.deepEqual(await second.certificates(), []);
      assert.equal((await second.state()).reason, "issuance-refused");
    });

    it("P-05 a device of SCEP gets no way in by such a template, and the template needs no endpoint", async () => {
      const device = await assigned();
      assert.equal((await device.state()).endpointId, undefined);
      const minted = await keys.api.refused("POST", "/challenges", {
        ...{ deviceId: device.deviceId, templateId: "p12" },
      });
      assert.equal(minted.code, "policy_refused");
      await template("p12-static", { challengeMode: "static" });
      await keys.api.post("/endpoints", {
        ...{ id: `p12-scep`, authorityId: keys.site.authority, templateIds: ["p12-static"] },
        policies: [
          {
            kind: "static",
            templateId: "p12-static",
            secret: "a-long-static-secret",
            unknownDevice: "unmanaged",
          },
        ],
      });
      const reply = await refused(`${keys.served.url}/scep/p12-scep`, {
        ...{ key: await newKey(), challenge: "a-long-static-secret" },
      });
      assert.equal(reply.text, "The challenge was refused");
    });

    if (whole)
      it("P-05 L-01 in its renewal window the profile is sent again by itself, with a new key", async () => {
        await template("p12-short", {
          validity: "P10D",
          renewalWindow: "P3D",
          renewalSpread: "0%",
        });
        const device = await assigned("p12-short");
        const der = await leafOf(await device.take());
        await keys.served.countersign.hooks.deviceInventory({
          ...device.event,
          certificates: [{ der }],
        });
        assert.equal((await device.state()).state, "installed");
        keys.served.clock.advance(8 * DAY);
        await eventually(async () => (await device.state()).state === "queued");
        const next = await leafOf(await device.take());
        assert.notEqual(serialOf(next), serialOf(der));
      });

    it("P-05 T-27 a template that could hand over nothing is refused at save, with its field", async () => {
      const { issues } = await keys.api.refused("POST", "/templates", {
        ...{ id: "p12-request", authorityId: keys.site.authority, subject: "CN=x" },
        ...{ delivery: "pkcs12", profileId: "mdmws-digital-signature" },
      });
      assert.ok(
        issues.some(({ path, message }) => path === "profileId" && /requests only/.test(message)),
        JSON.stringify(issues),
      );
    });
  });
};
