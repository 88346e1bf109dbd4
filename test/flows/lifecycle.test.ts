import assert from "node:assert/strict";
import type { Api, Json } from "./api.ts";
import { ask, enrolled, newKey, refused, serialOf } from "./device.ts";
import { lazyHost, scepOf, until } from "./lazy-host.ts";
import { DAY, HOUR, type Served, serve } from "./served.ts";
import { makeSite, mintChallenge, type SiteIds } from "./site.ts";

const ONE_TEXT = "The challenge was refused";

describe("flows: a deployment's life", () => {
  const host = lazyHost();
  let served: Served;
  let api: Api;
  let site: SiteIds;
  let url: string;
  before(async () => {
    served = await serve({}, { hosts: [host] });
    api = await served.api();
    site = await makeSite(api, {
      template: { attempts: { limit: 2, interval: "PT0S", lock: "PT2H", wipe: false } },
    });
    url = `${served.url}/scep/${site.endpoint}`;
  });
  after(() => served.end());

  let count = 0;
  /** A device with the template assigned, its command waiting at the host. */
  const assigned = async (template = site.template) => {
    const deviceId = `phone-${++count}`;
    const event = { hostId: "mdm", deviceId };
    const { hooks } = served.countersign;
    const device = await hooks.deviceEnrolled({
      ...{ ...event, platform: "other" as const, attributes: { devicename: deviceId } },
    });
    const { id } = await hooks.templateAssigned({ ...event, templateId: template });
    const mine = () => host.offers.filter(({ offer }) => offer.deploymentId === id);
    const state = async (): Promise<Json> => api.get(`/deployments/${id}`);
    const becomes = (wanted: string): Promise<void> =>
      until(`${deviceId} is ${wanted}`, async () => (await state()).state === wanted);
    await becomes("queued");
    return { event, deviceId: device.id, id, mine, state, becomes };
  };
  const take = async ({ mine }: Awaited<ReturnType<typeof assigned>>) => {
    const offer = mine().at(-1);
    assert.ok(offer);
    return scepOf(await offer.offer.render());
  };
  const minted = async (deviceId: string): Promise<Json[]> =>
    (await api.get(`/devices/${deviceId}/timeline`)).entries.filter(
      ({ event }: Json) => event === "challenge.minted",
    );

  it("L-03 the challenge is minted when the host takes the command, however long that was after it was queued", async () => {
    const phone = await assigned();
    served.clock.advance(3 * DAY);
    assert.deepEqual(await minted(phone.deviceId), []);
    const scep = await take(phone);
    const delivered = await phone.state();
    assert.equal(delivered.state, "delivered");
    const left = Date.parse(delivered.nextActionAt as string) - served.clock.now().getTime();
    assert.ok(left > 0.9 * HOUR && left <= HOUR, String(left));
    const leaf = await enrolled(scep.url, { key: await newKey(), challenge: scep.challenge });
    assert.equal((await phone.state()).state, "issued");
    served.clock.advance(2 * HOUR);
    const seen = { ...phone.event, certificates: [{ der: leaf }] };
    const { hooks } = served.countersign;
    assert.deepEqual((await hooks.deviceInventory(seen)).installed, [phone.id]);
    const installed = await phone.state();
    assert.equal(installed.state, "installed");
    assert.equal(
      Date.parse(installed.nextActionAt as string),
      Date.parse(installed.certificateEndsAt as string),
    );
  });

  it("L-03 a challenge that lapses is replaced by itself: the profile is sent again and the attempts are not used up", async () => {
    const phone = await assigned();
    const stale = await take(phone);
    served.clock.advance(1.1 * HOUR);
    const asking = { key: await newKey(), challenge: stale.challenge };
    assert.equal((await refused(url, asking)).text, ONE_TEXT);
    await until("sent again", () => phone.mine().length === 2);
    await phone.becomes("queued");
    const again = await phone.state();
    assert.deepEqual([again.attempts, again.deliveries], [0, 2]);
    const scep = await take(phone);
    await enrolled(url, { ...asking, challenge: scep.challenge });
    const { entries } = await api.get(`/devices/${phone.deviceId}/timeline`);
    const lapsed = entries.find(({ code }: Json) => code === "challenge_lapsed");
    assert.match(lapsed.nextStep, /sent again with a new challenge/);
    assert.ok(!JSON.stringify(entries).includes(stale.challenge), "no secret in a timeline");
  });

  it("L-03 the host's own words: delivered, refused, acknowledged, each once and only for the last command", async () => {
    const phone = await assigned();
    const { hooks } = served.countersign;
    const command = { ...phone.event, deploymentId: phone.id };
    const old = { ...command, commandId: "long-ago", error: "NotNow" };
    assert.deepEqual(await hooks.commandFailed(old), {
      ...{ deploymentId: phone.id, state: "queued", counted: false },
    });
    const current = { ...command, commandId: phone.mine().at(-1)?.id ?? "" };
    assert.equal((await hooks.commandDelivered(current)).state, "delivered");
    assert.equal(
      (await hooks.commandFailed({ ...current, error: "profile is invalid" })).state,
      "failed",
    );
    const failed = await phone.state();
    assert.deepEqual([failed.reason, failed.failure], ["host-refused", "profile is invalid"]);
    assert.match(failed.nextStep, /host's own error/);
    served.clock.advance(1.1 * HOUR);
    await until("sent again", () => phone.mine().length === 2);
    await phone.becomes("queued");
    const scep = await take(phone);
    await enrolled(url, { key: await newKey(), challenge: scep.challenge });
    const last = { ...command, commandId: phone.mine().at(-1)?.id ?? "" };
    assert.equal((await hooks.commandAcknowledged(last)).state, "installed");
    assert.equal((await hooks.commandAcknowledged(last)).counted, false);
    await assert.rejects(hooks.commandAcknowledged({ ...last, deploymentId: "nobody" }), {
      code: "not_found",
    });
  });

  const refuseTwice = async (challenge: string): Promise<void> => {
    for (let n = 0; n < 2; n += 1)
      assert.equal((await ask(url, { key: await newKey(1024), challenge })).status, "refused");
  };

  it("L-05 failed attempts lock for a time: no challenge, no request; the lock lapses or is lifted, and nobody is wiped", async () => {
    const phone = await assigned();
    const scep = await take(phone);
    await refuseTwice(scep.challenge);
    const locked = await phone.state();
    assert.deepEqual([locked.state, locked.reason], ["locked", "too-many-attempts"]);
    assert.equal(
      (await refused(url, { key: await newKey(), challenge: scep.challenge })).text,
      ONE_TEXT,
    );
    await assert.rejects(mintChallenge(api, site, phone.deviceId), /deployment_locked/);
    const { hooks } = served.countersign;
    const wanted = { ...phone.event, templateId: site.template };
    assert.equal((await hooks.templateAssigned(wanted)).state, "locked");
    const body = { deviceId: phone.deviceId, templateId: site.template };
    assert.equal((await api.refused("POST", "/deployments", body)).code, "deployment_locked");
    assert.deepEqual(host.wipes, []);

    assert.equal((await api.post(`/deployments/${phone.id}/unlock`)).state, "assigned");
    assert.equal((await api.refused("POST", `/deployments/${phone.id}/unlock`)).code, "conflict");
    await phone.becomes("queued");
    await refuseTwice((await take(phone)).challenge);
    assert.equal((await phone.state()).state, "locked");
    served.clock.advance(2.1 * HOUR);
    await phone.becomes("queued");
    const good = await take(phone);
    await enrolled(url, { key: await newKey(), challenge: good.challenge });
  });

  it("L-05 unless a template says otherwise: five attempts a minute apart, locked for an hour, shown, then lifted by itself, no wipe", async () => {
    const usual = await makeSite(api, { id: "usual" });
    const template = await api.get(`/templates/${usual.template}`);
    assert.deepEqual(template.attempts, {
      ...{ limit: 5, interval: "PT1M", lock: "PT1H", wipe: false },
    });
    const phone = await assigned(usual.template);
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      await phone.becomes("queued");
      const { url: at, challenge } = await take(phone);
      // What a client repeats within the minute is one attempt.
      for (let n = 0; n < 2; n += 1) await refused(at, { key: await newKey(1024), challenge });
      const now = await phone.state();
      assert.deepEqual(
        [now.attempts, now.state],
        [attempt, attempt < 5 ? "requested" : "locked"],
        `attempt ${attempt}`,
      );
      if (attempt === 5) break;
      served.clock.advance(61_000);
      await api.post("/deployments", { deviceId: phone.deviceId, templateId: usual.template });
    }
    const locked = await phone.state();
    const since = Date.parse(locked.since as string);
    assert.equal(Date.parse(locked.nextActionAt as string) - since, HOUR);
    assert.match(locked.nextStep as string, /then lift the lock/);
    served.clock.advance(since + HOUR - 2000 - served.clock.now().getTime());
    assert.equal((await phone.state()).state, "locked");
    served.clock.advance(4000);
    await phone.becomes("queued");
    assert.equal((await phone.state()).attempts, 0);
    assert.deepEqual(host.wipes, []);
  });

  it("L-05 a wipe only where the template says so, and the device is wiped when the host reports it, not before", async () => {
    const strict = await makeSite(api, {
      id: "strict",
      template: { attempts: { limit: 2, interval: "PT0S", lock: "PT2H", wipe: true } },
    });
    const phone = await assigned(strict.template);
    const scep = await take(phone);
    for (let n = 0; n < 2; n += 1)
      await refused(scep.url, { key: await newKey(1024), challenge: scep.challenge });
    await until("the host was asked", () => host.wipes.length === 1);
    assert.match(host.wipes[0] ?? "", new RegExp(`^${phone.deviceId}: 2 failed attempts`));
    assert.equal((await api.get(`/devices/${phone.deviceId}`)).status, "enrolled");
    await served.countersign.hooks.deviceWiped(phone.event);
    assert.equal((await phone.state()).state, "removed");
    const events = (await api.get(`/devices/${phone.deviceId}/timeline`)).entries.map(
      ({ event }: Json) => event as string,
    );
    for (const event of [
      "device.wipe-requested",
      "deployment.locked",
      "deviceWiped",
      "device.wiped",
    ])
      assert.ok(events.includes(event), event);
  });

  it("L-04 a scan on demand finds strangers, duplicates and others' certificates; what is missing is sent again", async () => {
    const [phone, other] = [await assigned(), await assigned()];
    const enrolOf = async (one: typeof phone): Promise<Uint8Array> => {
      const scep = await take(one);
      return enrolled(url, { key: await newKey(), challenge: scep.challenge });
    };
    const [leaf, theirs] = [await enrolOf(phone), await enrolOf(other)];
    const second = await enrolled(url, {
      key: await newKey(),
      challenge: await mintChallenge(api, site, phone.deviceId),
    });
    const stranger = (await makeStranger(served)).leaf;
    const ca = await api.bytes(`/authorities/${site.authority}/certificate?format=der`);
    host.holds.set(phone.deviceId, [
      ...[leaf, second, theirs, stranger, ca].map((der) => ({ der: new Uint8Array(der) })),
      { der: new Uint8Array([48, 3, 2, 1]) },
    ]);
    served.clock.advance(2 * HOUR);
    const scanned = await api.post(`/devices/${phone.deviceId}/scan`);
    assert.deepEqual([scanned.seen, scanned.installed, scanned.missing], [6, [phone.id], []]);
    const { items } = await api.get(`/devices/${phone.deviceId}/inventory`);
    const verdictOf = (der: Uint8Array): string =>
      items.find(({ serial }: Json) => serial === serialOf(der)).verdict as string;
    assert.deepEqual(
      [leaf, second, theirs, stranger, ca].map(verdictOf),
      // The second one was asked for last, so it is its deployment's.
      ["duplicate", "current", "other-device", "stranger", "authority"],
    );
    const strangers = await api.all("/inventory?verdict=stranger");
    assert.ok(strangers.some(({ serial }) => serial === serialOf(stranger)));

    host.holds.set(phone.deviceId, [{ serial: serialOf(leaf) }]);
    served.clock.advance(2 * HOUR);
    assert.deepEqual((await api.post(`/devices/${phone.deviceId}/scan`)).missing, [phone.id]);
    await until("sent again", () => phone.mine().length === 2);
    const gone = await phone.state();
    assert.equal(gone.reason, "certificate-missing");
    // The host of another device says that it has to be asked first.
    const answer = await api.post(`/devices/${other.deviceId}/scan`);
    assert.deepEqual(answer, { deviceId: other.deviceId, asked: true });
  });

  it("L-03 odd rows do not spoil an inventory, late ones change nothing, and a part proves nothing missing", async () => {
    const phone = await assigned();
    const scep = await take(phone);
    const leaf = await enrolled(url, { key: await newKey(), challenge: scep.challenge });
    served.clock.advance(2 * HOUR);
    const path = `/devices/${phone.deviceId}/inventory`;
    const report = (body: object): Promise<Json> => api.post(path, body);
    const odd = [{ nonsense: true }, { serial: "not hex" }, { serial: "0A:0B", issuer: "CN=x" }];
    const first = await report({ certificates: odd });
    assert.deepEqual([first.unreadable, first.missing], [2, []], "an unreadable row may be it");
    assert.deepEqual((await report({ certificates: [], complete: false })).missing, []);
    const pem = `-----BEGIN CERTIFICATE-----\n${Buffer.from(leaf).toString("base64")}\n-----END CERTIFICATE-----`;
    const whole = await report({ certificates: [{ certificate: pem }] });
    assert.deepEqual(whole.installed, [phone.id]);
    const late = new Date(served.clock.now().getTime() - HOUR).toISOString();
    const stale = await report({ certificates: [], at: late });
    assert.deepEqual([stale.stale, stale.missing], [true, []]);
    assert.equal((await phone.state()).state, "installed");
    const many = Array.from({ length: 501 }, () => ({ serial: "0a" }));
    assert.equal((await api.refused("POST", path, { certificates: many })).code, "invalid_input");
  });

  it("L-01 a renewal on request: renewing, sent, issued, seen; twice is once", async () => {
    const phone = await assigned();
    const first = await take(phone);
    const leaf = await enrolled(url, { key: await newKey(), challenge: first.challenge });
    await served.countersign.hooks.commandAcknowledged({ ...phone.event, deploymentId: phone.id });
    const renewing = await api.post(`/deployments/${phone.id}/renew`);
    assert.deepEqual([renewing.state, renewing.reason], ["renewing", "renewal-due"]);
    assert.equal((await api.post(`/deployments/${phone.id}/renew`)).updatedAt, renewing.updatedAt);
    await until("sent again", () => phone.mine().length === 2);
    await phone.becomes("queued");
    const second = await take(phone);
    const next = await enrolled(url, { key: await newKey(), challenge: second.challenge });
    const [{ id: before }] = (await api.get(`/certificates?serial=${serialOf(leaf)}`)).items;
    assert.equal((await phone.state()).previousCertificateId, before);
    const { hooks } = served.countersign;
    await hooks.deviceInventory({ ...phone.event, certificates: [{ der: next }, { der: leaf }] });
    const done = await phone.state();
    const [{ id: current }] = (await api.get(`/certificates?serial=${serialOf(next)}`)).items;
    assert.deepEqual([done.state, done.certificateId], ["installed", current]);
  });

  it("L-03 after a restart the host asks for the profile by the deployment's id, and gets a fresh challenge", async () => {
    const phone = await assigned();
    await served.restart();
    const profile = await served.countersign.hooks.profileTaken({ deploymentId: phone.id });
    const scep = scepOf(profile);
    await enrolled(scep.url, { key: await newKey(), challenge: scep.challenge });
    assert.equal((await phone.state()).state, "issued");
  });

  it("T-19 what the host refuses for good is shown with its next step, and tried again when the device gets the attribute", async () => {
    const named = await makeSite(api, {
      id: "named",
      template: { subject: "CN=%devicename%,O=%attr.team%" },
    });
    const event = { hostId: "mdm", deviceId: "late-attribute" };
    const { hooks } = served.countersign;
    const enrol = (attributes: Record<string, string>) =>
      hooks.deviceEnrolled({ ...event, platform: "other", attributes });
    await enrol({ devicename: "late", team: "red" });
    const { id } = await hooks.templateAssigned({ ...event, templateId: named.template });
    await until("queued", async () => (await api.get(`/deployments/${id}`)).state === "queued");
    await enrol({ devicename: "late" });
    const offer = host.offers.find(({ offer: { deploymentId } }) => deploymentId === id);
    assert.ok(offer);
    await assert.rejects(offer.offer.render(), { code: "variable_without_value" });
    const failed = await api.get(`/deployments/${id}`);
    assert.deepEqual([failed.state, failed.reason], ["failed", "value-missing"]);
    assert.match(failed.failure as string, /%team%/);
    assert.match(failed.nextStep as string, /Give the device the attribute/);
    await enrol({ devicename: "late", team: "blue" });
    const queued = async () => (await api.get(`/deployments/${id}`)).state === "queued";
    await until("sent again at once", queued);
  });

  it("P-01 a host that cannot be reached is tried again and again, then shown as failed, then tried anew", async () => {
    host.fail("connection refused");
    const event = { hostId: "mdm", deviceId: "unlucky" };
    const { hooks } = served.countersign;
    await hooks.deviceEnrolled({ ...event, platform: "other", attributes: { devicename: "u" } });
    const { id } = await hooks.templateAssigned({ ...event, templateId: site.template });
    const state = async (): Promise<Json> => api.get(`/deployments/${id}`);
    for (let n = 0; n < 3; n += 1) {
      served.clock.advance(3 * HOUR);
      await new Promise((resolve) => setTimeout(resolve, 1200));
    }
    await until("failed", async () => (await state()).reason === "publish-failed");
    host.fail(undefined);
    served.clock.advance(2 * HOUR);
    await until("queued", async () => (await state()).state === "queued");
  });
});

/** A certificate of another installation's CA. */
const makeStranger = async (near: Served): Promise<{ readonly leaf: Uint8Array }> => {
  const elsewhere = await serve({}, { clock: near.clock });
  try {
    const api = await elsewhere.api();
    const site = await makeSite(api);
    const device = await api.post("/devices", {
      hostId: "x",
      deviceId: "x",
      platform: "other",
      attributes: { devicename: "x" },
    });
    const challenge = await mintChallenge(api, site, device.id as string);
    return {
      leaf: await enrolled(`${elsewhere.url}/scep/${site.endpoint}`, {
        key: await newKey(),
        challenge,
      }),
    };
  } finally {
    await elsewhere.end();
  }
};
