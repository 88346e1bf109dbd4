import assert from "node:assert/strict";
import { createHash, createPublicKey } from "node:crypto";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { exportJWK, generateKeyPair, importPKCS8, SignJWT } from "jose";
import type { TestInstallation } from "../support/installation.ts";
import { type Admin, openPublished } from "../support/published.ts";

describe("people and machines", function () {
  this.timeout(40_000);
  let installation: TestInstallation, owner: Admin;
  let bearer: (claims: Record<string, unknown>) => Promise<Record<string, string>>;
  before(async function () {
    const keys = await generateKeyPair("ES256");
    const jwks = { keys: [{ ...(await exportJWK(keys.publicKey)), alg: "ES256" }] };
    bearer = async (claims) => {
      const token = await new SignJWT({ tenant: "default", ...claims })
        .setProtectedHeader({ alg: "ES256" })
        .setIssuer("https://idp.example")
        .setAudience("countersign")
        .setExpirationTime("5m")
        .sign(keys.privateKey);
      return { authorization: `Bearer ${token}` };
    };
    ({ installation, owner } = await openPublished(this, {
      admin: { issuer: { issuer: "https://idp.example", audience: "countersign", jwks } },
    }));
  });

  it("R-02 R-03 somebody added before the first login has their roles at once, by subject or verified address", async () => {
    const who = async (claims: Record<string, unknown>) =>
      (await owner.call("GET", "/whoami", undefined, await bearer(claims))).json;
    assert.deepEqual((await who({ sub: "u-1" })).roles, []);
    const added = await owner.call("POST", "/people", {
      id: "Ann@Example.org",
      firstName: "Ann",
      lastName: "Ex",
      roles: ["owner"],
    });
    assert.equal(added.status, 201, added.text);
    assert.equal(added.json.id, "ann@example.org");
    const ann = { sub: "u-1", email: "ann@example.org", email_verified: true };
    assert.deepEqual((await who(ann)).roles, ["owner"]);
    assert.deepEqual((await who({ ...ann, email_verified: false })).roles, [], "not verified");
    await owner.call("POST", "/people", { id: "u-2", roles: ["ca-auditor"] });
    assert.deepEqual((await who({ sub: "u-2", roles: ["protocol-operator"] })).roles, [
      "ca-auditor",
      "protocol-operator",
    ]);
    const roles = (await owner.call("GET", "/roles")).json.items;
    assert.deepEqual(roles[0], { role: "owner", members: ["ann@example.org"] });
    const ledger = (await owner.call("GET", "/ledger?event=person.added")).json.items;
    assert.deepEqual(ledger[1].data.roles, ["owner"]);
  });

  it("R-03 what is known of somebody is taken away again with null, and nothing else changes", async () => {
    await owner.call("POST", "/people", {
      ...{ id: "u-9", email: "Nina@Example.org", firstName: "Nina", lastName: "Nine" },
      roles: ["ca-auditor"],
    });
    const change = (body: object) => owner.call("PATCH", "/people/u-9", body);
    assert.equal((await change({ firstName: "" })).status, 400);
    const { json } = await change({ email: null, firstName: null });
    assert.deepEqual(
      [json.email, json.firstName, json.lastName, json.roles],
      [undefined, undefined, "Nine", ["ca-auditor"]],
    );
    assert.equal((await change({ active: true })).json.lastName, "Nine");
    assert.equal((await owner.call("GET", "/people/u-9")).json.email, undefined);
    await owner.call("DELETE", "/people/u-9");
  });

  it("R-02 only Owners manage people, the last Owner stays one, and an inactive person may do nothing", async () => {
    const auditor = await bearer({ sub: "u-2" });
    for (const [method, path] of [
      ["GET", "/people"],
      ["POST", "/people"],
      ["DELETE", "/people/u-2"],
      ["GET", "/credentials"],
      ["GET", "/end-entities"],
    ] as const) {
      const body = method === "POST" ? { id: "x", roles: ["owner"] } : undefined;
      assert.equal((await owner.call(method, path, body, auditor)).status, 403, path);
    }
    const last = (change: object) => owner.call("PATCH", "/people/ann@example.org", change);
    for (const change of [{ roles: ["ca-auditor"] }, { active: false }])
      assert.equal((await last(change)).json.code, "conflict");
    assert.equal((await owner.call("DELETE", "/people/ann@example.org")).json.code, "conflict");
    await owner.call("PATCH", "/people/u-2", { roles: ["owner"] });
    assert.equal((await last({ roles: ["ca-auditor"] })).status, 200);
    await last({ active: false });
    const ann = await bearer({
      sub: "u-1",
      email: "ann@example.org",
      email_verified: true,
      roles: ["owner"],
    });
    assert.equal((await owner.call("GET", "/authorities", undefined, ann)).status, 403);
    const stale = await owner.call("PATCH", "/people/u-2", { active: true }, { "if-match": '"1"' });
    assert.equal(stale.status, 412);
  });

  /** A machine's own token, from its PKCS#12 by openssl. */
  const tokenOf = async (
    made: { pkcs12: string; password: string },
    claims: { iss: string; sub?: string; seconds?: number; ahead?: number; kid?: string },
  ): Promise<Record<string, string>> => {
    const file = join(installation.folder, "machine.p12");
    writeFileSync(file, Buffer.from(made.pkcs12, "base64"));
    const run = spawnSync(
      "openssl",
      ["pkcs12", "-in", file, "-nodes", "-nocerts", "-passin", `pass:${made.password}`],
      { encoding: "utf8" },
    );
    assert.equal(run.status, 0, run.stderr);
    const pem = /-----BEGIN PRIVATE KEY-----[^]+-----END PRIVATE KEY-----/.exec(run.stdout)![0];
    const spki = createPublicKey(pem).export({ type: "spki", format: "der" });
    const kid = claims.kid ?? createHash("sha256").update(spki).digest("hex");
    const now = Math.floor(Date.now() / 1000) + (claims.ahead ?? 0);
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: "ES256", kid })
      .setIssuer(claims.iss)
      .setSubject(claims.sub ?? claims.iss)
      .setAudience("countersign")
      .setIssuedAt(now)
      .setExpirationTime(now + (claims.seconds ?? 60))
      .sign(await importPKCS8(pem, "ES256"));
    return { authorization: `Bearer ${token}` };
  };

  it("R-10 a machine signs in with its key, within its roles and its scope, and its rotation overlaps", async () => {
    const made = await owner.call("POST", "/credentials", {
      id: "inventory",
      roles: ["certificate-administrator"],
      authorityIds: ["main"],
    });
    assert.equal(made.status, 201, made.text);
    assert.equal(made.json.fileName, "pkcs12-inventory.p12");
    const iss = "urn:countersign:credential:default:inventory";
    const first = await tokenOf(made.json, { iss });
    const get = async (path: string, headers: Record<string, string>) =>
      (await owner.call("GET", path, undefined, headers)).status;
    const who = await owner.call("GET", "/whoami", undefined, first);
    assert.deepEqual(
      [who.json.id, who.json.roles, who.json.authorityIds],
      ["credential:inventory", ["certificate-administrator"], ["main"]],
    );
    const { lastUsedAt } = (await owner.call("GET", "/credentials/inventory")).json;
    assert.ok(Math.abs(Date.parse(lastUsedAt as string) - Date.now()) < 60_000, "its last use");
    assert.equal(await get("/certificates?authority=main", first), 200);
    assert.equal(await get("/certificates?authority=main-root", first), 403, "outside its scope");
    assert.equal(await get("/authorities/main-root", first), 403);
    assert.deepEqual(
      (await owner.call("GET", "/authorities", undefined, first)).json.items.map(
        ({ id }: { id: string }) => id,
      ),
      ["main"],
    );
    for (const path of ["/devices", "/templates", "/ledger", "/people", "/overview"])
      assert.equal(await get(path, first), 403, path);
    for (const path of ["crl", "certificate", "chain", "usage", "profiles", "cap"]) {
      assert.equal(await get(`/authorities/main/${path}`, first), 200, path);
      assert.equal(await get(`/authorities/main-root/${path}`, first), 403, path);
    }
    const sign = (id: string) => owner.call("POST", `/authorities/${id}/crl`, undefined, first);
    assert.deepEqual([(await sign("main")).status, (await sign("main-root")).status], [200, 403]);
    assert.equal(await get("/certificates", await tokenOf(made.json, { iss, seconds: 3600 })), 401);
    assert.equal(await get("/certificates", await tokenOf(made.json, { iss, ahead: 60 })), 200);
    const dated = await tokenOf(made.json, { iss, ahead: 31_536_000 });
    assert.equal(await get("/certificates", dated), 401, "a year ahead, good for a year");
    assert.equal(await get("/certificates", await tokenOf(made.json, { iss, kid: "00" })), 401);
    assert.equal(
      await get("/certificates", await tokenOf(made.json, { iss, sub: "somebody" })),
      401,
    );
    const foreign = iss.replace("default", "other");
    assert.equal(await get("/certificates", await tokenOf(made.json, { iss: foreign })), 401);

    const rotated = await owner.call("POST", "/credentials/inventory/rotate", {});
    assert.equal(rotated.status, 201, rotated.text);
    const second = await tokenOf(rotated.json, { iss });
    for (const headers of [first, second]) assert.equal(await get("/certificates", headers), 200);
    assert.equal((await owner.call("POST", "/credentials/inventory/rotate", {})).status, 409);
    const shown = await owner.call("GET", "/credentials/inventory");
    assert.equal(shown.json.keys.length, 2);
    assert.ok(!shown.text.includes("publicKey") && !shown.text.includes("password"));
    await owner.call("PATCH", "/credentials/inventory", { active: false });
    assert.equal(await get("/certificates", second), 401);
    assert.equal((await owner.call("DELETE", "/credentials/inventory")).status, 204);
  });

  it("R-10 nobody makes a machine that may do more than they may, and none gives roles", async () => {
    await owner.call("POST", "/people", { id: "cara", roles: ["ca-administrator"] });
    const cara = await bearer({ sub: "cara" });
    const make = (roles: string[], headers?: Record<string, string>) =>
      owner.call("POST", "/credentials", { id: "m-1", roles }, headers);
    assert.equal((await make(["certificate-administrator"], cara)).status, 403);
    assert.equal((await make(["owner"])).json.issues[0].path, "roles.0");
    assert.equal((await make(["ca-administrator"], cara)).status, 201);
    await owner.call("POST", "/credentials", { id: "m-2", roles: ["certificate-administrator"] });
    const rotate = (id: string) => owner.call("POST", `/credentials/${id}/rotate`, {}, cara);
    assert.equal((await rotate("m-2")).status, 403, "its new key would be theirs");
    assert.equal((await rotate("m-1")).status, 201);
  });

  it("R-06 R-07 an end entity that is deactivated gets nothing until it is activated; decommissioned is for good", async () => {
    const device = (
      await owner.call("POST", "/devices", {
        ...{ hostId: "h", deviceId: "d", platform: "apple", attributes: { serialnumber: "S1" } },
      })
    ).json as { id: string };
    const mint = async () =>
      (await owner.call("POST", "/challenges", { deviceId: device.id, templateId: "wifi" })).status;
    const turn = (what: string) => owner.call("POST", `/end-entities/${device.id}/${what}`);
    assert.equal(await mint(), 201);
    assert.equal((await turn("deactivate")).json.activation, "deactivated");
    assert.equal(await mint(), 409);
    await owner.call("POST", "/devices", {
      ...{ hostId: "h", deviceId: "d", platform: "apple", attributes: { serialnumber: "S1" } },
    });
    assert.equal(await mint(), 409, "what the host reports does not activate it");
    assert.equal((await turn("activate")).json.activation, "active");
    assert.equal(await mint(), 201);
    assert.equal((await turn("activate")).status, 409);
    assert.equal((await turn("decommission")).json.challengesBurned, 2);
    assert.equal((await turn("activate")).status, 409);
    assert.equal(await mint(), 409);
    const { items } = (await owner.call("GET", "/end-entities")).json;
    assert.equal(items[0].activation, "decommissioned");
    const events = (await owner.call("GET", `/events?subject=${device.id}`)).json.items;
    assert.equal(events[0].event, "device.decommissioned");
    assert.match(events[0].id, /^[0-9a-f]{16}$/);
  });
});
