import assert from "node:assert/strict";
import { internalCa } from "../../adapters/ca/internal.ts";
import { type CaBackendFactory, CountersignError } from "../../plugin/sdk.ts";
import type { Api, Json } from "./api.ts";
import { enrolled, newKey, serialOf } from "./device.ts";
import { DAY, HOUR, type Served, serve } from "./served.ts";
import { makeDevice, makeSite, mintChallenge, type SiteIds } from "./site.ts";

/** The built-in CA in the part of one outside, whose revocation may fail. */
const outsideCa = () => {
  const inner = internalCa();
  const told: string[] = [];
  let fault: CountersignError | undefined;
  const factory: CaBackendFactory = {
    kind: "internal",
    serves: () => true,
    create: (authority, signer) => {
      const say = async (what: string): Promise<void> => {
        if (fault !== undefined) throw fault;
        told.push(what);
      };
      return {
        ...inner.create(authority, signer),
        revoke: (serial, reason, since) =>
          say([serial, reason, ...(since === undefined ? [] : [since.toISOString()])].join(" ")),
        unhold: (serial) => say(`${serial} good`),
      };
    },
  };
  return { factory, told, fail: (with_?: CountersignError) => void (fault = with_) };
};

describe("flows: the outbox", () => {
  const ca = outsideCa();
  let served: Served;
  let api: Api;
  let site: SiteIds;
  before(async () => {
    served = await serve({}, { caBackends: [ca.factory] });
    api = await served.api();
    site = await makeSite(api);
  });
  after(() => served.end());

  let count = 0;
  const enrol = async (): Promise<{ serial: string; id: string }> => {
    const device = await makeDevice(api, `outside-${(count += 1)}`);
    const leaf = await enrolled(`${served.url}/scep/${site.endpoint}`, {
      key: await newKey(),
      challenge: await mintChallenge(api, site, device),
    });
    const serial = serialOf(leaf);
    const [row] = (await api.get(`/certificates?serial=${serial}`)).items;
    return { serial, id: row.id as string };
  };
  const until = async (what: string, seen: () => Promise<boolean> | boolean): Promise<void> => {
    for (let n = 0; n < 150; n += 1) {
      if (await seen()) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.fail(`never: ${what}`);
  };
  const letters = async (state = ""): Promise<Json[]> =>
    api.all(`/outbox${state === "" ? "" : `?state=${state}`}`);

  it("L-08 an outside CA is told of every revocation and release, until it has confirmed it", async () => {
    const { serial, id } = await enrol();
    ca.fail(new CountersignError("busy", "the CA does not answer"));
    await api.post(`/certificates/${id}/suspend`);
    await until("an attempt", async () => ((await letters())[0]?.attempts ?? 0) > 0);
    const [waiting] = await letters();
    assert.deepEqual(waiting.effect, {
      ...{ kind: "revoke-outside", authorityId: site.authority, serial },
      reason: "certificateHold",
    });
    await until("a reason", async () => (await letters())[0]?.reason !== undefined);
    assert.match((await letters())[0].reason as string, /does not answer/);
    // Here it is suspended whatever the other says.
    assert.equal((await api.get(`/certificates/${id}`)).status, "revoked");
    ca.fail();
    served.clock.advance(10_000);
    await until("told", () => ca.told.length === 1);
    await api.post(`/certificates/${id}/unsuspend`);
    const since = "2026-01-31T00:00:00.000Z";
    await api.post(`/certificates/${id}/revoke`, {
      ...{ reason: "keyCompromise", invalidityDate: since },
    });
    await until("told of all", () => ca.told.length === 3);
    assert.deepEqual(ca.told.splice(0), [
      `${serial} certificateHold`,
      `${serial} good`,
      `${serial} keyCompromise ${since}`,
    ]);
    await until("empty", async () => (await letters()).length === 0);
  });

  it("what is refused for good is a dead letter, shown, counted, and sent again by hand", async () => {
    const { serial, id } = await enrol();
    ca.fail(new CountersignError("policy_refused", "the CA knows no such certificate"));
    await api.post(`/certificates/${id}/revoke`, {});
    await until("dead", async () => (await letters("dead")).length === 1);
    const [dead] = await letters("dead");
    assert.deepEqual([dead.state, dead.attempts, dead.dueAt], ["dead", 1, undefined]);
    assert.match(dead.reason as string, /knows no such certificate/);
    assert.deepEqual(await letters("waiting"), []);
    served.clock.advance(30 * DAY);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assert.equal((await letters("dead")).length, 1);
    assert.equal((await api.refused("POST", "/outbox/0/resend")).code, "not_found");
    const auditor = await served.api("default", ["ca-auditor"]);
    assert.equal((await auditor.get("/outbox")).items.length, 1);
    assert.equal(
      (await auditor.refused("POST", `/outbox/${dead.id as string}/resend`)).code,
      "forbidden",
    );
    await (await served.operator()).post("/tenants", { id: "other", name: "Other" });
    const stranger = await served.api("other");
    assert.deepEqual((await stranger.get("/outbox")).items, []);
    assert.equal(
      (await stranger.refused("POST", `/outbox/${dead.id as string}/resend`)).code,
      "not_found",
    );
    ca.fail();
    assert.equal((await api.post(`/outbox/${dead.id as string}/resend`)).state, "waiting");
    await until("told", () => ca.told.length === 1);
    assert.deepEqual(ca.told.splice(0), [`${serial} unspecified`]);
    const events = (await api.all("/ledger")).map(({ event }) => event as string);
    for (const event of ["outbox.buried", "outbox.resent"]) assert.ok(events.includes(event));
  });

  it("what fails comes back later and later, never all at once", async () => {
    const rows = [await enrol(), await enrol(), await enrol(), await enrol()];
    ca.fail(new CountersignError("busy", "not now"));
    await api.post("/certificates/bulk", {
      action: "revoke",
      rows: rows.map(({ id }) => ({ id })),
    });
    const due = new Set<string>();
    for (let round = 0; round < 3; round += 1) {
      const attempts = round + 1;
      await until(`attempt ${attempts}`, async () =>
        (await letters()).every((row) => row.attempts >= attempts && row.reason !== undefined),
      );
      for (const row of await letters()) due.add(row.dueAt as string);
      served.clock.advance(HOUR);
    }
    assert.ok(due.size > 6, [...due].join());
    ca.fail();
    served.clock.advance(HOUR);
    await until("told", () => ca.told.length === 4);
    assert.equal(new Set(ca.told.splice(0)).size, 4);
  });

  it("L-07 L-08 what is superseded, and the certificate of a deleted CA, are told outside too", async () => {
    const { hooks } = served.countersign;
    const other = await makeSite(api, { id: "other", template: { oldCertificate: "revoke" } });
    const event = { hostId: "mdm", deviceId: "renewing" };
    const deviceId = await makeDevice(api, event.deviceId);
    await api.post("/deployments", { deviceId, templateId: other.template });
    const leaves: Uint8Array[] = [];
    for (let n = 0; n < 2; n += 1) {
      const challenge = await mintChallenge(api, other, deviceId);
      leaves.push(
        await enrolled(`${served.url}/scep/${other.endpoint}`, { key: await newKey(), challenge }),
      );
      await hooks.deviceInventory({ ...event, certificates: leaves.map((der) => ({ der })) });
    }
    await until("told of the old one", () => ca.told.length === 1);
    assert.deepEqual(ca.told.splice(0), [`${serialOf(leaves[0]!)} superseded`]);
    const [row] = await api.all(`/ledger?event=certificate.revoked`);
    assert.deepEqual(
      [row.data.serial, row.data.because, typeof row.data.replacedBy],
      [serialOf(leaves[0]!), "renewed", "string"],
    );
    const { serial } = await api.get(`/authorities/${other.authority}`);
    await api.delete(`/authorities/${other.authority}?confirm=other&force=true`);
    await until("told of the CA's own", () => ca.told.length === 1);
    assert.deepEqual(ca.told.splice(0), [`${serial as string} cessationOfOperation`]);
  });
});
