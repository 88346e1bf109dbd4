import assert from "node:assert/strict";
import { memoryHost } from "../../adapters/mdm/memory.ts";
import type { AgentProfile } from "../../templates/profile/agent-json.ts";
import { crlSerials, crlVerifies, ocspStatus, opensslVerify } from "../support/openssl.ts";
import type { Api } from "./api.ts";
import { ask, enrolled, newKey, refused, serialOf } from "./device.ts";
import { gatedCa } from "./gated-ca.ts";
import { type Served, serve } from "./served.ts";
import { chainOf, fetchCrl, makeSite, mintChallenge, type SiteIds } from "./site.ts";

const ONE_TEXT = "The challenge was refused";

describe("flows: live and die with the device", () => {
  const gate = gatedCa();
  const host = memoryHost("mdm");
  let served: Served;
  let api: Api;
  let site: SiteIds;
  let second: SiteIds;
  let url: string;
  before(async () => {
    served = await serve({}, { caBackends: [gate], hosts: [host] });
    api = await served.api();
    site = await makeSite(api);
    second = await makeSite(api, { id: "two" });
    url = `${served.url}/scep/${site.endpoint}`;
  });
  after(() => served.end());
  afterEach(() => gate.open());

  let count = 0;
  const enrol = async () => {
    const deviceId = `wiped-${++count}`;
    const event = { hostId: "mdm", deviceId };
    const device = await served.countersign.hooks.deviceEnrolled({
      ...event,
      platform: "other",
      attributes: { DeviceName: deviceId },
    });
    return { ...event, id: device.id, event };
  };
  const until = async (what: string, true_: () => Promise<boolean> | boolean): Promise<void> => {
    for (let i = 0; i < 80; i++) {
      if (await true_()) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.fail(`never: ${what}`);
  };

  for (const [hook, status] of [
    ["deviceWiped", "wiped"],
    ["deviceUnenrolled", "unenrolled"],
  ] as const) {
    it(`P-11 ${hook} revokes all live certificates of the device at every CA and burns its challenges`, async () => {
      const device = await enrol();
      const key = await newKey();
      const leaves: [SiteIds, Uint8Array][] = [];
      for (const at of [site, site, second])
        leaves.push([
          at,
          await enrolled(`${served.url}/scep/${at.endpoint}`, {
            key: await newKey(),
            challenge: await mintChallenge(api, at, device.id),
          }),
        ]);
      const bystander = await enrol();
      const kept = await enrolled(url, {
        key: await newKey(),
        challenge: await mintChallenge(api, site, bystander.id),
      });
      const open = await mintChallenge(api, site, device.id);
      for (const [at, leaf] of leaves) {
        const { urls } = await api.get(`/authorities/${at.authority}`);
        assert.equal(await ocspStatus(urls.ocsp, leaf, await chainOf(api, at.authority)), "good");
      }

      const result = await served.countersign.hooks[hook](device.event);
      assert.deepEqual([...result.revoked].sort(), leaves.map(([, leaf]) => serialOf(leaf)).sort());
      assert.equal(result.challengesBurned, 1);
      assert.equal((await api.get(`/devices/${device.id}`)).status, status);

      for (const [at, leaf] of leaves) {
        const chain = await chainOf(api, at.authority);
        const crl = await fetchCrl(api, at.authority);
        assert.ok(await crlVerifies(crl, chain[0]!));
        assert.ok((await crlSerials(crl)).includes(serialOf(leaf)));
        const { status: verdict, stderr } = await opensslVerify(leaf, chain, [crl]);
        assert.notEqual(verdict, 0);
        assert.match(stderr, /certificate revoked/);
        const { urls } = await api.get(`/authorities/${at.authority}`);
        assert.equal(await ocspStatus(urls.ocsp, leaf, chain), "revoked");
      }
      const chain = await chainOf(api, site.authority);
      assert.equal(
        (await opensslVerify(kept, chain, [await fetchCrl(api, site.authority)])).status,
        0,
      );

      assert.equal((await refused(url, { key, challenge: open })).text, ONE_TEXT);
      await assert.rejects(mintChallenge(api, site, device.id), /device_gone/);
      const events = (await api.all("/ledger")).map(({ event }) => event as string);
      assert.ok(events.includes(status === "wiped" ? "device.wiped" : "device.unenrolled"));
      assert.ok(events.includes("challenge.burned"));
    });
  }

  it("P-11 twice is the same as once, and an unknown device is named", async () => {
    const device = await enrol();
    await enrolled(url, {
      key: await newKey(),
      challenge: await mintChallenge(api, site, device.id),
    });
    const { hooks } = served.countersign;
    assert.equal((await hooks.deviceWiped(device.event)).revoked.length, 1);
    assert.deepEqual(await hooks.deviceWiped(device.event), {
      ...{ deviceId: device.id, revoked: [], predated: [], held: [], challengesBurned: 0 },
    });
    await assert.rejects(hooks.deviceWiped({ hostId: "mdm", deviceId: "nobody" }), {
      code: "not_found",
    });
    await assert.rejects(hooks.deviceWiped({ hostId: "other", deviceId: device.deviceId }), {
      code: "not_found",
    });
  });

  it("P-11 a wipe wins over a signature in flight: nothing is handed out, and the CRL holds it", async () => {
    const device = await enrol();
    const challenge = await mintChallenge(api, site, device.id);
    const key = await newKey();
    gate.close();
    const waiting = gate.waiting();
    const reply = ask(url, { key, challenge });
    await waiting;
    const { revoked } = await served.countersign.hooks.deviceWiped(device.event);
    assert.equal(revoked.length, 1);
    gate.open();
    const answer = await reply;
    assert.ok(answer.status === "refused");
    assert.equal(answer.text, ONE_TEXT);
    const [row] = await api.all(`/certificates?device=${device.id}`);
    assert.equal(row.status, "revoked");
    assert.ok(
      (await crlSerials(await fetchCrl(api, site.authority))).includes(row.serial as string),
    );
    // A signature that was made is kept, so that nobody wonders what the serial stood for.
    assert.equal(serialOf(await api.bytes(`/certificates/${row.id}/der`)), row.serial);
    assert.equal((await refused(url, { key, challenge })).text, ONE_TEXT);
  });

  it("P-11 a device that enrols again gets new certificates; the old ones and the old challenges stay dead", async () => {
    const device = await enrol();
    const old = await mintChallenge(api, site, device.id);
    const key = await newKey();
    const asking = { key, challenge: await mintChallenge(api, site, device.id) };
    const dead = await enrolled(url, asking);
    await served.countersign.hooks.deviceWiped(device.event);
    const back = await served.countersign.hooks.deviceEnrolled({
      ...{ ...device.event, platform: "other", attributes: { devicename: device.deviceId } },
    });
    assert.deepEqual([back.id, back.status], [device.id, "enrolled"]);
    for (const stale of [{ key, challenge: old }, asking])
      assert.equal((await refused(url, stale)).text, ONE_TEXT);
    const leaf = await enrolled(url, { key, challenge: await mintChallenge(api, site, device.id) });
    const { urls } = await api.get(`/authorities/${site.authority}`);
    const chain = await chainOf(api, site.authority);
    assert.equal(await ocspStatus(urls.ocsp, leaf, chain), "good");
    assert.equal(await ocspStatus(urls.ocsp, dead, chain), "revoked");
  });

  it("P-01 P-07 P-11 templateAssigned brings a profile that enrols; wipe and templateRemoved take it back", async () => {
    const device = await enrol();
    const assigned = { ...device.event, templateId: site.template, endpointId: site.endpoint };
    const { hooks } = served.countersign;
    const deployment = await hooks.templateAssigned(assigned);
    const mine = () => host.deliveries.filter(({ profileId }) => profileId === deployment.id);
    await until("delivered", () => mine().length === 1);
    const state = async () => (await api.get(`/deployments/${deployment.id}`)).state as string;
    await until("state delivered", async () => (await state()) === "delivered");

    const read = (body: Uint8Array) => JSON.parse(Buffer.from(body).toString()) as AgentProfile;
    const profile = read(mine()[0]!.profile.body);
    const { scep } = profile;
    const leaf = await enrolled(scep.url, { key: await newKey(), challenge: scep.challenge });
    assert.equal(await state(), "issued");
    assert.equal(
      (await api.get(`/deployments/${deployment.id}`)).certificateId,
      (await api.get(`/certificates?serial=${serialOf(leaf)}`)).items[0].id,
    );

    // Published again for a renewal: another challenge, the same alias.
    assert.equal((await hooks.templateAssigned(assigned)).id, deployment.id);
    await until("delivered again", () => mine().length === 2);
    const renewed = read(mine()[1]!.profile.body);
    assert.equal(renewed.alias, profile.alias);
    assert.notEqual(renewed.scep.challenge, scep.challenge);

    await hooks.templateRemoved({ ...device.event, templateId: site.template });
    assert.equal(await state(), "removed");
    await until("one profile taken back", () => mine().length === 1);
    // Assigned once more, then wiped: the host is told to take it off, and the certificate dies.
    const next = await hooks.templateAssigned(assigned);
    await until("delivered", () => host.deliveries.some(({ profileId }) => profileId === next.id));
    const wiped = await hooks.deviceWiped(device.event);
    assert.deepEqual(wiped.revoked, [serialOf(leaf)]);
    await until("taken off", () => host.deliveries.every(({ profileId }) => profileId !== next.id));
    await assert.rejects(hooks.templateAssigned(assigned), { code: "device_gone" });
  });

  it("P-11 over the API: wipe, unenrol and the same five hooks", async () => {
    const event = { hostId: "mdm", deviceId: "api-device" };
    const attributes = { devicename: "api-device" };
    const device = await api.post("/hooks/deviceEnrolled", {
      ...event,
      platform: "other",
      attributes,
    });
    const assigned = { ...event, templateId: site.template };
    const deployment = await api.post("/hooks/templateAssigned", assigned);
    assert.equal(deployment.deviceId, device.id);
    await api.post("/hooks/templateRemoved", assigned);
    const challenge = await mintChallenge(api, site, device.id);
    const leaf = await enrolled(url, { key: await newKey(), challenge });
    const wiped = await api.post("/hooks/deviceWiped", event);
    assert.deepEqual(wiped.revoked, [serialOf(leaf)]);
    assert.ok((await crlSerials(await fetchCrl(api, site.authority))).includes(serialOf(leaf)));
    assert.equal((await api.post("/hooks/deviceUnenrolled", event)).revoked.length, 0);
    const auditor = await served.api("default", ["protocol-auditor"]);
    assert.equal((await auditor.refused("POST", "/hooks/deviceWiped", event)).status, 403);
  });

  it("L-01 one certificate revoked by hand: reason in list and OCSP, and not twice", async () => {
    const device = await enrol();
    const leaf = await enrolled(url, {
      key: await newKey(),
      challenge: await mintChallenge(api, site, device.id),
    });
    const [{ id }] = (await api.get(`/certificates?serial=${serialOf(leaf)}`)).items;
    const revoked = await api.post(`/certificates/${id}/revoke`, { reason: "keyCompromise" });
    assert.deepEqual([revoked.status, revoked.revocationReason], ["revoked", "keyCompromise"]);
    assert.equal((await api.refused("POST", `/certificates/${id}/revoke`, {})).code, "conflict");
    const { urls } = await api.get(`/authorities/${site.authority}`);
    const chain = await chainOf(api, site.authority);
    assert.equal(await ocspStatus(urls.ocsp, leaf, chain), "revoked");
    assert.ok((await crlSerials(await fetchCrl(api, site.authority))).includes(serialOf(leaf)));
  });
});
