import assert from "node:assert/strict";
import type { Api, Json } from "./api.ts";
import { enrolled, newKey, refused } from "./device.ts";
import { DAY, type Served, serve } from "./served.ts";
import { makeDevice, makeSite, mintChallenge, type SiteIds } from "./site.ts";

describe("flows: renewal by plan", () => {
  let served: Served;
  let api: Api;
  let site: SiteIds;
  const devices: string[] = [];
  before(async () => {
    served = await serve();
    api = await served.api();
    site = await makeSite(api, {
      template: { validity: "P100D", renewalWindow: "P30D", renewalSpread: "0%" },
    });
    for (const name of ["one", "two", "three"]) {
      const id = await makeDevice(api, name, name === "three" ? {} : { username: `user-${name}` });
      await api.post("/deployments", { deviceId: id, templateId: site.template });
      await enrol(id);
      devices.push(id);
    }
  });
  after(() => served.end());

  const enrol = async (deviceId: string, by = site): Promise<void> => {
    const challenge = await mintChallenge(api, by, deviceId);
    await enrolled(`${served.url}/scep/${by.endpoint}`, { key: await newKey(), challenge });
  };
  const deploymentOf = async (deviceId: string): Promise<Json> =>
    (await api.all(`/deployments?device=${deviceId}`)).find(
      ({ templateId }) => templateId === site.template,
    );

  it("L-01 shows on which day what was issued is renewed, as figures and as a picture", async () => {
    const plan = await api.get("/renewals/plan?days=90");
    assert.equal(plan.days.length, 91);
    const busy = plan.days.filter((day: Json) => day.planned > 0);
    const due = new Date(served.clock.now().getTime() + 70 * DAY).toISOString().slice(0, 10);
    assert.deepEqual(
      busy.map(({ day, planned, late }: Json) => [day, planned, late]),
      [[due, 3, 0]],
    );
    assert.equal(plan.authorities[0].authorityId, site.authority);
    assert.equal((await api.get("/renewals/plan?days=60")).authorities.length, 0);
    assert.equal((await api.get("/renewals/plan?template=none")).authorities.length, 0);
    const chart = (await api.bytes("/renewals/plan/chart?days=90")).toString();
    assert.match(chart, /^<svg xmlns/);
    assert.match(chart, /3 planned/);
    // The next life is in it too: 100 days on.
    const year = await api.get("/renewals/plan?days=366");
    assert.equal(year.authorities[0].planned, 3 * 5);
  });

  it("L-03 keeps caps and quiet hours by version, and refuses what is none", async () => {
    const path = `/renewals/rules/${site.authority}`;
    assert.deepEqual((await api.get(path)).rules, { perHour: 1000, perDay: "off" });
    const quietHours = { from: "08:00", to: "18:00", timeZone: "Europe/Berlin" };
    const changed = await api.patch(path, { perHour: 50, quietHours });
    assert.deepEqual(changed.rules, { perHour: 50, perDay: "off", quietHours });
    assert.deepEqual([changed.version, changed.warnings], [1, []]);
    assert.equal((await api.patch(path, { quietHours: null })).rules.quietHours, undefined);
    const bad = { quietHours: { from: "08:00", to: "18:00", timeZone: "Mars/Base" } };
    assert.match((await api.refused("PATCH", path, bad)).detail, /Mars\/Base/);
    assert.equal((await api.refused("PATCH", path, { perHour: 0 })).code, "invalid_input");
    const auditor = await served.api("default", ["ca-auditor"]);
    assert.equal((await auditor.refused("PATCH", path, { perHour: 5 })).code, "forbidden");
    assert.equal((await auditor.get("/renewals/rules")).items.length, 1);
    const unknown = await api.refused("PATCH", "/renewals/rules/none", { perHour: 5 });
    assert.equal(unknown.code, "not_found");
    const ledger = await api.get("/ledger?event=renewal.rules-changed");
    assert.equal(ledger.items.length, 2);
  });

  it("shows what a change of a template would do, and saves nothing", async () => {
    const path = `/templates/${site.template}/impact`;
    const name = await api.post(path, { name: "Another name" });
    assert.deepEqual([name.rekeyed, name.failing, name.deployments], [0, 0, 3]);
    const same = await api.post(path, { subject: "CN=%devicename%,O=Lab" });
    assert.deepEqual([same.fields, same.rekeyed], [[], 0]);
    const user = await api.post(path, { subject: "CN=%username%,O=Lab", moveOver: "P2D" });
    assert.deepEqual([user.rekeyed, user.failing, user.version], [2, 1, 2]);
    assert.equal(user.failures[0].deviceId, devices[2]);
    assert.equal(user.failures[0].code, "variable_without_value");
    assert.equal(
      user.days.reduce(
        (sum: number, { planned }: { readonly planned: number }) => sum + planned,
        0,
      ),
      2,
    );
    assert.ok(user.days.length <= 3);
    const long = await api.post(path, { subject: `CN=%devicename%${"x".repeat(64)}` });
    assert.equal(long.failing, 3);
    assert.match(long.failures[0].code, /lint_failed|invalid_input/);
    for (const subject of ["CN=%usrname%", `CN=${"x".repeat(80)}`])
      assert.equal((await api.refused("POST", path, { subject })).code, "template_impossible");
    assert.equal((await api.get(`/templates/${site.template}`)).version, 1);
  });

  it("L-03 says before saving and at saving that a window is too narrow for the caps, which never yield", async () => {
    const rules = `/renewals/rules/${site.authority}`;
    const path = `/templates/${site.template}`;
    await api.patch(rules, { perDay: 1 });
    const [narrow, wide] = [{ renewalWindow: "P1D" }, { renewalWindow: "P30D" }];
    const { warnings } = await api.post(`${path}/impact`, narrow);
    assert.match(
      String(warnings),
      /^[12] certificates of lab end before its caps \(50 an hour, 1 a day\) let them be renewed: raise the caps or widen the renewal window of lab-wifi$/,
    );
    assert.deepEqual((await api.patch(path, narrow)).warnings, warnings);
    assert.deepEqual((await api.post(`${path}/impact`, wide)).warnings, []);
    assert.deepEqual((await api.patch(path, wide)).warnings, []);
    assert.deepEqual((await api.post(`${path}/impact`, { name: "x" })).warnings, []);
    // Two days of UTC are in that window: room for these three, and not for as many of another template besides.
    await api.patch(rules, { perDay: 2 });
    assert.deepEqual((await api.post(`${path}/impact`, narrow)).warnings, []);
    const beside = { ...site, template: "beside", endpoint: "beside" };
    await api.post("/templates", {
      ...{ id: "beside", authorityId: site.authority, subject: "CN=%devicename%,O=Lab" },
      ...{ validity: "P100D", renewalWindow: "P1D", renewalSpread: "0%" },
    });
    await api.post("/endpoints", {
      ...{ id: "beside", authorityId: site.authority, templateIds: ["beside"] },
      policies: [{ kind: "dynamic" }],
    });
    for (const deviceId of devices) {
      await api.post("/deployments", { deviceId, templateId: "beside" });
      await enrol(deviceId, beside);
    }
    const shared = await api.post(`${path}/impact`, narrow);
    assert.match(String(shared.warnings), /^[2-6] certificates of lab end before/);
    await api.patch(rules, { perDay: "off" });
    assert.deepEqual((await api.post(`${path}/impact`, narrow)).warnings, []);
  });

  it("renews a device by hand: sent again within seconds, done with the new certificate", async () => {
    const [deviceId = ""] = devices;
    const before = await deploymentOf(deviceId);
    assert.equal(before.state, "issued");
    // Also where a device may hold one certificate only (T-25): a second one is refused, a renewal is not.
    await api.patch(`/templates/${site.template}`, { allowDuplicates: false });
    const second = { key: await newKey(), challenge: await mintChallenge(api, site, deviceId) };
    await refused(`${served.url}/scep/${site.endpoint}`, second);
    const asked = { deviceId, templateId: site.template };
    const { items } = await api.post("/renewals/now", asked);
    assert.equal(items[0].id, before.id);
    const end = Date.now() + 14_000;
    let state = "";
    while (Date.now() < end) {
      ({ state } = await deploymentOf(deviceId));
      // The host of these devices fetches profiles; `queued` is when the command went out.
      if (state === "renewing" || state === "queued") break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.match(state, /renewing|queued/);
    await enrol(deviceId);
    const after = await deploymentOf(deviceId);
    assert.equal(after.state, "issued");
    assert.notEqual(after.certificateId, before.certificateId);
    assert.equal((await api.refused("POST", "/renewals/now", { deviceId: "x" })).code, "not_found");
  }).timeout(30_000);

  it("nothing of it crosses tenants", async () => {
    await (await served.operator()).post("/tenants", { id: "other", name: "Other" });
    const other = await served.api("other");
    assert.deepEqual((await other.get("/renewals/plan?days=90")).authorities, []);
    assert.deepEqual((await other.get("/renewals/rules")).items, []);
    const crossed = await other.refused("POST", "/renewals/now", { deviceId: devices[0] });
    assert.equal(crossed.code, "not_found");
    const impact = await other.refused("POST", `/templates/${site.template}/impact`, {});
    assert.equal(impact.code, "not_found");
  });
});
