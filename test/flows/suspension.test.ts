import assert from "node:assert/strict";
import { memoryHost } from "../../adapters/mdm/memory.ts";
import { crlSerials, crlText, ocspStatus } from "../support/openssl.ts";
import { parseCrl } from "../../plugin/pki/crl-read.ts";
import type { Api, Json } from "./api.ts";
import { ask, enrolled, newKey, refused, serialOf } from "./device.ts";
import { gatedCa } from "./gated-ca.ts";
import { eventually, HOUR, type Served, serve } from "./served.ts";
import { chainOf, fetchCrl, makeSite, mintChallenge, type SiteIds } from "./site.ts";

describe("flows: suspended, found again, disabled, compromised", () => {
  const gate = gatedCa();
  const host = memoryHost("memory");
  let served: Served;
  let api: Api;
  let site: SiteIds;
  let kept: SiteIds;
  let chain: readonly Buffer[];
  let ocspUrl: string;
  before(async () => {
    served = await serve({}, { caBackends: [gate], hosts: [host] });
    api = await served.api();
    site = await makeSite(api);
    await api.post("/templates", {
      ...{ id: "kept", authorityId: site.authority, subject: "CN=%devicename%" },
      revocation: { lost: "keep", userDisabled: "privilegeWithdrawn", unenrolled: "superseded" },
    });
    await api.post("/endpoints", {
      ...{ id: "kept-scep", authorityId: site.authority, templateIds: ["kept"] },
      policies: [{ kind: "dynamic" }],
    });
    kept = { ...site, template: "kept", endpoint: "kept-scep" };
    chain = await chainOf(api, site.authority);
    ocspUrl = (await api.get(`/authorities/${site.authority}`)).urls.ocsp as string;
  });
  after(() => served.end());
  afterEach(() => gate.open());

  let count = 0;
  const device = async (user = "") => {
    const deviceId = `held-${(count += 1)}`;
    const event = { hostId: "mdm", deviceId };
    const { id } = await served.countersign.hooks.deviceEnrolled({
      ...event,
      platform: "other",
      attributes: { devicename: deviceId, ...(user === "" ? {} : { username: user }) },
    });
    return { id, event };
  };
  const enrol = async (id: string, at = site): Promise<Uint8Array> =>
    enrolled(`${served.url}/scep/${at.endpoint}`, {
      key: await newKey(),
      challenge: await mintChallenge(api, at, id),
    });
  const rowOf = async (leaf: Uint8Array): Promise<Json> =>
    (await api.get(`/certificates?serial=${serialOf(leaf)}`)).items[0];
  const ocsp = (leaf: Uint8Array) => ocspStatus(ocspUrl, leaf, chain);
  const onCrl = async (leaf: Uint8Array): Promise<string | undefined> => {
    const entry = parseCrl(await fetchCrl(api, site.authority)).entries.find(
      ({ serial }) => serial === serialOf(leaf),
    );
    return entry && (entry.reason ?? "unspecified");
  };

  it("L-08 a lost device's certificates are on hold at once, and good again at once when it is found", async () => {
    const { hooks } = served.countersign;
    const { id, event } = await device();
    const leaf = await enrol(id);
    const other = await enrol(id, kept);
    const byHand = await enrol(id);
    await api.post(`/certificates/${(await rowOf(byHand)).id as string}/suspend`);
    const open = await mintChallenge(api, site, id);
    assert.deepEqual([await ocsp(leaf), await ocsp(other)], ["good", "good"]);

    const lost = await hooks.deviceLost(event);
    assert.deepEqual(lost.held.toSorted(), [serialOf(leaf), serialOf(byHand)].sort());
    assert.deepEqual([lost.revoked, lost.challengesBurned], [[], 1]);
    assert.deepEqual([await ocsp(leaf), await ocsp(other)], ["revoked", "good"]);
    assert.deepEqual([await onCrl(leaf), await onCrl(other)], ["certificateHold", undefined]);
    assert.equal((await api.get(`/devices/${id}`)).status, "lost");
    // Neither what was minted before nor anything new gets it a certificate, and news of it does not make it found.
    await refused(`${served.url}/scep/${site.endpoint}`, { key: await newKey(), challenge: open });
    await assert.rejects(mintChallenge(api, site, id), /device_gone/);
    await hooks.deviceEnrolled({ ...event, platform: "other", attributes: { devicename: "new" } });
    assert.equal((await api.get(`/devices/${id}`)).status, "lost");
    assert.deepEqual((await hooks.deviceLost(event)).held, []);

    assert.deepEqual((await hooks.deviceFound(event)).released.toSorted(), lost.held.toSorted());
    assert.deepEqual([await ocsp(leaf), await onCrl(leaf)], ["good", undefined]);
    // What an admin suspended stays so.
    assert.deepEqual([await ocsp(byHand), await onCrl(byHand)], ["revoked", "certificateHold"]);
    assert.deepEqual((await hooks.deviceFound(event)).released, []);
    await enrol(id);
    const events = (await api.all(`/ledger?subject=${id}`)).map(
      ({ event: name }) => name as string,
    );
    for (const name of ["device.lost", "device.found"]) assert.ok(events.includes(name), name);
  });

  it("L-08 what is lost may be wiped, and then never comes back", async () => {
    const { hooks } = served.countersign;
    const { id, event } = await device();
    const leaf = await enrol(id);
    await hooks.deviceLost(event);
    assert.deepEqual((await hooks.deviceWiped(event)).revoked, [serialOf(leaf)]);
    for (const late of [hooks.deviceFound, hooks.deviceLost, hooks.deviceCompromised])
      await late(event);
    assert.equal((await api.get(`/devices/${id}`)).status, "wiped");
    assert.deepEqual([await ocsp(leaf), await onCrl(leaf)], ["revoked", "cessationOfOperation"]);
    for (const action of ["suspend", "unsuspend"])
      assert.equal(
        (await api.refused("POST", `/certificates/${(await rowOf(leaf)).id as string}/${action}`))
          .code,
        "conflict",
      );
  });

  it("L-08 a loss while a certificate is signed wins, and it comes back with the device", async () => {
    const { hooks } = served.countersign;
    const { id, event } = await device();
    gate.close();
    const waiting = gate.waiting();
    const asking = ask(`${served.url}/scep/${site.endpoint}`, {
      key: await newKey(),
      challenge: await mintChallenge(api, site, id),
    });
    await waiting;
    const { held } = await hooks.deviceLost(event);
    gate.open();
    assert.equal(held.length, 1);
    assert.equal((await asking).status, "refused");
    assert.equal((await crlSerials(await fetchCrl(api, site.authority))).includes(held[0]!), true);
    assert.deepEqual((await hooks.deviceFound(event)).released, held);
    const [row] = (await api.get(`/certificates?serial=${held[0]!}`)).items;
    assert.equal(row.status, "issued");
  });

  it("L-08 a compromise revokes for good, and says since when on the CRL", async () => {
    const { hooks } = served.countersign;
    const { id, event } = await device();
    const leaf = await enrol(id);
    const since = new Date(Math.floor(Date.now() / 1000) * 1000 - 5 * HOUR);
    const future = new Date(Date.now() + HOUR);
    await assert.rejects(hooks.deviceCompromised({ ...event, since: future }), {
      code: "invalid_input",
    });
    const { revoked } = await hooks.deviceCompromised({ ...event, since });
    assert.deepEqual(revoked, [serialOf(leaf)]);
    const crl = await fetchCrl(api, site.authority);
    const entry = parseCrl(crl).entries.find(({ serial }) => serial === serialOf(leaf));
    assert.deepEqual([entry?.reason, entry?.invalidityDate], ["keyCompromise", since]);
    assert.match(await crlText(crl), /Invalidity Date/);
    assert.equal((await api.get(`/devices/${id}`)).status, "compromised");
    await assert.rejects(mintChallenge(api, site, id), /device_gone/);
    assert.deepEqual((await hooks.deviceFound(event)).released, []);
    await enrol(id);
  });

  it("C-16 a compromise that is known to have happened earlier moves the date back, on the CRL and in the ledger; a later one changes nothing", async () => {
    const { hooks } = served.countersign;
    const { id, event } = await device();
    const now = Math.floor(Date.now() / 1000) * 1000;
    const ago = (hours: number): Date => new Date(now - hours * HOUR);
    const superseded = await enrol(id);
    await api.post(`/certificates/${(await rowOf(superseded)).id as string}/revoke`, {
      ...{ reason: "superseded", invalidityDate: ago(1) },
    });
    const leaf = await enrol(id);
    const entryOf = async (of: Uint8Array) => {
      const { entries } = parseCrl(await fetchCrl(api, site.authority));
      return entries.find(({ serial }) => serial === serialOf(of));
    };
    const first = await hooks.deviceCompromised({ ...event, since: ago(5) });
    assert.deepEqual(
      [first.revoked, first.predated],
      [[serialOf(leaf)], [serialOf(superseded)]],
      "the key before was in other hands by then, too",
    );
    const posted = await entryOf(leaf);

    const later = await hooks.deviceCompromised({ ...event, since: ago(2) });
    assert.deepEqual([later.revoked, later.predated], [[], []]);
    assert.deepEqual((await entryOf(leaf))?.invalidityDate, ago(5));

    const earlier = await hooks.deviceCompromised({ ...event, since: ago(9) });
    assert.deepEqual(earlier.revoked, []);
    assert.deepEqual(earlier.predated.toSorted(), [serialOf(leaf), serialOf(superseded)].sort());
    for (const of of [leaf, superseded]) {
      const entry = await entryOf(of);
      assert.deepEqual([entry?.reason, entry?.invalidityDate], ["keyCompromise", ago(9)]);
      assert.equal(await ocsp(of), "revoked");
    }
    assert.deepEqual((await entryOf(leaf))?.revokedAt, posted?.revokedAt, "RFC 5280 5.3.2");
    const row = await rowOf(leaf);
    assert.equal(row.invalidityDate, ago(9).toISOString());
    const rows = await api.all(`/ledger?subject=${row.id as string}&event=certificate.revoked`);
    assert.deepEqual(
      rows.map(({ data }: Json) => [data.invalidityDate, data.already, data.before]),
      [
        [ago(9).toISOString(), true, ago(5).toISOString()],
        [ago(5).toISOString(), undefined, undefined],
      ],
    );
    const { entries } = await api.get(`/devices/${id}/timeline`);
    assert.ok(
      entries.some(({ summary }: Json) => /not to be trusted even since/.test(summary)),
      "the timeline says so",
    );
    // Word that comes late, of a time before: only what was there then.
    const old = await hooks.deviceCompromised({ ...event, at: ago(20) });
    assert.deepEqual(old.predated, [], "neither certificate was there twenty hours ago");
  });

  it("C-16 by hand an earlier date is taken for what is revoked already, and a later one is refused with the date that is known", async () => {
    const { id } = await device();
    const leaf = await enrol(id);
    const row = await rowOf(leaf);
    const path = `/certificates/${row.id as string}/revoke`;
    await api.post(path, { reason: "cessationOfOperation" });
    assert.equal((await api.refused("POST", path, { reason: "keyCompromise" })).code, "conflict");
    const now = Math.floor(Date.now() / 1000) * 1000;
    const at = (minutes: number): string => new Date(now - minutes * 60_000).toISOString();
    const known = await api.post(path, { reason: "keyCompromise", invalidityDate: at(60) });
    assert.deepEqual([known.revocationReason, known.invalidityDate], ["keyCompromise", at(60)]);
    const told = await api.refused("POST", path, { invalidityDate: at(30) });
    assert.equal(told.status, 409);
    assert.match(told.detail, /not to be trusted since .*only an earlier date changes that/);
    const still = await api.post(path, { reason: "superseded", invalidityDate: at(90) });
    assert.equal(still.revocationReason, "keyCompromise", "a compromise stays the reason");
    assert.equal(still.invalidityDate, at(90));
  });

  it("L-08 a disabled user loses the certificates of all his devices by each template's rule", async () => {
    const { hooks } = served.countersign;
    const [first, second, another] = [
      await device("Eve"),
      await device("eve"),
      await device("bob"),
    ];
    const held = [await enrol(first.id), await enrol(second.id)];
    const gone = await enrol(first.id, kept);
    const bystander = await enrol(another.id);
    await hooks.userDisabled({ hostId: "other", user: "eve" });
    assert.equal(await ocsp(held[0]!), "good");
    const { devices } = await hooks.userDisabled({ hostId: "mdm", user: "EVE" });
    assert.equal(devices.length, 2);
    for (const leaf of held) assert.equal(await onCrl(leaf), "certificateHold");
    assert.equal(await onCrl(gone), "privilegeWithdrawn");
    assert.equal(await ocsp(bystander), "good");
    // Two causes: it is good again when both are gone.
    await hooks.deviceLost(first.event);
    await hooks.userEnabled({ hostId: "mdm", user: "eve" });
    assert.deepEqual([await ocsp(held[0]!), await ocsp(held[1]!)], ["revoked", "good"]);
    await hooks.deviceFound(first.event);
    assert.equal(await ocsp(held[0]!), "good");
    assert.equal(await onCrl(gone), "privilegeWithdrawn");
    assert.deepEqual(await hooks.userDisabled({ hostId: "mdm", user: "nobody" }), { devices: [] });
  });

  it("L-08 a disabled user's devices, new ones too, get nothing until he is let in again, and then by themselves", async () => {
    const { hooks } = served.countersign;
    const { id, event } = await device("mallory");
    const leaf = await enrol(id);
    const open = await mintChallenge(api, kept, id);
    await hooks.userDisabled({ hostId: "mdm", user: "Mallory" });
    assert.ok((await api.get(`/devices/${id}`)).userDisabledAt);
    assert.equal((await api.get(`/devices/${id}`)).status, "enrolled");
    await assert.rejects(mintChallenge(api, site, id), /user_disabled/);
    const key = await newKey();
    await refused(`${served.url}/scep/${kept.endpoint}`, { key, challenge: open });
    // Nor by a profile, nor with another of his devices, nor by news of this one.
    const late = await device("MALLORY");
    await assert.rejects(mintChallenge(api, site, late.id), /user_disabled/);
    await hooks.deviceEnrolled({
      ...{ ...event, platform: "other" },
      attributes: { devicename: "x", username: "mallory", email: "m@example.com" },
    });
    await assert.rejects(mintChallenge(api, site, id), /user_disabled/);
    const asked = { deviceId: id, templateId: site.template };
    assert.equal((await api.refused("POST", "/deployments", asked)).code, "user_disabled");
    // Somebody else's phone now.
    await hooks.deviceEnrolled({
      ...{ ...late.event, platform: "other" },
      attributes: { devicename: "y", username: "trent" },
    });
    await enrol(late.id);

    const { devices } = await hooks.userEnabled({ hostId: "mdm", user: "m@example.com" });
    assert.deepEqual(devices, [{ deviceId: id, released: [serialOf(leaf)] }]);
    assert.equal((await api.get(`/devices/${id}`)).userDisabledAt, undefined);
    await enrol(id);
    await enrol((await device("mallory")).id);
    const events = (await api.all(`/ledger?subject=${id}`)).map(
      ({ event: name }) => name as string,
    );
    for (const name of ["device.user-disabled", "device.user-enabled"])
      assert.ok(events.includes(name), name);
    const [told] = await api.all("/ledger?event=user.enabled");
    assert.deepEqual(told.data.host, "mdm");
  });

  it("L-08 a user who is disabled while a certificate is signed wins, and it comes back with him", async () => {
    const { hooks } = served.countersign;
    const { id } = await device("carol");
    gate.close();
    const waiting = gate.waiting();
    const asking = ask(`${served.url}/scep/${site.endpoint}`, {
      key: await newKey(),
      challenge: await mintChallenge(api, site, id),
    });
    await waiting;
    const { devices } = await hooks.userDisabled({ hostId: "mdm", user: "carol" });
    gate.open();
    assert.equal(devices[0]?.held.length, 1);
    assert.equal((await asking).status, "refused");
    const held = devices[0].held;
    const { devices: back } = await hooks.userEnabled({ hostId: "mdm", user: "carol" });
    assert.deepEqual(back[0]?.released, held);
  });

  it("L-08 a profile that failed because the user was disabled is sent by itself when he is let in again", async () => {
    const { hooks } = served.countersign;
    const event = { hostId: "memory", deviceId: "dave" };
    const { id } = await hooks.deviceEnrolled({
      ...{ ...event, platform: "other", attributes: { devicename: "dave", username: "dave" } },
    });
    const { id: deployment } = await api.post("/deployments", {
      ...{ deviceId: id, templateId: site.template },
    });
    const stateOf = async () => api.get(`/deployments/${deployment as string}`);
    await enrol(id);
    await hooks.userDisabled({ hostId: "memory", user: "dave" });
    const before = host.deliveries.length;
    await api.post(`/deployments/${deployment as string}/renew`);
    await eventually(async () => (await stateOf()).state === "failed");
    const { reason, failure } = await stateOf();
    assert.equal(reason, "publish-failed");
    assert.match(failure as string, /^user_disabled: the user of device .* is disabled since/);
    await hooks.userEnabled({ hostId: "memory", user: "dave" });
    await eventually(async () => host.deliveries.length > before);
    assert.notEqual((await stateOf()).state, "failed");
  });

  it("L-08 a template's rule says the reason, and cannot spare what is gone", async () => {
    const { hooks } = served.countersign;
    const { id, event } = await device();
    const leaf = await enrol(id, kept);
    await hooks.deviceUnenrolled(event);
    assert.equal(await onCrl(leaf), "superseded");
    for (const rule of ["keep", "certificateHold"]) {
      const body = { revocation: { wiped: rule } };
      const { issues, code } = await api.refused("PATCH", "/templates/kept", body);
      assert.deepEqual([code, issues[0]?.path], ["template_impossible", "revocation.wiped"]);
    }
  });

  it("C-17 a suspension with an end lifts by itself; without one by hand", async () => {
    const { id } = await device();
    const [leaf, other] = [await enrol(id), await enrol(id)];
    const [row, second] = [await rowOf(leaf), await rowOf(other)];
    const at = (hours: number) =>
      new Date(served.clock.now().getTime() + hours * HOUR).toISOString();
    assert.equal(
      (await api.refused("POST", `/certificates/${row.id as string}/suspend`, { until: at(-1) }))
        .code,
      "invalid_input",
    );
    const held = await api.post(`/certificates/${row.id as string}/suspend`, {
      ...{ until: at(1), comment: "on leave" },
    });
    const [said] = await api.all(`/ledger?subject=${row.id as string}&event=certificate.suspended`);
    assert.equal(said.data.comment, "on leave");
    assert.ok(
      (await api.all("/certificates?status=suspended")).some(({ id: held_ }) => held_ === row.id),
    );
    assert.deepEqual(held.hold, { causes: ["admin"], until: held.hold.until });
    await api.post(`/certificates/${second.id as string}/suspend`);
    assert.deepEqual([await ocsp(leaf), await onCrl(leaf)], ["revoked", "certificateHold"]);
    served.clock.advance(HOUR + 1000);
    for (let n = 0; n < 50 && (await rowOf(leaf)).status !== "issued"; n += 1)
      await new Promise((resolve) => setTimeout(resolve, 100));
    assert.deepEqual([(await rowOf(leaf)).status, await onCrl(leaf)], ["issued", undefined]);
    assert.equal((await rowOf(other)).status, "revoked");
    await api.post(`/certificates/${second.id as string}/unsuspend`);
    assert.equal((await rowOf(other)).status, "issued");
    const [entry] = (await api.all("/ledger?event=certificate.released")).filter(
      ({ subjectId }) => subjectId === row.id,
    );
    assert.equal(entry.principal, "system:suspensions");
  });

  it("C-18 C-20 a bulk run says of each row what became of it, and a bad row keeps no other from it", async () => {
    const { id } = await device();
    const [a, b, c] = [await enrol(id), await enrol(id), await enrol(id)];
    const rows = [
      { id: (await rowOf(a)).id, reason: "superseded" },
      { id: "nobody" },
      "not a row",
      { id: (await rowOf(a)).id },
      { serial: serialOf(b).toUpperCase().replace(/(..)/g, "$1:").slice(0, -1) },
      { reason: "keyCompromise" },
      { id: (await rowOf(c)).id, reason: "because" },
      { id: (await rowOf(c)).id, invalidityDate: "2999-01-01T00:00:00Z" },
      { serial: "zz" },
    ];
    const answer = await api.post("/certificates/bulk", { action: "revoke", rows });
    assert.deepEqual([answer.done, answer.refused], [2, 7]);
    assert.deepEqual(
      (answer.items as Json[]).map(({ row, done, code }) => [row, done ? "done" : code]),
      [
        ...[
          [0, "done"],
          [1, "not_found"],
          [2, "invalid_input"],
          [3, "conflict"],
          [4, "done"],
        ],
        ...[
          [5, "invalid_input"],
          [6, "invalid_input"],
          [7, "invalid_input"],
          [8, "invalid_input"],
        ],
      ],
    );
    assert.deepEqual(
      [await onCrl(a), await onCrl(b), await onCrl(c)],
      ["superseded", "unspecified", undefined],
    );
    const auditor = await served.api("default", ["ca-auditor"]);
    assert.equal(
      (
        await auditor.refused("POST", "/certificates/bulk", {
          action: "revoke",
          rows: [{ id: "x" }],
        })
      ).code,
      "forbidden",
    );
    await (await served.operator()).post("/tenants", { id: "other", name: "Other" });
    const stranger = await served.api("other");
    const theirs = await stranger.post("/certificates/bulk", {
      action: "revoke",
      rows: [{ id: (await rowOf(c)).id }, { serial: serialOf(c) }],
    });
    assert.deepEqual([theirs.done, theirs.refused], [0, 2]);
    assert.equal((await rowOf(c)).status, "issued");
  });
});
