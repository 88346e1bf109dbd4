import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { exportJWK, SignJWT } from "jose";
import { memoryHost } from "../../adapters/mdm/memory.ts";
import { crlSerials, ocspStatus } from "../support/openssl.ts";
import { Api } from "./api.ts";
import { ask, enrolled, newKey, refused, serialOf } from "./device.ts";
import { type Served, serve } from "./served.ts";
import { chainOf, fetchBytes, fetchCrl, makeDevice, mintChallenge, type SiteIds } from "./site.ts";

const issuerKey = generateKeyPairSync("ec", { namedCurve: "P-256" });
const SECRET = "the very same secret";

/** Two customers with the same names for everything but the endpoints, whose ids are the installation's. */
describe("flows: two tenants, and nothing crosses", () => {
  let served: Served;
  const tenants = ["red", "blue"] as const;
  type Tenant = (typeof tenants)[number];
  const apis = {} as Record<Tenant, Api>;
  const sites = {} as Record<Tenant, SiteIds>;
  const devices = {} as Record<Tenant, string>;
  const leaves = {} as Record<Tenant, Uint8Array>;
  const url = (tenant: Tenant): string => `${served.url}/scep/${sites[tenant].endpoint}`;
  const other = (tenant: Tenant): Tenant => (tenant === "red" ? "blue" : "red");

  before(async () => {
    const jwk = { ...(await exportJWK(issuerKey.publicKey)), alg: "ES256" };
    served = await serve(
      {
        admin: {
          issuer: { issuer: "https://host.example", audience: "pki", jwks: { keys: [jwk] } },
        },
      },
      { hosts: [memoryHost("mdm")] },
    );
    const operator = await served.operator();
    for (const id of tenants) {
      await operator.post("/tenants", { id });
      const { token } = await operator.post(`/tenants/${id}/owner-token`, {
        subject: `${id}-owner`,
      });
      const api = new Api(served.url, token as string);
      await api.post("/hierarchies", { id: "ca", keyAlgorithm: "ec-p256" });
      await api.post("/templates", { id: "wifi", authorityId: "ca", subject: "CN=%devicename%" });
      await api.post("/endpoints", {
        ...{ id: `${id}-scep`, authorityId: "ca", templateIds: ["wifi"] },
        policies: [{ kind: "dynamic" }, { kind: "static", templateId: "wifi", secret: SECRET }],
      });
      apis[id] = api;
      sites[id] = { authority: "ca", template: "wifi", endpoint: `${id}-scep` };
      devices[id] = await makeDevice(api, "phone");
      leaves[id] = await enrolled(url(id), {
        key: await newKey(),
        challenge: await mintChallenge(api, sites[id], devices[id]),
      });
    }
  });
  after(() => served.end());

  it("every list shows one tenant's rows alone", async () => {
    const lists = {} as Record<Tenant, Set<string>>;
    for (const tenant of tenants) {
      const ids: string[] = [];
      for (const path of ["/devices", "/deployments", "/certificates", "/ledger"])
        ids.push(
          ...(await apis[tenant].all(path)).map(({ id, event }) => `${path} ${event ?? ""} ${id}`),
        );
      for (const path of ["/ras", "/endpoints"])
        ids.push(
          ...(await apis[tenant].get(path)).items.map(({ id }: { id: string }) => `${path} ${id}`),
        );
      lists[tenant] = new Set(ids.filter((id) => !id.startsWith("/ledger")));
      const certificates = await apis[tenant].all("/certificates?role=subscriber");
      assert.deepEqual(
        certificates.map(({ serial }) => serial),
        [serialOf(leaves[tenant])],
      );
      assert.equal((await apis[tenant].get("/authorities")).items.length, 2);
      assert.equal((await apis[tenant].get("/templates")).items.length, 1);
      const ledger = JSON.stringify(await apis[tenant].all("/ledger"));
      assert.ok(!ledger.includes(`${other(tenant)}-`), "a row of the other tenant");
    }
    assert.deepEqual(
      [...lists.red].filter((id) => lists.blue.has(id)),
      [],
    );
  });

  it("an id of the other tenant is not found, to read, to change or to refer to", async () => {
    const [certificate] = await apis.blue.all("/certificates?role=subscriber");
    const { items } = await apis.blue.get("/ras");
    const deployment = await apis.blue.post("/deployments", {
      ...{ deviceId: devices.blue, templateId: "wifi" },
    });
    for (const [method, path, body] of [
      ["GET", `/certificates/${certificate.id}`, undefined],
      ["GET", `/certificates/${certificate.id}/pem`, undefined],
      ["POST", `/certificates/${certificate.id}/revoke`, {}],
      ["GET", `/devices/${devices.blue}`, undefined],
      ["POST", `/devices/${devices.blue}/wipe`, undefined],
      ["POST", `/devices/${devices.blue}/unenrol`, undefined],
      ["GET", `/deployments/${deployment.id}`, undefined],
      ["DELETE", `/deployments/${deployment.id}`, undefined],
      ["POST", `/deployments/${deployment.id}/profile`, undefined],
      ["GET", `/ras/${items[0].id}`, undefined],
      ["GET", `/endpoints/blue-scep`, undefined],
      ["PATCH", `/endpoints/blue-scep`, { enabled: false }],
      ["DELETE", `/endpoints/blue-scep`, undefined],
      ["POST", "/challenges", { deviceId: devices.blue, templateId: "wifi" }],
      [
        ...["POST", "/challenges"],
        { deviceId: devices.red, templateId: "wifi", endpointId: "blue-scep" },
      ],
      ["POST", "/deployments", { deviceId: devices.blue, templateId: "wifi" }],
      [
        "POST",
        "/hooks/templateAssigned",
        { hostId: "mdm", deviceId: "nobody", templateId: "wifi" },
      ],
    ] as [string, string, unknown][])
      assert.equal((await apis.red.refused(method, path, body)).status, 404, `${method} ${path}`);
    const ra = await apis.red.refused("PATCH", "/endpoints/red-scep", { raId: items[0].id });
    assert.equal(ra.issues[0]?.path, "raId");
    assert.equal((await apis.blue.get(`/certificates/${certificate.id}`)).status, "issued");
  });

  it("an endpoint id is the installation's: the other tenant cannot take it, and leaves nothing behind", async () => {
    const before = (await apis.red.get("/ras")).items.length;
    const taken = { id: "blue-scep", authorityId: "ca", templateIds: ["wifi"] };
    const problem = await apis.red.refused("POST", "/endpoints", {
      ...taken,
      policies: [{ kind: "dynamic" }],
    });
    assert.equal(problem.code, "conflict");
    assert.equal((await apis.red.get("/ras")).items.length, before);
    const caps = await fetch(`${url("blue")}?operation=GetCACaps`);
    assert.equal(caps.status, 200);
  });

  it("a challenge, one-time or static, opens its own tenant's endpoint alone", async () => {
    for (const tenant of tenants) {
      const challenge = await mintChallenge(apis[tenant], sites[tenant], devices[tenant]);
      const key = await newKey();
      await refused(url(other(tenant)), { key, challenge });
      await enrolled(url(tenant), { key, challenge });
      // The secret is the same in both: whose endpoint it is decides whose device is meant.
      const leaf = await enrolled(url(tenant), {
        ...{ key: await newKey(), challenge: SECRET, subject: "CN=phone" },
      });
      const { items } = await apis[tenant].get(`/certificates?serial=${serialOf(leaf)}`);
      assert.equal(items[0].deviceId, devices[tenant]);
      assert.deepEqual(
        (await apis[other(tenant)].get(`/certificates?serial=${serialOf(leaf)}`)).items,
        [],
      );
    }
  });

  it("the same request at both endpoints is two requests", async () => {
    const asking = { key: await newKey(), challenge: SECRET, subject: "CN=phone" };
    const [red, blue] = [await enrolled(url("red"), asking), await enrolled(url("blue"), asking)];
    assert.notEqual(serialOf(red), serialOf(blue));
  });

  it("a hook ends the device of its own tenant, in lists and OCSP of its own", async () => {
    const urls = {
      red: (await apis.red.get("/authorities/ca")).urls,
      blue: (await apis.blue.get("/authorities/ca")).urls,
    };
    assert.match(urls.red.crl, /\/crl\/red\/ca\//);
    assert.equal(new Set([urls.red.crl, urls.blue.crl]).size, 2);
    const event = { hostId: "mdm", deviceId: "phone" };
    const { revoked } = await served.countersign.hooks.deviceWiped({ ...event, tenant: "red" });
    assert.ok(revoked.includes(serialOf(leaves.red)));
    assert.equal((await apis.red.get(`/devices/${devices.red}`)).status, "wiped");
    assert.equal((await apis.blue.get(`/devices/${devices.blue}`)).status, "enrolled");
    assert.ok((await crlSerials(await fetchCrl(apis.red, "ca"))).includes(serialOf(leaves.red)));
    assert.deepEqual(await crlSerials(await fetchCrl(apis.blue, "ca")), []);
    const chains = { red: await chainOf(apis.red, "ca"), blue: await chainOf(apis.blue, "ca") };
    assert.equal(await ocspStatus(urls.red.ocsp, leaves.red, chains.red), "revoked");
    assert.equal(await ocspStatus(urls.blue.ocsp, leaves.blue, chains.blue), "good");
    // The key part of an address is the other tenant's: not found.
    const crossed = (urls.red.crl as string).replace("/red/", "/blue/");
    assert.equal((await fetch(crossed)).status, 404);
    assert.deepEqual(await fetchBytes(urls.blue.caIssuers), chains.blue[0]);
    // The default tenant knows no such device, and an unknown tenant takes none.
    await assert.rejects(served.countersign.hooks.deviceWiped(event), { code: "not_found" });
    const nobody = { ...event, tenant: "nobody" };
    await assert.rejects(served.countersign.hooks.deviceWiped(nobody), { code: "not_found" });
    await assert.rejects(
      served.countersign.hooks.deviceEnrolled({ ...nobody, platform: "other", attributes: {} }),
      { code: "not_found" },
    );
  });

  it("a token acts in its own tenant; the operator makes tenants and nothing else", async () => {
    const operator = await served.operator();
    for (const path of ["/authorities", "/devices", "/certificates", "/ledger"])
      assert.equal((await operator.refused("GET", path)).status, 403, path);
    assert.equal((await apis.red.refused("GET", "/tenants")).status, 403);
    assert.equal(
      (await apis.red.refused("POST", "/tenants/blue/owner-token", { subject: "x" })).status,
      403,
    );
    assert.equal((await operator.refused("POST", "/tenants", { id: "red" })).code, "conflict");
    assert.equal(
      (await operator.refused("POST", "/tenants/nobody/owner-token", { subject: "x" })).status,
      404,
    );
    const { token } = await apis.red.post("/tokens", {
      subject: "clerk",
      roles: ["protocol-auditor"],
    });
    const clerk = new Api(served.url, token as string);
    assert.deepEqual((await clerk.get("/whoami")).tenant, "red");
    assert.equal((await clerk.refused("POST", "/devices", {})).status >= 400, true);
  });

  it("a host's own token names the tenant by its claim, which must exist", async () => {
    const sign = (tenant: string) =>
      new SignJWT({ tenant, roles: ["owner"] })
        .setProtectedHeader({ alg: "ES256" })
        .setIssuer("https://host.example")
        .setAudience("pki")
        .setSubject("host-admin")
        .setExpirationTime("1h")
        .setIssuedAt()
        .sign(issuerKey.privateKey);
    const blue = new Api(served.url, await sign("blue"));
    assert.equal((await blue.get("/endpoints")).items[0].id, "blue-scep");
    const nobody = new Api(served.url, await sign("nobody"));
    const made = await nobody.refused("POST", "/authorities", {
      ...{ kind: "root", id: "ghost", subject: "CN=Ghost", keyAlgorithm: "ec-p256" },
    });
    assert.deepEqual([made.status, made.detail], [404, "no tenant nobody"]);
  });

  it("T-25 a limit of one certificate counts in its own tenant", async () => {
    for (const tenant of tenants) {
      await apis[tenant].patch("/templates/wifi", { allowDuplicates: false });
      const device = await makeDevice(apis[tenant], "single");
      const challenge = await mintChallenge(apis[tenant], sites[tenant], device);
      await enrolled(url(tenant), { key: await newKey(), challenge });
    }
    const reply = await ask(url("blue"), {
      key: await newKey(),
      challenge: SECRET,
      subject: "CN=single",
    });
    assert.equal(reply.status, "refused");
  });
});
