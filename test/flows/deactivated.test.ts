import assert from "node:assert/strict";
import { enrol } from "../../adapters/scep-client/scep-client.ts";
import { parseDn } from "../../plugin/sdk.ts";
import type { Api, Json } from "./api.ts";
import { enrolled, newKey, refused, serialOf } from "./device.ts";
import { lazyHost, until } from "./lazy-host.ts";
import { type Served, serve } from "./served.ts";
import { makeDevice, makeSite, mintChallenge, type SiteIds } from "./site.ts";

describe("flows: a deactivated end entity", () => {
  const host = lazyHost("mdm");
  let served: Served, api: Api, site: SiteIds, url: string, device: string;
  let pkcs12: string;
  before(async () => {
    served = await serve({}, { hosts: [host] });
    api = await served.api();
    site = await makeSite(api);
    url = `${served.url}/scep/${site.endpoint}`;
    device = await makeDevice(api, "tablet");
    await api.post("/templates", {
      ...{ id: "p12", authorityId: site.authority, subject: "CN=%devicename%,O=Lab" },
      ...{ delivery: "pkcs12", keyAlgorithms: ["ec-p256"], keyUsages: ["digitalSignature"] },
    });
    const { id } = await api.post("/deployments", { deviceId: device, templateId: "p12" });
    pkcs12 = id as string;
    await until("it is queued", async () => (await deployment()).state === "queued");
  });
  after(() => served.end());

  const deployment = async (): Promise<Json> => api.get(`/deployments/${pkcs12}`);
  const turn = (what: string): Promise<Json> => api.post(`/end-entities/${device}/${what}`);
  const take = () => served.countersign.hooks.profileTaken({ deploymentId: pkcs12 });
  const live = async (): Promise<readonly string[]> =>
    (await api.all(`/certificates?device=${device}&status=issued`)).map(
      ({ serial }) => serial as string,
    );

  it("R-07 is refused enrolment, renewal, PKCS#12 and challenges until it is activated; decommissioned it loses what it has", async () => {
    const key = await newKey();
    const leaf = await enrolled(url, { key, challenge: await mintChallenge(api, site, device) });
    const renew = async () =>
      enrol({
        ...{ url, subject: parseDn("CN=tablet,O=Lab"), now: served.clock.now() },
        renewWith: { certificate: leaf, privateKey: key },
      });
    const early = await mintChallenge(api, site, device);

    assert.equal((await turn("deactivate")).activation, "deactivated");
    await refused(url, { key: await newKey(), challenge: early });
    assert.equal((await renew()).status, "refused");
    await assert.rejects(take(), { code: "device_gone" });
    await assert.rejects(mintChallenge(api, site, device), /device_gone/);
    assert.deepEqual(await live(), [serialOf(leaf)], "what it has stays good");
    const { entries } = await api.get(`/devices/${device}/timeline`);
    const held = (entries as Json[]).find(({ event }) => event === "device.deactivated");
    assert.match(held.nextStep as string, /^Activate it/);
    assert.ok(!JSON.stringify(entries).includes(early), "no secret in a timeline");

    assert.equal((await turn("activate")).activation, "active");
    assert.equal((await renew()).status, "issued");
    await enrolled(url, { key: await newKey(), challenge: early });
    await take();
    const open = await mintChallenge(api, site, device);

    const { revoked, challengesBurned } = await turn("decommission");
    assert.equal(challengesBurned, 1);
    assert.ok((revoked as string[]).includes(serialOf(leaf)));
    assert.deepEqual(await live(), []);
    await refused(url, { key: await newKey(), challenge: open });
    assert.equal((await renew()).status, "refused");
    assert.equal((await api.refused("POST", `/end-entities/${device}/activate`)).status, 409);
  });

  it("R-07 stays so whatever its host reports, which holds once it is activated", async () => {
    const { hooks } = served.countersign;
    for (const [told, then] of [
      [["deviceWiped", "deviceEnrolled"], "enrolled"],
      [["deviceWiped"], "wiped"],
      [["deviceCompromised", "deviceEnrolled"], "compromised"],
      [["deviceCompromised", "deviceFound"], "enrolled"],
      [["deviceLost"], "lost"],
      [["deviceLost", "deviceWiped", "deviceCompromised"], "wiped"],
    ] as const) {
      const name = told.join("-");
      const id = await makeDevice(api, name);
      const status = async () => (await api.get(`/devices/${id}`)).status as string;
      await api.post(`/end-entities/${id}/deactivate`);
      for (const event of told) {
        const named = { hostId: "mdm", deviceId: name };
        if (event === "deviceEnrolled")
          await hooks[event]({ ...named, platform: "other", attributes: { devicename: name } });
        else await hooks[event](named);
        assert.equal(await status(), "deactivated", `${name}: ${event}`);
      }
      await assert.rejects(mintChallenge(api, site, id), /device_gone/);
      await api.post(`/end-entities/${id}/activate`);
      assert.equal(await status(), then, name);
      if (then === "enrolled") await mintChallenge(api, site, id);
      else await assert.rejects(mintChallenge(api, site, id), /device_gone/);
    }
  });
});
