import assert from "node:assert/strict";
import { certificateText } from "../support/openssl.ts";
import type { Api, Json } from "./api.ts";
import { ask, enrolled, newKey, refused, serialOf } from "./device.ts";
import { HOUR, type Served, serve } from "./served.ts";
import { makeDevice, makeSite, mintChallenge, type SiteIds } from "./site.ts";

const SECRET = "a shared secret";
const ONE_TEXT = "The challenge was refused";

describe("flows: static challenges", () => {
  let served: Served;
  let api: Api;
  let site: SiteIds;
  let url: string;
  before(async () => {
    served = await serve();
    api = await served.api();
    site = await makeSite(api, {
      template: {
        subject: "CN=%username%,serialNumber=%serialnumber%,O=Lab",
        sans: [{ type: "rfc822", pattern: "%username%@lab.example" }],
        challengeMode: "static",
      },
      endpoint: { policies: [{ kind: "static", templateId: "lab-wifi", secret: SECRET }] },
    });
    url = `${served.url}/scep/${site.endpoint}`;
  });
  after(() => served.end());

  const names = (user: string, serial: string, more = ""): string =>
    `CN=${user},serialNumber=${serial},O=Lab${more}`;
  const request = async (subject: string, more: object = {}) => ({
    ...{ key: await newKey(), challenge: SECRET, subject },
    ...more,
  });
  const rowOf = async (der: Uint8Array): Promise<Json> =>
    (await api.get(`/certificates?serial=${serialOf(der)}`)).items[0];
  const refusedText = async (subject: string, more: object = {}): Promise<string> =>
    (await refused(url, await request(subject, more))).text ?? "";
  const settings = (unknownDevice: string, id?: string) =>
    api.patch(`/endpoints/${site.endpoint}`, {
      policies: [
        {
          ...{ kind: "static", templateId: site.template, unknownDevice },
          ...(id === undefined ? { secret: SECRET } : { id }),
        },
      ],
    });

  it("E-19 finds the device by what the pattern captures, and issues the CSR's own names", async () => {
    const ann = await makeDevice(api, "ann-phone", { username: "ann", serialnumber: "S-1" });
    await makeDevice(api, "ann-laptop", { username: "ann", serialnumber: "S-2" });
    const leaf = await enrolled(
      url,
      await request(names("Ann", "s-1"), {
        sans: [{ type: "rfc822", value: "ann@lab.example" }],
      }),
    );
    assert.equal((await rowOf(leaf)).deviceId, ann);
    const text = await certificateText(leaf, "-subject", "-ext", "subjectAltName");
    assert.match(text, /^subject=CN = Ann, serialNumber = s-1, O = Lab\n/);
    assert.match(text, /email:ann@lab\.example/);
  });

  it("T-22 keeps a second common name that a console has put there", async () => {
    await makeDevice(api, "cns", { username: "cns", serialnumber: "S-3" });
    const leaf = await enrolled(url, await request(names("cns", "S-3", ",CN=renewal-4711")));
    assert.equal(
      await certificateText(leaf, "-subject"),
      "subject=CN = cns, serialNumber = S-3, O = Lab, CN = renewal-4711\n",
    );
  });

  it("E-19 refuses names that do not fit the pattern, and devices that it does not know", async () => {
    await makeDevice(api, "bob-phone", { username: "bob", serialnumber: "S-4" });
    for (const subject of [
      "CN=bob,serialNumber=S-4,O=Other",
      "CN=bob,O=Lab",
      names("bob", "S-4", ",OU=More"),
      names("eve", "S-4"),
      names("bob", "S-999"),
    ])
      assert.equal(await refusedText(subject), ONE_TEXT, subject);
    for (const value of ["eve@lab.example", "bob@other.example"])
      assert.equal(
        await refusedText(names("bob", "S-4"), { sans: [{ type: "rfc822", value }] }),
        ONE_TEXT,
      );
    assert.equal(
      await refusedText(names("bob", "S-4"), { sans: [{ type: "dns", value: "x.example" }] }),
      ONE_TEXT,
    );
    await enrolled(url, await request(names("bob", "S-4")));
  });

  it("E-19 refuses when several devices fit, also where unknown ones may enrol", async () => {
    for (const name of ["twin-1", "twin-2"])
      await makeDevice(api, name, { username: "twin", serialnumber: "S-5" });
    assert.equal(await refusedText(names("twin", "S-5")), ONE_TEXT);
    await settings("unmanaged");
    try {
      assert.equal(await refusedText(names("twin", "S-5")), ONE_TEXT);
    } finally {
      await settings("refuse");
    }
    // One of them is wiped: the other is the one.
    const { items } = await api.get("/devices?limit=500");
    const [first, second] = items.filter(({ hostDeviceId }: { hostDeviceId: string }) =>
      hostDeviceId.startsWith("twin"),
    );
    await api.post(`/devices/${first.id}/wipe`);
    assert.equal(
      (await rowOf(await enrolled(url, await request(names("twin", "S-5"))))).deviceId,
      second.id,
    );
  });

  it("E-19 makes unmanaged devices only where the endpoint says so, one for the same names", async () => {
    const subject = names("printer", "P-1");
    assert.equal(await refusedText(subject), ONE_TEXT);
    await settings("unmanaged");
    try {
      const row = await rowOf(await enrolled(url, await request(subject)));
      const device = await api.get(`/devices/${row.deviceId}`);
      assert.deepEqual([device.status, device.platform], ["unmanaged", "other"]);
      assert.deepEqual(device.attributes, { username: "printer", serialnumber: "P-1" });
      const again = await rowOf(await enrolled(url, await request(subject)));
      assert.equal(again.deviceId, row.deviceId);
      await api.post(`/devices/${device.id}/wipe`);
      assert.equal(await refusedText(subject), ONE_TEXT);
    } finally {
      await settings("refuse");
    }
  });

  it("E-19 never lets a wiped device back as an unmanaged one", async () => {
    const id = await makeDevice(api, "lost", { username: "lost", serialnumber: "S-6" });
    await enrolled(url, await request(names("lost", "S-6")));
    await api.post(`/devices/${id}/wipe`);
    await settings("unmanaged");
    try {
      assert.equal(await refusedText(names("lost", "S-6")), ONE_TEXT);
    } finally {
      await settings("refuse");
    }
  });

  it("E-19 answers a re-sent request with the same certificate, and enrols anew after 15 minutes", async () => {
    await makeDevice(api, "again", { username: "again", serialnumber: "S-7" });
    const asking = await request(names("again", "S-7"));
    const first = await ask(url, asking);
    assert.ok(first.status === "issued");
    assert.deepEqual(await ask(url, asking), first);
    served.clock.advance(0.26 * HOUR);
    const later = await ask(url, asking);
    assert.ok(later.status === "issued");
    assert.notDeepEqual(later, first);
  });

  it("E-07 E-19 takes no empty secret, at save or at the door, and keeps the one it has", async () => {
    for (const secret of ["", "short"]) {
      const policies = [{ kind: "static", templateId: site.template, secret }];
      const problem = await api.refused("PATCH", `/endpoints/${site.endpoint}`, { policies });
      assert.equal(problem.issues[0]?.path, "policies.0.secret");
    }
    const none = { policies: [{ kind: "static", templateId: site.template }] };
    assert.equal((await api.refused("PATCH", `/endpoints/${site.endpoint}`, none)).status, 400);
    await makeDevice(api, "empty", { username: "empty", serialnumber: "S-8" });
    for (const challenge of ["", undefined, "A shared secret", `${SECRET} `])
      assert.equal(await refusedText(names("empty", "S-8"), { challenge }), ONE_TEXT);
    const view = await api.get(`/endpoints/${site.endpoint}`);
    assert.equal(view.policies[0].secretSet, true);
    assert.ok(!JSON.stringify(view).includes(SECRET));
    await settings("refuse", view.policies[0].id);
    await enrolled(url, await request(names("empty", "S-8")));
  });

  it("E-07 tries several policies on one endpoint, each with its own template", async () => {
    const base = { authorityId: site.authority, challengeMode: "static" };
    await api.post("/templates", { ...base, id: "vpn", subject: "CN=%username%,OU=VPN" });
    await api.post("/templates", { ...base, id: "mail", subject: "CN=%username%,OU=Mail" });
    await api.post("/endpoints", {
      ...{ id: "many", authorityId: site.authority, templateIds: ["vpn", "mail"] },
      policies: [
        { kind: "static", templateId: "vpn", secret: "vpn-secret" },
        { kind: "dynamic" },
        { kind: "static", templateId: "mail", secret: "mail-secret" },
      ],
    });
    const id = await makeDevice(api, "many", { username: "many" });
    const many = `${served.url}/scep/many`;
    const enrolVia = async (challenge: string, subject: string) =>
      rowOf(await enrolled(many, { key: await newKey(), challenge, subject }));
    assert.equal((await enrolVia("vpn-secret", "CN=many,OU=VPN")).templateId, "vpn");
    assert.equal((await enrolVia("mail-secret", "CN=many,OU=Mail")).templateId, "mail");
    const mail = { ...site, template: "mail", endpoint: "many" };
    const minted = await mintChallenge(api, mail, id);
    assert.equal((await enrolVia(minted, "CN=whatever")).templateId, "mail");
    const crossed = { key: await newKey(), challenge: "vpn-secret", subject: "CN=many,OU=Mail" };
    assert.equal((await refused(many, crossed)).text, ONE_TEXT);
    const twice = await api.refused("PATCH", "/endpoints/many", {
      policies: ["vpn", "mail"].map((templateId) => ({
        ...{ kind: "static", templateId, secret: "the same one" },
      })),
    });
    assert.equal(twice.issues[0]?.path, "policies.1.secret");
  });
});
