import assert from "node:assert/strict";
import { certificateText, assertVerifies } from "../support/openssl.ts";
import type { Api, Json } from "./api.ts";
import { ask, enrolled, newKey, refused, scepMessage, serialOf } from "./device.ts";
import { gatedCa } from "./gated-ca.ts";
import { HOUR, type Served, serve } from "./served.ts";
import { chainOf, makeDevice, makeSite, mintChallenge, type SiteIds } from "./site.ts";

/** The one text for every fault of a challenge (decision 4). */
const ONE_TEXT = "The challenge was refused";

describe("flows: dynamic challenges", () => {
  const gate = gatedCa();
  let served: Served;
  let api: Api;
  let site: SiteIds;
  let url: string;
  before(async () => {
    served = await serve({}, { caBackends: [gate] });
    api = await served.api();
    site = await makeSite(api, {
      template: { sans: [{ type: "dns", pattern: "%devicename%.lab.example" }] },
    });
    url = `${served.url}/scep/${site.endpoint}`;
  });
  after(() => served.end());
  afterEach(() => gate.open());

  let count = 0;
  const device = async () => {
    const name = `dynamic-${++count}`;
    const id = await makeDevice(api, name);
    return { name, id, mint: () => mintChallenge(api, site, id) };
  };
  const certificatesOf = (id: string): Promise<Json[]> => api.all(`/certificates?device=${id}`);
  const lastRefusal = async (): Promise<Json> =>
    (await api.get("/ledger?event=certificate.refused&limit=1")).items[0].data;

  it("E-19 issues the template's names for the bound device, whatever the CSR claims", async () => {
    const { name, id, mint } = await device();
    const leaf = await enrolled(url, {
      key: await newKey(),
      subject: "CN=Somebody Else,O=Evil",
      sans: [{ type: "dns", value: "bank.example" }],
      challenge: await mint(),
    });
    const text = await certificateText(leaf, "-subject", "-ext", "subjectAltName");
    assert.match(text, new RegExp(`^subject=CN = ${name}, O = Lab\\n`));
    assert.match(text, new RegExp(`DNS:${name}\\.lab\\.example\\n$`));
    await assertVerifies(leaf, await chainOf(api, site.authority));
    const [row] = await certificatesOf(id);
    assert.equal(row.serial, serialOf(leaf));
    assert.deepEqual(
      [row.status, row.templateId, row.endpointId, row.role],
      [...["issued", site.template, site.endpoint, "subscriber"]],
    );
  });

  it("E-19 answers a re-sent request, byte for byte or written anew, with the same certificate", async () => {
    const { id, mint } = await device();
    const asking = { key: await newKey(), challenge: await mint() };
    const message = await scepMessage(url, asking);
    const [first, second] = [await message.send(), await message.send()];
    assert.ok(first.status === "issued");
    assert.deepEqual(second, first);
    assert.deepEqual(await ask(url, asking), first);
    assert.equal((await certificatesOf(id)).length, 1);
    // Until the challenge's own end, long after the 15 minutes of other requests.
    served.clock.advance(0.9 * HOUR);
    assert.deepEqual(await ask(url, asking), first);
    served.clock.advance(0.2 * HOUR);
    assert.equal((await refused(url, asking)).text, ONE_TEXT);
    assert.equal((await certificatesOf(id)).length, 1);
  });

  it("E-19 refuses a spent challenge with another key or another CSR", async () => {
    const { id, mint } = await device();
    const challenge = await mint();
    const key = await newKey();
    await enrolled(url, { key, challenge });
    for (const asking of [
      { key: await newKey(), challenge },
      { key, challenge, subject: "CN=another request" },
    ]) {
      const reply = await refused(url, asking);
      assert.deepEqual([reply.failInfo, reply.text], ["2", ONE_TEXT]);
    }
    assert.equal((await certificatesOf(id)).length, 1);
  });

  it("E-19 refuses an expired one, one of another endpoint, a wrong one and none, all with one text", async () => {
    const other = await makeSite(api, { id: "other" });
    const { id, mint } = await device();
    const expired = await mint();
    served.clock.advance(1.01 * HOUR);
    const foreign = await mintChallenge(api, other, id);
    const label: string[] = [];
    for (const challenge of [expired, foreign, "0123456789ABCDEF0123456789ABCDEF", "", undefined]) {
      const reply = await refused(url, { key: await newKey(), challenge });
      assert.deepEqual([reply.failInfo, reply.text], ["2", ONE_TEXT]);
      label.push((await lastRefusal()).detail);
    }
    // Inside, each says what it was.
    assert.match(label[0] ?? "", /ran out/);
    assert.match(label[1] ?? "", /no policy knows it/);
    assert.match(label[4] ?? "", /no challenge/);
    await enrolled(`${served.url}/scep/${other.endpoint}`, {
      ...{ key: await newKey(), challenge: foreign },
    });
  });

  it("E-19 is reserved while its certificate is being signed, and spent only with it", async () => {
    const { id, mint } = await device();
    const challenge = await mint();
    const key = await newKey();
    gate.close();
    const waiting = gate.waiting();
    const first = ask(url, { key, challenge });
    await waiting;
    assert.equal((await refused(url, { key: await newKey(), challenge })).text, ONE_TEXT);
    // The same request again waits for the one that is being signed, and gets its certificate.
    const again = ask(url, { key, challenge });
    gate.open();
    const reply = await first;
    assert.ok(reply.status === "issued");
    assert.deepEqual(await again, reply);
    assert.equal((await certificatesOf(id)).length, 1);
  });

  it("case 37 a second key sets off the alarm while the certificate of the first is being signed; the same key does not", async () => {
    const alarms = async (): Promise<Json[]> => api.all("/ledger?event=challenge.alarm");
    const before = (await alarms()).length;
    const { id, mint } = await device();
    const challenge = await mint();
    gate.close();
    const waiting = gate.waiting();
    const key = await newKey();
    const first = enrolled(url, { key, challenge });
    await waiting;
    await refused(url, { key, challenge, subject: "CN=written anew" });
    assert.equal((await alarms()).length, before, "its own retry");
    await refused(url, { key: await newKey(), challenge });
    const [row, ...rest] = await alarms();
    assert.equal(rest.length, before);
    assert.equal(row.data.device, id);
    gate.open();
    await first;
    assert.equal((await alarms()).length, before + 1);
  });

  it("E-19 is open again when the signature fails: the device hears 503 and tries again", async () => {
    const { id, mint } = await device();
    const challenge = await mint();
    const key = await newKey();
    gate.breakDown();
    await assert.rejects(ask(url, { key, challenge }), { code: "busy" });
    gate.open();
    await enrolled(url, { key: await newKey(), challenge });
    assert.deepEqual((await certificatesOf(id)).map(({ status }) => status).sort(), [
      ...["failed", "issued"],
    ]);
  });

  it("T-19 refuses a variable without a value before anything is issued, and names it", async () => {
    await api.post("/templates", {
      id: "needy",
      authorityId: site.authority,
      subject: "CN=%devicename%,OU=%attr.team%",
    });
    await api.post("/endpoints", {
      id: "needy",
      authorityId: site.authority,
      templateIds: ["needy"],
      policies: [{ kind: "dynamic" }],
    });
    const { name, id } = await device();
    const published = { deviceId: id, templateId: "needy" };
    const problem = await api.refused("POST", "/deployments", published);
    assert.equal(problem.code, "variable_without_value");
    assert.match(problem.detail, /team/);
    const challenge = (await api.post("/challenges", published)).secret as string;
    const asking = { key: await newKey(), challenge };
    const needy = `${served.url}/scep/needy`;
    assert.match((await refused(needy, asking)).text ?? "", /team/);
    assert.equal((await lastRefusal()).device, id);
    assert.deepEqual(await certificatesOf(id), []);
    await makeDevice(api, name, { team: "Blue" });
    const subject = await certificateText(await enrolled(needy, asking), "-subject");
    assert.equal(subject, `subject=CN = ${name}, OU = Blue\n`);
  });

  it("T-24 issues nothing without the domain that the template requires, and refuses a template that could never have it", async () => {
    const own = { id: "radius", authorityId: site.authority, requiredDomain: "net.example" };
    const never = { ...own, subject: "CN=%devicename%,O=Lab", sans: [] };
    const impossible = { ...never, subject: "CN=%devicename%.elsewhere,O=Lab" };
    assert.equal(
      (await api.refused("POST", "/templates", impossible)).issues[0]?.path,
      "requiredDomain",
    );
    await api.post("/templates", never);
    await api.post("/endpoints", {
      ...{ id: "radius", authorityId: site.authority, templateIds: ["radius"] },
      policies: [{ kind: "dynamic" }],
    });
    const asking = async (deviceId: string) => ({
      key: await newKey(),
      challenge: (await api.post("/challenges", { deviceId, templateId: "radius" }))
        .secret as string,
    });
    const radius = `${served.url}/scep/radius`;
    const stranger = await device();
    assert.match((await refused(radius, await asking(stranger.id))).text ?? "", /net\.example/);
    assert.deepEqual(await certificatesOf(stranger.id), []);
    const id = await makeDevice(api, "printer.net.example");
    const text = await certificateText(await enrolled(radius, await asking(id)), "-subject");
    assert.match(text, /printer\.net\.example/);
    await api.patch("/templates/radius", { requiredDomain: null });
    await enrolled(radius, await asking(stranger.id));
  });

  it("T-25 lets a device hold two live certificates of a template, unless it says otherwise", async () => {
    const { id, mint } = await device();
    await enrolled(url, { key: await newKey(), challenge: await mint() });
    await enrolled(url, { key: await newKey(), challenge: await mint() });
    await api.patch(`/templates/${site.template}`, { allowDuplicates: false });
    try {
      // The change counts at once, although endpoints keep what they have read for a moment.
      const challenge = await mint();
      const asking = { key: await newKey(), challenge };
      assert.match((await refused(url, asking)).text ?? "", /holds a live certificate/);
      for (const { id: certificate } of await certificatesOf(id))
        await api.post(`/certificates/${certificate}/revoke`, {});
      await enrolled(url, asking);
    } finally {
      await api.patch(`/templates/${site.template}`, { allowDuplicates: true });
    }
  });
});
