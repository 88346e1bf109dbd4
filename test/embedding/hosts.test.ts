import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import { createRequire } from "node:module";
import express from "express";
import { fastify } from "fastify";
import { countersignFastify } from "../../adapters/fastify.ts";
import { startInstallation, type TestInstallation } from "../support/installation.ts";
import { type Listening, listen, listening } from "../support/listen.ts";
import { type Published, publish } from "../support/published.ts";

// Its types are those of version 5 for all that is used here.
const express4 = createRequire(import.meta.url)("express4") as typeof express;

/** OCSPResponse whose responseStatus is successful (RFC 6960 section 4.2.1). */
const isOcspSuccess = (body: Uint8Array): boolean =>
  Buffer.from(body.subarray(0, 12)).includes(Buffer.from([0x0a, 0x01, 0x00]));

describe("embedding", function () {
  this.timeout(60_000);
  let installation: TestInstallation;
  let published: Published;
  const open: (() => Promise<unknown>)[] = [];
  before(async () => {
    installation = await startInstallation({ mountPath: "/pki" });
    published = await publish(installation.countersign, installation.folder);
  });
  afterEach(async () => {
    for (const close of open.splice(0)) await close();
  });
  after(() => installation.end());

  const serve = async (listener: RequestListener): Promise<Listening> => {
    const server = await listen(listener);
    open.push(() => server.close());
    return server;
  };

  const post = (base: string, headers: Record<string, string>) =>
    fetch(`${base}/ocsp/default/main`, { method: "POST", body: published.ocspRequest, headers });

  /** The same for every host: SCEP by GET, bytes by POST whatever they call themselves, the API with JSON, health. */
  const probe = async (base: string): Promise<void> => {
    const capabilities = await fetch(`${base}/scep/phones?operation=GetCACaps`);
    assert.equal(capabilities.status, 200);
    assert.equal(capabilities.headers.get("content-type"), "text/plain");
    assert.match(await capabilities.text(), /^POSTPKIOperation$/m);
    for (const type of [
      "application/ocsp-request",
      "application/x-www-form-urlencoded",
      "application/json",
      "text/plain",
      "",
    ]) {
      const answer = await post(base, type === "" ? {} : { "Content-Type": type });
      assert.equal(answer.status, 200, type);
      assert.equal(answer.headers.get("content-type"), "application/ocsp-response");
      assert.ok(isOcspSuccess(new Uint8Array(await answer.arrayBuffer())), type);
    }
    const token = await installation.countersign.tokens.mint({
      subject: "t",
      tenant: "default",
      roles: ["owner"],
      lifetimeSeconds: 60,
    });
    const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
    const added = await fetch(`${base}/api/v1/devices`, {
      method: "POST",
      headers,
      body: JSON.stringify({
        hostId: "mdm",
        deviceId: "d1",
        platform: "apple",
        attributes: { serialnumber: "S1" },
      }),
    });
    assert.equal(added.status, 201, await added.clone().text());
    const listed = await fetch(`${base}/api/v1/devices?limit=1`, { headers });
    assert.equal(((await listed.json()) as { items: unknown[] }).items.length, 1);
    assert.equal((await fetch(`${base}/healthz`)).status, 200);
    assert.equal((await fetch(`${base}/scep/nobody?operation=GetCACaps`)).status, 404);
    const event = { method: "POST", body: '{"kind":"deviceWiped"}' };
    assert.equal((await fetch(`${base}/hooks/nobody`, event)).status, 401);
    assert.equal((await fetch(`${base}/api/openapi.json`)).status, 200);
    const console = await fetch(`${base}/console`, { redirect: "manual" });
    assert.equal(console.headers.get("location"), "console/");
    const page = await fetch(`${base}/console/no-such-file`);
    assert.equal(page.headers.get("content-type"), "application/problem+json");
  };

  for (const [name, framework] of [
    ["Express 5", express],
    ["Express 4", express4],
  ] as const) {
    describe(name, () => {
      it("mounts under a prefix, passes on what it does not know, and leaves the host's routes alone", async () => {
        const host = framework();
        host.use("/pki", installation.countersign.handler);
        host.get("/pki/other", (_request, response) => void response.send("the host's own"));
        host.use(
          express.json(),
          (request, response) => void response.status(418).json(request.body ?? null),
        );
        const { url } = await serve(host);
        await probe(`${url}/pki`);
        assert.equal(await (await fetch(`${url}/pki/other`)).text(), "the host's own");
        const own = await fetch(`${url}/api/v1/x`, {
          method: "POST",
          body: '{"a":1}',
          headers: { "Content-Type": "application/json" },
        });
        assert.deepEqual([own.status, await own.json()], [418, { a: 1 }]);
      });

      it("mounts at the root", async () => {
        const { url } = await serve(framework().use(installation.countersign.handler));
        await probe(url);
      });

      it("takes bytes that the host has read already", async () => {
        const host = framework()
          .use(express.raw({ type: () => true }))
          .use("/pki", installation.countersign.handler);
        await probe(`${(await serve(host)).url}/pki`);
      });

      it("names what to change when the host's parser has destroyed them", async () => {
        const host = framework()
          .use(express.urlencoded({ extended: false }), express.json(), express.text())
          .use("/pki", installation.countersign.handler);
        const { url } = await serve(host);
        for (const type of ["application/x-www-form-urlencoded", "text/plain"]) {
          const answer = await post(`${url}/pki`, { "Content-Type": type });
          const problem = (await answer.json()) as { code: string; nextStep: string };
          assert.deepEqual([answer.status, problem.code], [500, "body_consumed"]);
          assert.match(problem.nextStep, /before the body parser|express\.raw/);
        }
        assert.equal(
          (await post(`${url}/pki`, { "Content-Type": "application/ocsp-request" })).status,
          200,
          "bytes it left alone still work",
        );
      });

      it("takes JSON that the host has parsed for the API", async () => {
        const host = framework().use(express.json()).use("/pki", installation.countersign.handler);
        const { url } = await serve(host);
        const token = await installation.countersign.tokens.mint({
          subject: "t",
          tenant: "default",
          roles: ["owner"],
          lifetimeSeconds: 60,
        });
        const answer = await fetch(`${url}/pki/api/v1/tokens`, {
          method: "POST",
          headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
          body: JSON.stringify({ subject: "x", roles: ["ca-auditor"] }),
        });
        assert.equal(answer.status, 201);
      });
    });
  }

  describe("Fastify", () => {
    it("mounts as a plugin under a prefix, beside the host's own parsers and routes", async () => {
      const host = fastify();
      host.post("/own", (request) => ({ got: request.body }));
      await host.register(countersignFastify, {
        prefix: "/pki",
        countersign: installation.countersign,
      });
      open.push(() => host.close());
      await host.listen({ port: 0, host: "127.0.0.1" });
      const { port } = host.server.address() as { port: number };
      const url = `http://127.0.0.1:${port}`;
      await probe(`${url}/pki`);
      const own = await fetch(`${url}/own`, {
        method: "POST",
        body: '{"a":1}',
        headers: { "Content-Type": "application/json" },
      });
      assert.deepEqual(await own.json(), { got: { a: 1 } });
      assert.equal((await fetch(`${url}/pki/other`)).status, 404);
    });

    it("mounts at the root", async () => {
      const host = fastify();
      await host.register(countersignFastify, { countersign: installation.countersign });
      open.push(() => host.close());
      await host.listen({ port: 0, host: "127.0.0.1" });
      await probe(`http://127.0.0.1:${(host.server.address() as { port: number }).port}`);
    });
  });

  describe("raw http", () => {
    it("mounts with and without the prefix that mountPath names, and answers 404 for the rest", async () => {
      const { url } = await serve(installation.countersign.handler);
      await probe(`${url}/pki`);
      await probe(url);
      const answer = await fetch(`${url}/elsewhere`);
      assert.equal(answer.status, 404);
      assert.equal(answer.headers.get("content-type"), "application/problem+json");
    });

    it("serves on each listener only the parts it is for, and health on all", async () => {
      const server = createServer(installation.countersign.handlerFor(["scep"]));
      const listener = await listening(server);
      open.push(() => listener.close());
      const status = async (path: string): Promise<number> =>
        (await fetch(listener.url + path)).status;
      assert.equal(await status("/scep/phones?operation=GetCACaps"), 200);
      assert.equal(await status("/healthz"), 200);
      assert.equal(await status(new URL(published.authority.urls.crl).pathname), 404);
      assert.equal(await status("/api/v1/whoami"), 404);
      assert.equal(await status("/metrics"), 404);
    });
  });
});
