import assert from "node:assert/strict";
import { startInstallation, type TestInstallation } from "../support/installation.ts";
import { listen } from "../support/listen.ts";
import { type Admin, adminOf, publish } from "../support/published.ts";

describe("deleting CA servers", function () {
  this.timeout(30_000);
  let installation: TestInstallation;
  let owner: Admin;
  before(async () => {
    installation = await startInstallation();
    await publish(installation.countersign, installation.folder);
    owner = await adminOf(installation.countersign);
  });
  after(async () => {
    await owner.close();
    await installation.end();
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
    assert.match(impact.warning, /2 CAs: 0 live certificates/);
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
});
