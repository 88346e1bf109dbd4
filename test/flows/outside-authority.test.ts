import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { AgentProfile } from "../../templates/profile/agent-json.ts";
import { assertVerifies } from "../support/openssl.ts";
import type { Api, Json } from "./api.ts";
import { enrolled, newKey, serialOf } from "./device.ts";
import { lazyHost, until } from "./lazy-host.ts";
import { DAY, HOUR, type Served, serve } from "./served.ts";
import { chainOf, makeSite, type SiteIds } from "./site.ts";

const CODE = "global-enrolment-code";

describe("flows: an outside CA that devices call themselves", () => {
  const host = lazyHost();
  let ours: Served;
  let api: Api;
  /** A second installation, which stands in as the CA server elsewhere. */
  let elsewhere: Served;
  let theirs: Api;
  let site: SiteIds;
  let chain: readonly Buffer[];
  let serverUrl: string;
  before(async () => {
    ours = await serve({}, { hosts: [host] });
    elsewhere = await serve({}, { clock: ours.clock });
    [api, theirs] = [await ours.api(), await elsewhere.api()];
    site = await makeSite(theirs, { template: { challengeMode: "static", validity: "P30D" } });
    await theirs.patch(`/endpoints/${site.endpoint}`, {
      policies: [
        { kind: "static", templateId: site.template, secret: CODE, unknownDevice: "unmanaged" },
      ],
    });
    serverUrl = `${elsewhere.url}/scep/${site.endpoint}`;
    chain = await chainOf(theirs, site.authority);
  });
  after(async () => {
    await ours.end();
    await elsewhere.end();
  });

  const base64 = (ders: readonly Uint8Array[]): string[] =>
    ders.map((der) => Buffer.from(der).toString("base64"));
  const outside = (over: object = {}): Json => ({
    ...{ id: "digicert", name: "DigiCert ONE", serverType: "digicert-one", url: serverUrl },
    ...{ code: CODE, certificates: base64(chain), ...over },
  });

  it("A-01 is made from server type, URL, CA certificate and enrolment code; the code is shown nowhere", async () => {
    const made = await api.post("/authorities/outside", outside());
    assert.deepEqual([made.kind, made.status], ["outside", "active"]);
    assert.deepEqual(made.outside, { serverType: "digicert-one", url: serverUrl, codeSet: true });
    const sha256 = createHash("sha256")
      .update(chain[0] ?? "")
      .digest("hex");
    assert.equal(made.fingerprintSha256, sha256);
    const shown = JSON.stringify([await api.get("/authorities"), await api.all("/ledger")]);
    assert.ok(!shown.includes(CODE));
    for (const [over, code] of [
      [{}, "conflict"],
      [{ id: "b2", url: "ftp://x" }, "invalid_input"],
      [{ id: "b3", url: "https://user:pw@x" }, "invalid_input"],
      [{ id: "b4", certificates: base64(chain.slice(0, 1)) }, "certificate_not_matching"],
      [{ id: "b5", certificates: base64([...chain].reverse()) }, "certificate_not_matching"],
    ] as const)
      assert.equal((await api.refused("POST", "/authorities/outside", outside(over))).code, code);
    const endpoint = { id: "nonsense", authorityId: "digicert", templateIds: [], policies: [] };
    assert.match(
      (await api.refused("POST", "/endpoints", endpoint)).issues[0]?.message ?? "",
      /own URL/,
    );
    const under = {
      id: "below",
      kind: "issuing",
      parentId: "digicert",
      subject: "CN=x",
      keyAlgorithm: "ec-p256",
    };
    assert.equal((await api.refused("POST", "/authorities", under)).code, "invalid_input");
    const auditor = await ours.api("default", ["protocol-auditor"]);
    assert.equal((await auditor.refused("POST", "/authorities/outside", outside())).status, 403);
  });

  it("F-06 a template of it is made in a console's words, and needs no endpoint and no password", async () => {
    const body = {
      fields: {
        ...{ templateName: "Mail", businessUnit: "IT", issuingCa: "digicert" },
        subject: "CN=%username%",
      },
      save: true,
    };
    const made = await api.post("/consoles/digicert-one/template", body);
    assert.deepEqual([made.saved, made.model.authorityId], [true, "digicert"]);
    assert.equal(made.values.serverUrl, serverUrl);
    assert.match(made.notes.join(), /outside CA itself/);
    await api.delete("/templates/mail");
  });

  it("A-01 L-01 L-03 L-08 profile, certificate seen on the device, renewal, wipe: from end to end", async () => {
    await api.post("/templates", {
      ...{ id: "outside-wifi", authorityId: "digicert", subject: "CN=%devicename%,O=Lab" },
      validity: "P30D",
    });
    const event = { hostId: "mdm", deviceId: "phone" };
    const { hooks } = ours.countersign;
    const attributes = { devicename: "phone" };
    const device = await hooks.deviceEnrolled({ ...event, platform: "other", attributes });
    const { id, endpointId } = await hooks.templateAssigned({
      ...event,
      templateId: "outside-wifi",
    });
    assert.equal(endpointId, undefined);
    const state = async (): Promise<Json> => api.get(`/deployments/${id}`);
    const becomes = (wanted: string): Promise<void> =>
      until(wanted, async () => (await state()).state === wanted);
    const profile = async (): Promise<AgentProfile> => {
      const rendered = await host.offers.at(-1)?.offer.render();
      return JSON.parse(Buffer.from(rendered?.body ?? "").toString()) as AgentProfile;
    };

    await becomes("queued");
    const first = await profile();
    assert.deepEqual([first.scep.url, first.scep.challenge], [serverUrl, CODE]);
    const root = createHash("sha256")
      .update(chain.at(-1) ?? "")
      .digest("hex");
    assert.equal(first.scep.caFingerprintSha256, root);
    assert.equal((await state()).state, "delivered");
    const enrol = async ({ scep }: AgentProfile): Promise<Uint8Array> =>
      enrolled(scep.url, {
        key: await newKey(),
        subject: scep.subject.text,
        challenge: scep.challenge,
      });
    const leaf = await enrol(first);
    await assertVerifies(leaf, chain);
    assert.equal((await state()).state, "delivered", "nobody has told us yet");

    host.holds.set(device.id, [{ der: leaf }]);
    assert.deepEqual((await api.post(`/devices/${device.id}/scan`)).installed, [id]);
    const installed = await state();
    assert.equal(installed.state, "installed");
    const row = await api.get(`/certificates/${installed.certificateId}`);
    assert.deepEqual(
      [row.serial, row.authorityId, row.templateId, row.deviceId],
      [serialOf(leaf), "digicert", "outside-wifi", device.id],
    );

    // The window opens: the same profile again, and the new serial ends it.
    ours.clock.advance(25 * DAY);
    assert.equal((await api.post(`/deployments/${id}/renew`)).state, "renewing");
    await becomes("queued");
    const second = await profile();
    assert.equal(second.alias, first.alias);
    const next = await enrol(second);
    host.holds.set(device.id, [{ der: leaf }, { der: next }]);
    await api.post(`/devices/${device.id}/scan`);
    const renewed = await state();
    const { serial } = await api.get(`/certificates/${renewed.certificateId}`);
    assert.deepEqual([renewed.state, serial], ["installed", serialOf(next)]);
    const { items } = await api.get(`/devices/${device.id}/inventory`);
    const verdicts = Object.fromEntries(
      items.map(({ serial: one, verdict }: Json) => [one, verdict]),
    );
    assert.deepEqual(verdicts, { [serialOf(leaf)]: "duplicate", [serialOf(next)]: "current" });

    await hooks.deviceWiped(event);
    const timeline = await api.get(`/devices/${device.id}/timeline?limit=200`);
    const work = timeline.entries.filter(
      ({ event: name }: Json) => name === "certificate.revoke-outside",
    );
    assert.deepEqual(
      work.map(({ serial: one }: Json) => one).sort(),
      [leaf, next].map(serialOf).sort(),
    );
    for (const { nextStep } of work)
      assert.match(nextStep as string, /^Revoke serial [0-9a-f]+ at DigiCert ONE \(http/);
    assert.ok(!JSON.stringify(timeline).includes(CODE), "no secret in a timeline");
    // Nothing of the outside CA is in a list of ours.
    assert.equal(
      (await fetch((await api.get("/authorities/digicert")).urls.caIssuers as string)).status,
      200,
    );
    assert.equal((await api.get("/authorities/digicert")).urls.crl, undefined);
  });

  it("L-03 a certificate that no deployment fits is shown and not taken over; a late inventory heals a lost acknowledgement", async () => {
    const event = { hostId: "mdm", deviceId: "laptop" };
    const { hooks } = ours.countersign;
    const attributes = { devicename: "laptop" };
    const device = await hooks.deviceEnrolled({ ...event, platform: "other", attributes });
    const asking = { key: await newKey(), subject: "CN=laptop,O=Lab", challenge: CODE };
    const leaf = await enrolled(serverUrl, asking);
    await hooks.deviceInventory({ ...event, certificates: [{ der: leaf }] });
    const verdict = async (): Promise<string> =>
      (await api.get(`/devices/${device.id}/inventory`)).items[0].verdict as string;
    assert.equal(await verdict(), "unassigned");
    // Assigned afterwards: the next report finds it, and nothing is enrolled twice.
    const { id } = await hooks.templateAssigned({ ...event, templateId: "outside-wifi" });
    ours.clock.advance(HOUR);
    await hooks.deviceInventory({ ...event, certificates: [{ der: leaf }] });
    assert.deepEqual(
      [(await api.get(`/deployments/${id}`)).state, await verdict()],
      ["installed", "current"],
    );
    // By serial and issuer alone, as some hosts report.
    const other = { hostId: "mdm", deviceId: "desktop" };
    await hooks.deviceEnrolled({
      ...other,
      platform: "other",
      attributes: { devicename: "desktop" },
    });
    const desktop = await hooks.templateAssigned({ ...other, templateId: "outside-wifi" });
    const { subject } = await api.get("/authorities/digicert");
    const notAfter = new Date(ours.clock.now().getTime() + 30 * DAY);
    const certificates = [
      { serial: "0A:FF", issuer: subject as string, subject: "CN=desktop,O=Lab", notAfter },
    ];
    await hooks.deviceInventory({ ...other, certificates });
    assert.equal((await api.get(`/deployments/${desktop.id}`)).state, "installed");
  });

  it("L-03 its renewals have caps and quiet hours of their own", async () => {
    const rules = "/renewals/rules/digicert";
    assert.equal((await api.get(rules)).rules.perHour, 1000);
    assert.equal((await api.patch(rules, { perHour: 20 })).rules.perHour, 20);
    assert.equal((await api.get(rules)).version, 1);
  });

  it("A-01 the code and the URL change; profiles carry the new ones", async () => {
    const changed = await api.patch("/authorities/digicert/outside", {
      code: null,
      url: "https://new.example/scep",
    });
    assert.deepEqual(changed.outside, {
      serverType: "digicert-one",
      url: "https://new.example/scep",
      codeSet: false,
    });
    const event = { hostId: "mdm", deviceId: "laptop", templateId: "outside-wifi" };
    const { id } = await ours.countersign.hooks.templateAssigned(event);
    const profile = await ours.countersign.hooks.profileTaken({ deploymentId: id });
    const { scep } = JSON.parse(Buffer.from(profile.body).toString()) as AgentProfile;
    assert.deepEqual([scep.url, scep.challenge], ["https://new.example/scep", ""]);
    assert.equal((await api.refused("PATCH", "/authorities/nobody/outside", {})).code, "not_found");
  });
});
