import assert from "node:assert/strict";
import type { Api, Json } from "./api.ts";
import { enrolled, newKey } from "./device.ts";
import { DAY, HOUR, type Served, serve } from "./served.ts";
import { makeDevice, makeSite, mintChallenge, type SiteIds } from "./site.ts";

describe("flows: what Intune renews, and what it does not", () => {
  let served: Served;
  let api: Api;
  let site: SiteIds;
  before(async () => {
    served = await serve();
    api = await served.api();
    site = await makeSite(api, { template: { validity: "P10D", renewalWindow: "20%" } });
  });
  after(() => served.end());

  const enrol = async (deviceId: string): Promise<void> => {
    const url = `${served.url}/scep/${site.endpoint}`;
    const challenge = await mintChallenge(api, site, deviceId);
    await enrolled(url, { key: await newKey(), challenge });
  };
  const hints = async (deviceId: string): Promise<Json[]> =>
    (await api.get(`/devices/${deviceId}/timeline`)).entries.filter(({ event }: Json) =>
      (event as string).startsWith("certificate.intune-"),
    );

  it("L-06 an Apple certificate near its end asks for an unlocked device, an ended one for a way round Intune; others need nothing", async () => {
    const mac = await makeDevice(api, "mac", {}, "apple");
    const laptop = await makeDevice(api, "laptop", {}, "windows");
    for (const id of [mac, laptop]) await enrol(id);
    served.clock.advance(11 * DAY);
    assert.deepEqual(await hints(mac), [], "not a template of Intune");
    served.clock.advance(-11 * DAY);

    const { version } = await api.get(`/templates/${site.template}`);
    assert.ok(version > 0);
    await api.post("/consoles/intune/template", {
      ...{ id: site.template, fields: {}, save: true },
    });
    assert.deepEqual(await hints(mac), [], "its window is not open");
    served.clock.advance(9 * DAY);
    const [near, ...more] = await hints(mac);
    assert.deepEqual(more, []);
    assert.match(near.nextStep as string, /Unlock the device/);
    served.clock.advance(DAY + HOUR);
    const [ended] = await hints(mac);
    assert.equal(ended.event, "certificate.intune-expired");
    assert.match(ended.nextStep as string, /out of the SCEP profile .* Company Portal/);
    assert.deepEqual(await hints(laptop), [], "Windows renews by itself");
    const sent = (await api.all("/outbox")).filter(
      ({ effect }: Json) => effect.kind === "publish-profile",
    );
    assert.deepEqual(sent, [], "no profile is pushed from here");

    await enrol(mac);
    assert.deepEqual(await hints(mac), [], "it has a new one");
  });

  it("L-06 where a host of ours brings the profile, it is renewed by ours", async () => {
    const phone = await makeDevice(api, "phone", {}, "apple");
    await api.post("/deployments", { deviceId: phone, templateId: site.template });
    await enrol(phone);
    served.clock.advance(11 * DAY);
    assert.deepEqual(await hints(phone), []);
  });
});
