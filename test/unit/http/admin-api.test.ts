import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import type { TestInstallation } from "../../support/installation.ts";
import { type Admin, adminOf, openPublished } from "../../support/published.ts";

describe("admin API", function () {
  this.timeout(60_000);
  let installation: TestInstallation, owner: Admin;
  before(async function () {
    ({ installation, owner } = await openPublished(this));
  });

  describe("tokens", () => {
    const refused = async (authorization: string): Promise<void> => {
      const answer = await owner.call("GET", "/whoami", undefined, { authorization });
      assert.deepEqual([answer.status, answer.json.code], [401, "unauthenticated"]);
      assert.match(answer.headers.get("www-authenticate") ?? "", /^Bearer/);
    };

    it("none, nonsense, a changed one and one without a signature are refused", async () => {
      const [head = "", body = "", signature = ""] = owner.token.split(".");
      const claims = JSON.parse(Buffer.from(body, "base64url").toString());
      const forged = Buffer.from(JSON.stringify({ ...claims, tenant: "other" })).toString(
        "base64url",
      );
      const none = Buffer.from('{"alg":"none"}').toString("base64url");
      for (const token of [
        "",
        "Basic abc",
        "Bearer abc",
        `Bearer ${head}.${forged}.${signature}`,
        `Bearer ${none}.${body}.`,
      ]) {
        await refused(token);
      }
    });

    it("one is refused after its end", async () => {
      const token = await installation.countersign.tokens.mint({
        subject: "x",
        tenant: "default",
        roles: ["owner"],
        lifetimeSeconds: -1,
      });
      await refused(`Bearer ${token}`);
    });

    it("an Owner mints for others in the same tenant; nobody else does", async () => {
      const minted = await owner.call("POST", "/tokens", { subject: "ann", roles: ["ca-auditor"] });
      assert.equal(minted.json.expiresIn, 3600);
      const ann = { authorization: `Bearer ${minted.json.token}` };
      const who = await owner.call("GET", "/whoami", undefined, ann);
      assert.deepEqual(who.json, {
        id: "ann",
        kind: "user",
        tenant: "default",
        roles: ["ca-auditor"],
        rights: [
          "authorities:read",
          "certificates:read",
          "configuration:read",
          "devices:read",
          "ledger:read",
          "ledger:export",
        ],
      });
      assert.equal(
        (await owner.call("POST", "/tokens", { subject: "x", roles: ["owner"] }, ann)).status,
        403,
      );
      assert.equal(
        (
          await owner.call(
            "POST",
            "/templates",
            { id: "t2", authorityId: "main", subject: "CN=x" },
            ann,
          )
        ).status,
        403,
      );
    });

    it("one is revoked before its end, by an Owner; minting and revoking stand in the ledger", async () => {
      const minted = await owner.call("POST", "/tokens", { subject: "eve", roles: ["owner"] });
      const { id, token } = minted.json as { id: string; token: string };
      const eve = { authorization: `Bearer ${token}` };
      assert.equal((await owner.call("GET", "/whoami", undefined, eve)).status, 200);
      const listed = await owner.call("GET", "/tokens?limit=500");
      const [row] = listed.json.items.filter((item: { id: string }) => item.id === id);
      assert.deepEqual([row.subject, row.roles, row.mintedBy], ["eve", ["owner"], "tester"]);
      assert.ok(!JSON.stringify(listed.json).includes(token));
      const auditor = await owner.call("POST", "/tokens", {
        ...{ subject: "bob", roles: ["ca-administrator"] },
      });
      const bob = { authorization: `Bearer ${auditor.json.token}` };
      assert.equal((await owner.call("POST", `/tokens/${id}/revoke`, undefined, bob)).status, 403);
      assert.equal((await owner.call("GET", "/tokens", undefined, bob)).status, 403);
      assert.equal((await owner.call("POST", `/tokens/${id}/revoke`)).status, 204);
      await refused(`Bearer ${token}`);
      assert.equal((await owner.call("POST", `/tokens/${id}/revoke`)).status, 409);
      assert.equal((await owner.call("POST", "/tokens/none/revoke")).status, 404);
      for (const event of ["token.minted", "token.revoked"]) {
        const rows = (await owner.call("GET", `/ledger?event=${event}&subject=${id}`)).json.items;
        assert.deepEqual(
          rows.map((entry: { principal: string }) => entry.principal),
          ["tester"],
        );
        assert.ok(!JSON.stringify(rows).includes(token));
      }
    });

    it("an Owner neither sees nor revokes the operator's, and other tenants' are not there", async () => {
      const operator = await adminOf(installation.countersign, { operator: true });
      try {
        const [, body = ""] = operator.token.split(".");
        const { jti } = JSON.parse(Buffer.from(body, "base64url").toString());
        const { items } = (await owner.call("GET", "/tokens?limit=500")).json;
        assert.ok(!items.some(({ id }: { id: string }) => id === jti));
        assert.equal((await owner.call("POST", `/tokens/${jti}/revoke`)).status, 404);
        assert.equal((await operator.call("GET", "/tokens")).status, 403);
        const foreign = await installation.countersign.tokens.mint({
          ...{ subject: "far", tenant: "elsewhere", roles: ["owner"], lifetimeSeconds: 60 },
        });
        const claims = JSON.parse(Buffer.from(foreign.split(".")[1] ?? "", "base64url").toString());
        assert.equal((await owner.call("POST", `/tokens/${claims.jti}/revoke`)).status, 404);
      } finally {
        await operator.close();
      }
    });

    it("the operator makes a tenant and its first Owner, and may do nothing else", async () => {
      const operator = await adminOf(installation.countersign, { operator: true });
      try {
        assert.equal(
          (await operator.call("POST", "/tenants", { id: "acme", name: "Acme" })).status,
          201,
        );
        assert.deepEqual(
          (await operator.call("GET", "/tenants")).json.items
            .map(({ id }: { id: string }) => id)
            .sort(),
          ["acme", "default"],
        );
        const { json } = await operator.call("POST", "/tenants/acme/owner-token", {
          subject: "wile",
        });
        const wile = { authorization: `Bearer ${json.token}` };
        assert.deepEqual(
          (await owner.call("GET", "/authorities", undefined, wile)).json.items,
          [],
          "a tenant sees its own only",
        );
        assert.equal((await owner.call("GET", "/authorities/main", undefined, wile)).status, 404);
        assert.equal(
          (await operator.call("POST", "/tenants/none/owner-token", { subject: "x" })).status,
          404,
        );
        assert.equal((await operator.call("GET", "/authorities")).status, 403);
        assert.equal((await owner.call("GET", "/tenants")).status, 403);
        assert.equal(
          (await owner.call("POST", "/tenants/acme/owner-token", { subject: "x" })).status,
          403,
        );
      } finally {
        await operator.close();
      }
    });
  });

  describe("requests", () => {
    it("every fault of a body is named with its path, unknown fields included", async () => {
      const { status, headers, json } = await owner.call("POST", "/endpoints", {
        id: "Not An Id",
        authorityId: "main",
        templateIds: "wifi",
        policies: [{ kind: "static", templateId: "wifi", secert: "x" }, { kind: "open" }],
        extra: 1,
      });
      assert.equal(status, 400);
      assert.equal(headers.get("content-type"), "application/problem+json");
      assert.deepEqual(json.issues.map(({ path }: { path: string }) => path).sort(), [
        "extra",
        "id",
        "policies.0.secert",
        "policies.1.kind",
        "templateIds",
      ]);
      assert.ok(json.nextStep && json.detail && json.requestId === headers.get("x-request-id"));
    });

    it("queries have a schema too", async () => {
      const { status, json } = await owner.call(
        "GET",
        "/certificates?limit=0&colour=blue&serial=xyz",
      );
      assert.equal(status, 400);
      assert.deepEqual(json.issues.map(({ path }: { path: string }) => path).sort(), [
        "query.colour",
        "query.limit",
        "query.serial",
      ]);
      assert.equal((await owner.call("GET", "/authorities?x=1")).status, 400);
    });

    it("a body that is too large, is not JSON, or has no business there is refused", async () => {
      assert.equal(
        (await owner.call("POST", "/templates", { id: "x".repeat(300_000) })).status,
        413,
      );
      assert.equal((await owner.call("POST", "/templates")).status, 400);
      assert.equal((await owner.call("POST", "/devices/x/wipe", { force: true })).status, 400);
    });

    it("an unknown path is 404, another method 405 with Allow", async () => {
      assert.equal((await owner.call("GET", "/nothing")).json.code, "not_found");
      const { status, headers } = await owner.call("PUT", "/authorities/main", {});
      assert.deepEqual([status, headers.get("allow")], [405, "GET, PATCH, DELETE"]);
    });

    it("a well-formed request id is kept, another replaced; answers are not cached", async () => {
      const kept = await owner.call("GET", "/whoami", undefined, { "x-request-id": "abc-123" });
      assert.equal(kept.headers.get("x-request-id"), "abc-123");
      const replaced = await owner.call("GET", "/whoami", undefined, { "x-request-id": "a b" });
      assert.match(replaced.headers.get("x-request-id") ?? "", /^[0-9a-f-]{36}$/);
      assert.equal(kept.headers.get("cache-control"), "no-store");
    });

    it("an address that is not properly escaped is the sender's fault", async () => {
      const answer = await owner.call("GET", "/devices/%E0%A4%A");
      assert.deepEqual([answer.status, answer.json.code], [400, "invalid_input"]);
    });
  });

  describe("objects", () => {
    it("versions travel as ETag and If-Match", async () => {
      const read = await owner.call("GET", "/templates/wifi");
      assert.equal(read.headers.get("etag"), `"${read.json.version}"`);
      const etag = { "if-match": read.headers.get("etag") ?? "" };
      const changed = await owner.call("PATCH", "/templates/wifi", { name: "Wi-Fi" }, etag);
      assert.deepEqual(
        [changed.status, changed.json.name, changed.json.version],
        [200, "Wi-Fi", Number(read.json.version) + 1],
      );
      assert.equal(
        (await owner.call("PATCH", "/templates/wifi", { name: "Late" }, etag)).status,
        412,
      );
      assert.equal(
        (await owner.call("PATCH", "/templates/wifi", { name: "x" }, { "if-match": "newest" }))
          .status,
        400,
      );
    });

    it("A-23 CA certificates come one by one as PEM or DER, and as a chain", async () => {
      const pem = await owner.call("GET", "/authorities/main/certificate");
      const der = await owner.call("GET", "/authorities/main/certificate?format=der");
      assert.equal(der.headers.get("content-type"), "application/pkix-cert");
      assert.equal(new X509Certificate(pem.text).ca, true);
      const byAccept = await owner.call("GET", "/authorities/main/certificate", undefined, {
        accept: "application/pkix-cert",
      });
      assert.equal(byAccept.text, der.text);
      const chain =
        (await owner.call("GET", "/authorities/main/chain")).text.match(
          /-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g,
        ) ?? [];
      const [issuing, root] = chain.map((one) => new X509Certificate(one));
      assert.equal(chain.length, 2);
      assert.ok(issuing!.verify(root!.publicKey));
    });

    it("a hierarchy reports its progress line by line, and a failure as the last line", async () => {
      const ask = async (id: string) => {
        const { status, headers, text } = await owner.call(
          "POST",
          "/hierarchies",
          { id, keyAlgorithm: "ec-p256" },
          { accept: "application/x-ndjson" },
        );
        assert.deepEqual([status, headers.get("content-type")], [200, "application/x-ndjson"]);
        return text
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line));
      };
      const lines = await ask("second");
      const steps = lines.slice(0, -1).map(({ step }) => step);
      assert.deepEqual(
        steps,
        steps.map((_, index) => index + 1),
      );
      assert.equal(lines.at(-1).result.issuing.id, "second");
      assert.equal((await ask("second")).at(-1).problem.code, "conflict");
    });

    it("lists are paged by a cursor", async () => {
      for (const n of [1, 2, 3]) {
        const device = {
          hostId: "pages",
          deviceId: `d${n}`,
          platform: "windows",
          attributes: { serialnumber: `P${n}` },
        };
        assert.equal((await owner.call("POST", "/devices", device)).status, 201);
      }
      const seen = new Set<string>();
      let path: string | undefined = "/devices?limit=2";
      while (path !== undefined) {
        const { json } = await owner.call("GET", path);
        assert.ok(json.items.length <= 2);
        for (const { id } of json.items) seen.add(id);
        path =
          json.cursor === undefined
            ? undefined
            : `/devices?limit=2&cursor=${encodeURIComponent(json.cursor)}`;
      }
      assert.equal(seen.size, 3);
    });

    it("C-04 certificates are filtered by role and by serial in any spelling, downloaded and revoked", async () => {
      const { json } = await owner.call(
        "GET",
        "/certificates?role=ra&status=issued&authority=main",
      );
      const [ra] = json.items;
      const spelled = encodeURIComponent(`0x${ra.serial.toUpperCase().match(/../g).join(":")}`);
      assert.equal(
        (await owner.call("GET", `/certificates?serial=${spelled}`)).json.items[0].id,
        ra.id,
      );
      const pem = await owner.call("GET", `/certificates/${ra.id}/pem`);
      assert.equal(
        new X509Certificate(pem.text).serialNumber.toLowerCase().replace(/^0+/, ""),
        ra.serial.replace(/^0+/, ""),
      );
      assert.equal(
        (await owner.call("GET", `/certificates/${ra.id}/der`)).headers.get("content-type"),
        "application/pkix-cert",
      );
      const revoked = await owner.call("POST", `/certificates/${ra.id}/revoke`, {
        reason: "superseded",
      });
      assert.deepEqual([revoked.status, revoked.json.status], [200, "revoked"]);
      assert.equal((await owner.call("POST", `/certificates/${ra.id}/revoke`, {})).status, 409);
    });

    it("a device gets a profile, loses it by a wipe, and hooks have routes of the same names", async () => {
      const enrolled = {
        hostId: "mdm",
        deviceId: "42",
        platform: "apple",
        attributes: { serialnumber: "C02" },
      };
      const device = (await owner.call("POST", "/hooks/deviceEnrolled", enrolled)).json;
      const published = await owner.call("POST", "/hooks/templateAssigned", {
        hostId: "mdm",
        deviceId: "42",
        templateId: "wifi",
      });
      assert.equal(published.status, 201, published.text);
      const profile = await owner.call("POST", `/deployments/${published.json.id}/profile`);
      assert.equal(profile.status, 200, profile.text);
      assert.match(
        profile.headers.get("content-disposition") ?? "",
        /^attachment; filename="[\w.-]+"$/,
      );
      assert.match(profile.text, /com\.apple\.security\.scep/);
      const minted = await owner.call("POST", "/challenges", {
        deviceId: device.id,
        templateId: "wifi",
      });
      assert.equal(minted.status, 201);
      assert.equal(minted.json.scepUrl, "http://pki.example/scep/phones");
      const wiped = await owner.call("POST", `/devices/${device.id}/wipe`);
      assert.equal(wiped.status, 200, wiped.text);
      assert.equal(wiped.json.challengesBurned, 2);
      assert.equal(
        (await owner.call("POST", "/challenges", { deviceId: device.id, templateId: "wifi" }))
          .status,
        409,
      );
      const events = (await owner.call("GET", `/ledger?subject=${device.id}`)).json.items.map(
        ({ event }: { event: string }) => event,
      );
      assert.ok(events.includes("device.wiped"));
    });
  });
});
