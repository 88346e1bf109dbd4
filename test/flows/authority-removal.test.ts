import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { parseCertificate } from "../../plugin/pki/certificate.ts";
import { parseCrl } from "../../plugin/pki/crl-read.ts";
import type { TestInstallation } from "../support/installation.ts";
import { listen } from "../support/listen.ts";
import { type Admin, openPublished } from "../support/published.ts";
import { enrolled, newKey } from "./device.ts";
import { DAY, serve } from "./served.ts";
import { fetchBytes, makeDevice, makeSite, mintChallenge } from "./site.ts";

describe("deleting CA servers", function () {
  this.timeout(60_000);
  let installation: TestInstallation, owner: Admin;
  before(async function () {
    ({ installation, owner } = await openPublished(this));
  });

  it("A-20 the effect is told in numbers, and deleting wants the typed identifier and no live deployment", async () => {
    const device = await owner.call("POST", "/devices", {
      ...{ hostId: "h", deviceId: "d", platform: "apple", attributes: { serialnumber: "S" } },
    });
    await owner.call("POST", "/deployments", { deviceId: device.json.id, templateId: "wifi" });
    const impact = (await owner.call("GET", "/authorities/main-root/removal")).json;
    assert.deepEqual(impact.authorities, ["main-root", "main"]);
    assert.deepEqual([impact.endpoints, impact.templates], [["phones"], ["wifi"]]);
    assert.equal(impact.liveDeployments, 1);
    assert.match(
      impact.warning,
      /^Deletes 2 CAs \(main-root, main\): 0 live certificates become useless, and 1 SCEP address stops/,
    );
    const wrong = await owner.call("DELETE", "/authorities/main-root?confirm=main");
    assert.equal(wrong.json.issues[0].path, "confirm");
    const busy = await owner.call("DELETE", "/authorities/main-root?confirm=main-root");
    assert.equal(busy.status, 409);
    assert.match(busy.json.detail, /1 deployments/);
    const stale = await owner.call(
      "DELETE",
      "/authorities/main-root?confirm=main-root&force=true",
      undefined,
      { "if-match": '"7"' },
    );
    assert.equal(stale.status, 412);
  });

  it("A-20 A-21 deleting takes all below with it, blocks the identifiers, and the CRL goes on", async () => {
    const { urls } = (await owner.call("GET", "/authorities/main")).json;
    const done = await owner.call("DELETE", "/authorities/main-root?confirm=main-root&force=true");
    assert.equal(done.status, 200, done.text);
    assert.deepEqual((await owner.call("GET", "/authorities")).json.items, []);
    assert.equal((await owner.call("GET", "/endpoints/phones")).json.enabled, false);
    const again = await owner.call("POST", "/authorities", {
      ...{ id: "main-root", kind: "root", subject: "CN=x", keyAlgorithm: "ec-p256" },
    });
    assert.equal(again.status, 409);
    assert.match(again.json.detail, /was deleted/);
    const public_ = await listen(installation.countersign.handlerFor(["status", "scep"]));
    try {
      const path = new URL(urls.crl as string).pathname;
      assert.equal((await fetch(public_.url + path)).status, 200);
      const scep = await fetch(`${public_.url}/scep/phones?operation=GetCACert`);
      assert.equal(scep.status, 404);
    } finally {
      await public_.close();
    }
    const template = await owner.call("POST", "/templates", {
      ...{ id: "t2", authorityId: "main", subject: "CN=x" },
    });
    assert.equal(template.json.code, "template_impossible");
    const ledger = (await owner.call("GET", "/ledger?event=authority.deleted")).json.items;
    assert.deepEqual(ledger.map(({ subjectId }: { subjectId: string }) => subjectId).sort(), [
      "main",
      "main-root",
    ]);
    assert.equal((await owner.call("DELETE", "/authorities/main?confirm=main")).status, 404);
  });

  it("A-20 each leaves a last CRL until its last certificate has ended, with the CAs that went with it, and it can still be added to", async () => {
    const flow = await serve();
    try {
      const api = await flow.api();
      const site = await makeSite(api);
      const { urls, parentId, serial } = await api.get(`/authorities/${site.authority}`);
      const root = (await api.get(`/authorities/${parentId as string}`)).urls.crl as string;
      const device = await makeDevice(api, "phone");
      const leaf = await enrolled(`${flow.url}/scep/${site.endpoint}`, {
        key: await newKey(),
        challenge: await mintChallenge(api, site, device),
      });
      const serials = async (url: string): Promise<readonly string[]> =>
        parseCrl(await fetchBytes(url)).entries.map((entry) => entry.serial);
      assert.deepEqual(await serials(root), []);
      await api.delete(`/authorities/${parentId as string}?confirm=lab-root&force=true`);

      const listed = async () => {
        const { number = 0n, nextUpdate, entries } = parseCrl(await fetchBytes(urls.crl as string));
        return { number, entries, ends: nextUpdate?.getTime() ?? 0 };
      };
      const last = await listed();
      const { notAfter } = parseCertificate(leaf);
      const end = notAfter.getTime();
      assert.ok(last.ends >= end && last.ends <= end + 2000, new Date(last.ends).toISOString());
      assert.deepEqual(await serials(root), [serial]);
      // Weeks later it is the same list, and nobody is alarmed.
      flow.clock.advance(20 * DAY);
      await setTimeout(1500);
      assert.equal((await listed()).number, last.number);
      // What a wipe ends from now on is on it as well.
      await flow.countersign.hooks.deviceWiped({ hostId: "mdm", deviceId: "phone" });
      const later = await listed();
      assert.deepEqual(
        later.entries.map((entry) => [entry.serial, entry.reason]),
        [[parseCertificate(leaf).serial, "cessationOfOperation"]],
      );
      assert.ok(later.number > last.number && later.ends >= end);
      assert.equal((await api.get(`/authorities/${site.authority}`)).status, "deleted");
    } finally {
      await flow.end();
    }
  });
});
