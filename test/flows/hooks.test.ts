import assert from "node:assert/strict";
import { createHmac, randomUUID } from "node:crypto";
import { parseCrl } from "../../plugin/pki/crl-read.ts";
import type { HookRequest, HostEvent } from "../../plugin/sdk.ts";
import { CountersignError } from "../../plugin/sdk.ts";
import { crlSerials } from "../support/openssl.ts";
import type { Api, Json } from "./api.ts";
import { enrolled, newKey, serialOf } from "./device.ts";
import { lazyHost } from "./lazy-host.ts";
import { DAY, HOUR, type Served, serve } from "./served.ts";
import { fetchCrl, makeSite, mintChallenge, type SiteIds } from "./site.ts";

/** A host with a format and a signature of its own. */
const ownFormat = () => ({
  ...lazyHost("own"),
  parseHook: ({ headers, body, secrets }: HookRequest): Promise<readonly HostEvent[]> => {
    if (!secrets.some((secret) => headers["x-own-key"] === secret))
      return Promise.reject(new CountersignError("unauthenticated", "another key"));
    const [kind, deviceId = ""] = Buffer.from(body).toString().split(" ");
    const eventId = `${kind ?? ""}-${deviceId}`;
    return Promise.resolve([
      kind === "gone"
        ? { kind: "deviceUnenrolled", hostId: "whatever", deviceId, eventId }
        : {
            kind: "deviceEnrolled",
            hostId: "whatever",
            deviceId,
            eventId,
            platform: "other",
            attributes: {},
          },
    ]);
  },
});

describe("flows: what MDM servers report", () => {
  let served: Served;
  let api: Api;
  let site: SiteIds;
  let secret: string;
  before(async () => {
    served = await serve({}, { hosts: [ownFormat()] });
    api = await served.api();
    site = await makeSite(api);
    ({ secret } = await api.post("/hook-adapters", { id: "jamf-red", hostId: "jamf" }));
  });
  after(() => served.end());

  interface Sending {
    readonly adapter?: string;
    readonly key?: string;
    readonly at?: number;
    readonly headers?: Record<string, string>;
    readonly raw?: string;
  }
  const post = async (
    body: unknown,
    sending: Sending = {},
  ): Promise<{ status: number; json: Json }> => {
    const text = sending.raw ?? JSON.stringify(body);
    const at = String(sending.at ?? Math.floor(served.clock.now().getTime() / 1000));
    const mac = createHmac("sha256", sending.key ?? secret)
      .update(`${at}.${text}`)
      .digest("hex");
    const response = await fetch(`${served.url}/hooks/${sending.adapter ?? "jamf-red"}`, {
      method: "POST",
      headers: {
        "x-countersign-timestamp": at,
        "x-countersign-signature": `v1=${mac}`,
        ...sending.headers,
      },
      body: text,
    });
    return { status: response.status, json: await response.json() };
  };
  let count = 0;
  const enrolEvent = (name = `hook-${++count}`): Json => ({
    ...{ kind: "deviceEnrolled", eventId: randomUUID(), hostId: "ignored", deviceId: name },
    ...{ platform: "other", attributes: { devicename: name, username: `user-${name}` } },
  });
  const deviceOf = async (name: string): Promise<Json> =>
    (await api.all("/devices")).find(({ hostDeviceId }) => hostDeviceId === name);
  /** A device of the host with a certificate. */
  const withLeaf = async () => {
    const event = enrolEvent();
    assert.equal((await post(event)).json.results[0].status, "done");
    const device = await deviceOf(event.deviceId as string);
    const url = `${served.url}/scep/${site.endpoint}`;
    const enrol = async () =>
      enrolled(url, {
        key: await newKey(),
        challenge: await mintChallenge(api, site, device.id as string),
      });
    return { name: event.deviceId as string, id: device.id as string, leaf: await enrol(), enrol };
  };
  const of = (name: string, kind: string, more: object = {}): Json => ({
    ...{ kind, eventId: randomUUID(), hostId: "jamf", deviceId: name, ...more },
  });
  const revokedSerials = async (): Promise<readonly string[]> =>
    crlSerials(await fetchCrl(api, site.authority));

  it("L-08 a signed wipe revokes at once; sent again it changes nothing and answers the same", async () => {
    const phone = await withLeaf();
    const wipe = of(phone.name, "deviceWiped");
    assert.equal((await post(wipe)).json.results[0].status, "done");
    assert.ok((await revokedSerials()).includes(serialOf(phone.leaf)));
    const rows = (await api.all("/ledger")).length;
    for (let n = 0; n < 3; n += 1) assert.equal((await post(wipe)).json.results[0].status, "done");
    assert.equal((await api.all("/ledger")).length, rows);
    const { hooks } = served.countersign;
    const twice = { hostId: "jamf", deviceId: phone.name, eventId: wipe.eventId as string };
    assert.deepEqual((await hooks.deviceWiped(twice)).revoked, [serialOf(phone.leaf)]);
  });

  for (const [fault, sending] of [
    ["another secret", { key: "0".repeat(64) }],
    ["no signature", { headers: { "x-countersign-signature": "" } }],
    ["no timestamp", { headers: { "x-countersign-timestamp": "" } }],
    [
      "a signature of another version",
      { headers: { "x-countersign-signature": `v2=${"0".repeat(64)}` } },
    ],
    ["an adapter that nobody made", { adapter: "nobody" }],
  ] as const)
    it(`L-08 refuses ${fault} with the one answer`, async () => {
      const { status, json } = await post(enrolEvent(), sending);
      assert.deepEqual([status, json.code, json.detail], [401, "unauthenticated", undefined]);
    });

  it("L-08 refuses what was signed too long ago or too far ahead, and a body that was changed", async () => {
    const now = Math.floor(served.clock.now().getTime() / 1000);
    assert.equal((await post(enrolEvent(), { at: now - 310 })).status, 401);
    assert.equal((await post(enrolEvent(), { at: now + 310 })).status, 401);
    assert.equal((await post(enrolEvent(), { at: now - 280 })).status, 200);
    const mac = createHmac("sha256", secret).update(`${now}.{}`).digest("hex");
    const changed = { headers: { "x-countersign-signature": `v1=${mac}` }, at: now };
    assert.equal((await post(enrolEvent(), changed)).status, 401);
    const get = await fetch(`${served.url}/hooks/jamf-red`);
    assert.deepEqual([get.status, get.headers.get("allow")], [405, "POST"]);
  });

  it("L-08 a secret is rotated without a gap, shown once and nowhere else", async () => {
    const made = await api.post("/hook-adapters", { id: "jamf-roll", hostId: "jamf" });
    const first = { adapter: "jamf-roll", key: made.secret as string };
    const rotated = await api.post("/hook-adapters/jamf-roll/rotate", { overlapSeconds: 3600 });
    const second = { adapter: "jamf-roll", key: rotated.secret as string };
    assert.deepEqual(
      [(await post(enrolEvent(), first)).status, (await post(enrolEvent(), second)).status],
      [200, 200],
    );
    served.clock.advance(1.1 * HOUR);
    assert.equal((await post(enrolEvent(), first)).status, 401);
    assert.equal((await post(enrolEvent(), second)).status, 200);
    await api.patch("/hook-adapters/jamf-roll", { enabled: false });
    assert.equal((await post(enrolEvent(), second)).status, 401);
    const shown = JSON.stringify([await api.get("/hook-adapters"), await api.all("/ledger")]);
    for (const one of [secret, made.secret, rotated.secret])
      assert.ok(!shown.includes(one as string));
    await api.delete("/hook-adapters/jamf-roll");
    assert.equal((await api.refused("GET", "/hook-adapters/jamf-roll")).code, "not_found");
    const operator = await served.api("default", ["protocol-auditor"]);
    assert.equal(
      (await operator.refused("POST", "/hook-adapters", { id: "x1", hostId: "y" })).status,
      403,
    );
  });

  it("L-08 one bad row spoils no batch: each is judged for itself", async () => {
    const phone = await withLeaf();
    const rows = [
      enrolEvent(),
      of("nobody-knows-me", "deviceWiped"),
      { kind: "deviceEaten", eventId: "e", deviceId: "x" },
      of(phone.name, "deviceWiped", { eventId: undefined }),
      of(phone.name, "deviceWiped", {
        at: new Date(served.clock.now().getTime() + DAY).toISOString(),
      }),
      of(phone.name, "deviceWiped", { surprise: 1 }),
      of(phone.name, "commandAcknowledged", { deploymentId: "none" }),
      of(phone.name, "deviceUnenrolled"),
    ];
    const { status, json } = await post({ events: rows });
    assert.equal(status, 200);
    assert.deepEqual(
      json.results.map((row: Json) => [row.status, row.problem?.code]),
      [
        ["done", undefined],
        ["refused", "not_found"],
        ...Array<string[]>(4).fill(["refused", "invalid_input"]),
        ["refused", "not_found"],
        ["done", undefined],
      ],
    );
    assert.equal((await api.get(`/devices/${phone.id}`)).status, "unenrolled");
    for (const raw of ["not json", "[]", '{"events":[]}'])
      assert.equal((await post(undefined, { raw })).status, 400, raw);
  });

  it("L-08 events that come out of order: the later one stands, a wipe still ends what was there before it", async () => {
    const phone = await withLeaf();
    served.clock.advance(HOUR);
    const wipedAt = served.clock.now().toISOString();
    served.clock.advance(HOUR);
    // Wiped, then enrolled again and given a new certificate; the news of the wipe comes last.
    assert.equal((await post({ ...enrolEvent(phone.name) })).json.results[0].status, "done");
    const fresh = await phone.enrol();
    const late = of(phone.name, "deviceWiped", { at: wipedAt });
    assert.equal((await post(late)).json.results[0].status, "done");
    assert.equal((await api.get(`/devices/${phone.id}`)).status, "enrolled");
    const revoked = await revokedSerials();
    assert.deepEqual(
      [phone.leaf, fresh].map((der) => revoked.includes(serialOf(der))),
      [true, false],
    );
    // An enrolment of before the wipe does not bring a wiped device back.
    await post(of(phone.name, "deviceWiped"));
    await post({ ...enrolEvent(phone.name), at: wipedAt });
    assert.equal((await api.get(`/devices/${phone.id}`)).status, "wiped");
    const { entries } = await api.get(`/devices/${phone.id}/timeline`);
    assert.ok(entries.some(({ summary }: Json) => /came late/.test(summary as string)));
  });

  it("L-08 the id of another event is refused, and a refused event may come again when its device is known", async () => {
    const early = of("comes-later", "deviceWiped");
    assert.equal((await post(early)).json.results[0].problem.code, "not_found");
    await post(enrolEvent("comes-later"));
    assert.equal((await post(early)).json.results[0].status, "done");
    assert.equal((await deviceOf("comes-later")).status, "wiped");
    const other = { ...early, deviceId: "somebody-else" };
    assert.equal((await post(other)).json.results[0].problem.code, "conflict");
  });

  it("L-08 twenty at the same moment count once", async () => {
    const phone = await withLeaf();
    const wipe = of(phone.name, "deviceWiped");
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(wipe)));
    const statuses = answers.map(({ json }) => json.results[0].status as string);
    assert.ok(statuses.includes("done"));
    assert.ok(statuses.every((status) => status === "done" || status === "failed"));
    const wipes = (await api.all("/ledger?event=device.wiped")).filter(
      ({ subjectId }) => subjectId === phone.id,
    );
    assert.equal(wipes.length, 1);
    assert.equal((await post(wipe)).json.results[0].status, "done");
  });

  it("L-08 a device with several certificates of one template loses all of them; another tenant's device is unknown", async () => {
    const phone = await withLeaf();
    const second = await phone.enrol();
    const operator = await served.operator();
    await operator.post("/tenants", { id: "blue", name: "Blue" });
    const blue = await served.api("blue");
    const theirs = await blue.post("/hook-adapters", { id: "jamf-blue", hostId: "jamf" });
    const sending = { adapter: "jamf-blue", key: theirs.secret as string };
    const crossed = await post(of(phone.name, "deviceWiped"), sending);
    assert.equal(crossed.json.results[0].problem.code, "not_found");
    assert.equal((await api.get(`/devices/${phone.id}`)).status, "enrolled");
    assert.equal(
      (await blue.refused("POST", "/hook-adapters", { id: "jamf-red", hostId: "x" })).code,
      "conflict",
    );
    await post(
      of(phone.name, "deviceCompromised", {
        since: new Date(served.clock.now().getTime() - DAY).toISOString(),
      }),
    );
    const revoked = await revokedSerials();
    for (const der of [phone.leaf, second]) assert.ok(revoked.includes(serialOf(der)));
  });

  it("C-16 since when keys are in other hands reaches the CRL and the details, signed, late, and by the device's own route", async () => {
    const now = served.clock.now().getTime();
    const since = new Date(Math.floor((now - 3 * DAY) / 1000) * 1000);
    const dates = async (leaf: Uint8Array) => {
      const { entries } = parseCrl(await fetchCrl(api, site.authority));
      const entry = entries.find(({ serial }) => serial === serialOf(leaf));
      const { id } = (await api.get(`/certificates?serial=${serialOf(leaf)}`)).items[0];
      const { status, invalidityDate } = await api.get(`/certificates/${id}`);
      assert.equal(status, "revoked");
      return [entry?.invalidityDate?.toISOString(), invalidityDate];
    };
    const both = [since.toISOString(), since.toISOString()];

    const signed = await withLeaf();
    await post(of(signed.name, "deviceCompromised", { since: since.toISOString() }));
    assert.deepEqual(await dates(signed.leaf), both);

    const routed = await withLeaf();
    await api.post(`/devices/${routed.id}/compromised`, { since: since.toISOString() });
    assert.deepEqual(await dates(routed.leaf), both);
    const told = (await api.get(`/devices/${routed.id}/timeline?limit=100`)).entries as Json[];
    assert.ok(
      told.some(({ summary }) =>
        String(summary).endsWith(`, not to be trusted since ${since.toISOString()}`),
      ),
    );

    // Something newer is known of the device by the time that the report comes.
    const late = await withLeaf();
    served.clock.advance(60_000);
    const at = served.clock.now().toISOString();
    served.clock.advance(60_000);
    await post(of(late.name, "deviceFound"));
    const report = { at, since: since.toISOString() };
    assert.equal(
      (await post(of(late.name, "deviceCompromised", report))).json.results[0].status,
      "done",
    );
    assert.equal((await api.get(`/devices/${late.id}`)).status, "enrolled");
    assert.deepEqual(await dates(late.leaf), both);

    // A host whose clock is a little ahead is believed, and nothing is dated to come.
    const ahead = await withLeaf();
    const soon = new Date(served.clock.now().getTime() + 120_000).toISOString();
    assert.equal(
      (await post(of(ahead.name, "deviceCompromised", { at: soon }))).json.results[0].status,
      "done",
    );
    const [onCrl] = await dates(ahead.leaf);
    assert.ok(onCrl !== undefined && new Date(onCrl) <= served.clock.now());
    const tooFar = new Date(served.clock.now().getTime() + DAY).toISOString();
    const refused = await post(of(ahead.name, "deviceCompromised", { since: tooFar }));
    assert.equal(refused.json.results[0].problem.code, "invalid_input");
  });

  it("R-09 an MDM's credential: shown once, listed with its last use, two good ones while it is rotated, deleted at once", async () => {
    const made = await api.post("/hook-adapters", { id: "rotated", hostId: "jamf" });
    const listed = async (): Promise<Json> =>
      (await api.get("/hook-adapters")).items.find(({ id }: Json) => id === "rotated");
    assert.equal((await listed()).lastUsedAt, undefined);
    assert.ok(!JSON.stringify(await listed()).includes(made.secret as string));
    const call = async (key: string): Promise<number> =>
      (await post(enrolEvent(), { adapter: "rotated", key })).status;
    assert.equal(await call("0".repeat(64)), 401);
    assert.equal((await listed()).lastUsedAt, undefined, "a wrong one is no use of it");
    const first = made.secret as string;
    assert.equal(await call(first), 200);
    const used = Date.parse((await listed()).lastUsedAt as string);
    assert.ok(Math.abs(used - served.clock.now().getTime()) < 60_000);
    assert.equal((await listed()).version, made.adapter.version);
    const second = (await api.post("/hook-adapters/rotated/rotate", {})).secret as string;
    assert.deepEqual([await call(first), await call(second)], [200, 200]);
    assert.equal(Date.parse((await listed()).lastUsedAt as string), used, "to the minute");
    served.clock.advance(2 * DAY);
    assert.deepEqual([await call(first), await call(second)], [401, 200]);
    assert.ok(Date.parse((await listed()).lastUsedAt as string) > used + DAY);
    await api.delete("/hook-adapters/rotated");
    assert.equal(await call(second), 401);
    assert.equal(await listed(), undefined);
  });

  it("R-09 an MDM's credential is called by the pattern of user names: 2 to 18 of a-z, 0-9, - and _", async () => {
    for (const id of ["a", "Jamf", "jamf red", "x".repeat(19), "ümlaut"]) {
      const refused = await api.refused("POST", "/hook-adapters", { id, hostId: "jamf" });
      assert.deepEqual([refused.status, refused.code], [400, "invalid_input"], id);
    }
    for (const id of ["_-", "x".repeat(18)]) {
      const { secret: key } = await api.post("/hook-adapters", { id, hostId: "jamf" });
      assert.equal((await post(enrolEvent(), { adapter: id, key: key as string })).status, 200, id);
    }
  });

  it("R-09 wrong tries are limited: who signs wrongly a hundred times in a minute is not heard", async () => {
    const own = await serve();
    try {
      const made = await (await own.api()).post("/hook-adapters", { id: "tried", hostId: "jamf" });
      const call = async (key: string, adapter = "tried"): Promise<Response> => {
        const at = String(Math.floor(own.clock.now().getTime() / 1000));
        const mac = createHmac("sha256", key).update(`${at}.{}`).digest("hex");
        return fetch(`${own.url}/hooks/${adapter}`, {
          ...{ method: "POST", body: "{}" },
          headers: { "x-countersign-timestamp": at, "x-countersign-signature": `v1=${mac}` },
        });
      };
      const right = made.secret as string;
      const tries = Array.from({ length: 100 }, (_, n) => call("0".repeat(64), `nobody-${n % 3}`));
      for (const { status } of await Promise.all(tries)) assert.equal(status, 401);
      const refused = await call(right);
      assert.equal(refused.status, 429);
      assert.ok(Number(refused.headers.get("retry-after")) > 0);
      // Devices behind the same address are counted for themselves.
      assert.notEqual((await fetch(`${own.url}/scep/none?operation=GetCACaps`)).status, 429);
    } finally {
      await own.end();
    }
  });

  it("L-08 every kind of event is taken over the API and in process under the same name", async () => {
    const phone = await withLeaf();
    const { hooks } = served.countersign;
    const device = { hostId: "jamf", deviceId: phone.name };
    for (const kind of ["deviceLost", "deviceFound"] as const) {
      await api.post(`/hooks/${kind}`, device);
      assert.equal((await hooks[kind](device)).deviceId, phone.id);
    }
    const user = { hostId: "jamf", user: `user-${phone.name}` };
    assert.equal((await hooks.userDisabled(user)).devices.length, 1);
    assert.equal((await api.post("/hooks/userEnabled", user)).devices.length, 1);
    assert.deepEqual(
      (await api.post("/hooks/userDisabled", { hostId: "jamf", user: "nobody" })).devices,
      [],
    );
    await api.post("/hooks/deviceInventory", { ...device, certificates: [] });
    const auditor = await served.api("default", ["protocol-auditor"]);
    assert.equal((await auditor.refused("POST", "/hooks/deviceLost", device)).status, 403);
  });

  it("L-08 a host with a format of its own reads and checks its calls itself", async () => {
    const made = await api.post("/hook-adapters", { id: "own", hostId: "own" });
    const call = (raw: string, key: string) =>
      post(undefined, { adapter: "own", raw, headers: { "x-own-key": key } });
    assert.equal((await call("here tablet", made.secret as string)).status, 200);
    assert.equal((await deviceOf("tablet")).hostId, "own");
    assert.equal((await call("gone tablet", "wrong")).status, 401);
    assert.equal((await call("gone tablet", made.secret as string)).json.results[0].status, "done");
    assert.equal((await deviceOf("tablet")).status, "unenrolled");
  });
});
