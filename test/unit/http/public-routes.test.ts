import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { startInstallation, type TestInstallation } from "../../support/installation.ts";
import { type Listening, listen } from "../../support/listen.ts";
import { adminOf, type Published, publish } from "../../support/published.ts";
import { rawExchange } from "../../support/raw-http.ts";

describe("public routes", function () {
  this.timeout(60_000);
  let installation: TestInstallation;
  let published: Published;
  let server: Listening;
  before(async () => {
    installation = await startInstallation({ limits: { bodySeconds: 1 } });
    published = await publish(installation.countersign, installation.folder);
    server = await listen(installation.countersign.handler);
  });
  after(async () => {
    await server.close();
    await installation.end();
  });
  const scep = (rest: string, init?: RequestInit) =>
    fetch(`${server.url}/scep/phones${rest}`, init);
  const openssl = (args: string[], input: Uint8Array): string =>
    execFileSync("openssl", args, { input }).toString();

  describe("SCEP over HTTP", () => {
    it("case 1: GetCACaps is text/plain with LF, its length named, under 1 KiB", async () => {
      const answer = await scep("?operation=GetCACaps");
      const text = await answer.text();
      assert.equal(answer.headers.get("content-type"), "text/plain");
      assert.equal(answer.headers.get("content-length"), String(text.length));
      assert.match(text, /^(?:[A-Za-z0-9-]+\n)+$/);
      assert.ok(text.length < 1024);
    });

    it("cases 2 and 3: any case, order, extra parameters and path segments give the same", async () => {
      const expected = await (await scep("?operation=GetCACaps")).text();
      for (const rest of [
        "?operation=getcacaps",
        "?operation=GETCACAPS",
        "?Operation=GetCACaps",
        "?x=1&operation=GetCACaps",
        "?operation=GetCACaps&message=",
        "?message=CAIdentifier&operation=GetCACaps",
        "/?operation=GetCACaps",
        "/pkiclient.exe?operation=GetCACaps",
        "/cgi-bin/pkiclient.exe?operation=GetCACaps",
      ]) {
        const answer = await scep(rest);
        assert.equal(answer.status, 200, rest);
        assert.equal(await answer.text(), expected, rest);
      }
      const unknown = await fetch(`${server.url}/scep/unknown?operation=GetCACaps`);
      assert.equal(unknown.status, 404);
      assert.deepEqual(Object.keys((await unknown.json()) as object), [
        "type",
        "title",
        "status",
        "code",
      ]);
    });

    it("case 4: GetCACert is a degenerate PKCS#7 of RA, issuer and root, whatever message says", async () => {
      const answer = await scep("?operation=GetCACert&message=0");
      assert.equal(answer.headers.get("content-type"), "application/x-x509-ca-ra-cert");
      const text = openssl(
        ["pkcs7", "-inform", "DER", "-print_certs", "-noout"],
        new Uint8Array(await answer.arrayBuffer()),
      );
      assert.equal(text.match(/^subject=/gm)?.length, 3);
      assert.match(text, /^subject=CN = main SCEP RA/);
    });

    it("case 8: unknown or no operation is 400, HEAD is answered, other methods are 405 with Allow", async () => {
      assert.equal((await scep("?operation=Steal")).status, 400);
      assert.equal((await scep("")).status, 400);
      const head = await scep("?operation=GetCACaps", { method: "HEAD" });
      assert.equal(head.status, 200);
      assert.ok(Number(head.headers.get("content-length")) > 20);
      for (const method of ["PUT", "OPTIONS", "DELETE"]) {
        const answer = await scep("?operation=GetCACaps", { method });
        assert.deepEqual(
          [answer.status, answer.headers.get("allow")],
          [405, "GET, HEAD, POST"],
          method,
        );
      }
    });

    it("case 10: a POST is a PKIOperation without an operation and with any Content-Type", async () => {
      for (const headers of [
        {},
        { "Content-Type": "application/x-www-form-urlencoded" },
        { "Content-Type": "application/json" },
      ]) {
        const answer = await scep("", {
          method: "POST",
          body: new Uint8Array([0x30, 0x00]),
          headers,
        });
        const { code, status } = (await answer.json()) as { code: string; status: number };
        assert.deepEqual([code, status], ["bad_message", 400]);
      }
    });

    it("case 13: HTTP/1.0 gets a length and a closed connection", async () => {
      const answer = await rawExchange(
        server.port,
        "GET /scep/phones?operation=GetCACaps HTTP/1.0\r\n\r\n",
      );
      assert.match(answer, /^HTTP\/1\.1 200 /);
      assert.match(answer, /\r\nContent-Length: \d+\r\n/i);
      assert.doesNotMatch(answer, /chunked/i);
    });

    it("case 52 and 66: empty and hostile bodies are 400 and say nothing of the inside", async () => {
      for (const body of [
        new Uint8Array(0),
        new Uint8Array([1]),
        Buffer.from("3084ffffffff", "hex"),
        Buffer.alloc(60_000, 0x30),
      ]) {
        const answer = await scep("", { method: "POST", body });
        assert.equal(answer.status, 400);
        assert.deepEqual(Object.keys((await answer.json()) as object), [
          "type",
          "title",
          "status",
          "code",
        ]);
      }
    });

    it("case 64: over 64 KiB is 413, a slow body 408, a long URI 431", async () => {
      assert.equal((await scep("", { method: "POST", body: new Uint8Array(65_537) })).status, 413);
      const slow = await rawExchange(
        server.port,
        "POST /scep/phones HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc",
      );
      assert.match(slow, /^HTTP\/1\.1 408 /);
      const long = await rawExchange(
        server.port,
        `GET /scep/phones?operation=PKIOperation&message=${"A".repeat(70_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
      );
      assert.match(long, /^HTTP\/1\.1 431 /);
      assert.equal(
        (await scep(`?operation=PKIOperation&message=${"A".repeat(40_000)}`)).status,
        414,
      );
    });

    it("case 64: a source over its limit is 429 with Retry-After, on this node", async () => {
      const limited = await startInstallation({ limits: { sourcePerMinute: 3 } });
      const listener = await listen(limited.countersign.handler);
      try {
        const answers = [];
        for (let n = 0; n < 8; n += 1)
          answers.push(await fetch(`${listener.url}/scep/x?operation=GetCACaps`));
        const last = answers.at(-1)!;
        assert.equal(answers[0]!.status, 404);
        assert.equal(last.status, 429);
        assert.ok(Number(last.headers.get("retry-after")) <= 60);
      } finally {
        await listener.close();
        await limited.end();
      }
    });
  });

  describe("status", () => {
    const at = (url: string, init?: RequestInit) => fetch(server.url + new URL(url).pathname, init);

    it("A-13 the CRL is served with validators, and 304 to who has it", async () => {
      const first = await at(published.authority.urls.crl);
      assert.equal(first.status, 200);
      assert.equal(first.headers.get("content-type"), "application/pkix-crl");
      assert.match(
        openssl(
          ["crl", "-inform", "DER", "-noout", "-text"],
          new Uint8Array(await first.arrayBuffer()),
        ),
        /No Revoked Certificates/,
      );
      const known = await at(published.authority.urls.crl, {
        headers: { "If-None-Match": first.headers.get("etag") ?? "" },
      });
      assert.equal(known.status, 304);
      const since = await at(published.authority.urls.crl, {
        headers: { "If-Modified-Since": first.headers.get("last-modified") ?? "" },
      });
      assert.equal(since.status, 304);
      assert.equal(
        (await at(published.authority.urls.crl, { method: "POST" })).headers.get("allow"),
        "GET, HEAD",
      );
    });

    it("a revocation shows at the next fetch, whatever the client has kept", async () => {
      const before = await at(published.authority.urls.crl);
      const admin = await adminOf(installation.countersign);
      const [ra] = (await admin.call("GET", "/certificates?role=ra")).json.items;
      assert.equal(
        (await admin.call("POST", `/certificates/${ra.id}/revoke`, { reason: "superseded" }))
          .status,
        200,
      );
      await admin.close();
      const after = await at(published.authority.urls.crl, {
        headers: { "If-None-Match": before.headers.get("etag") ?? "" },
      });
      assert.equal(after.status, 200);
      const text = openssl(
        ["crl", "-inform", "DER", "-noout", "-text"],
        new Uint8Array(await after.arrayBuffer()),
      );
      assert.match(text.toLowerCase(), new RegExp(`serial number: ${String(ra.serial)}`));
    });

    it("the CA certificate is served by its own address, and not by another key's", async () => {
      const { caIssuers } = published.authority.urls;
      const answer = await at(caIssuers);
      assert.equal(answer.headers.get("content-type"), "application/pkix-cert");
      assert.match(
        openssl(
          ["x509", "-inform", "DER", "-noout", "-subject"],
          new Uint8Array(await answer.arrayBuffer()),
        ),
        /Main Issuing CA/,
      );
      assert.equal((await at(caIssuers.replace(/[0-9a-f]{8}\.cer$/, "00000000.cer"))).status, 404);
      assert.equal((await at(`${caIssuers}/x`)).status, 404);
    });

    it("the only list has the name of shard 0 too, and there is no other", async () => {
      const { crl } = published.authority.urls;
      const [list, shard, other] = await Promise.all(
        ["crl.crl", "0.crl", "1.crl"].map((name) => at(crl.replace("crl.crl", name))),
      );
      assert.deepEqual([list?.status, shard?.status, other?.status], [200, 200, 404]);
      assert.equal(shard?.headers.get("etag"), list?.headers.get("etag"));
    });

    it("OCSP answers openssl by POST, and the same by GET in every spelling of base64", async () => {
      const admin = await adminOf(installation.countersign);
      const issuer = join(installation.folder, "issuing.pem");
      const chain = join(installation.folder, "chain.pem");
      writeFileSync(issuer, (await admin.call("GET", "/authorities/main/certificate")).text);
      writeFileSync(chain, (await admin.call("GET", "/authorities/main/chain")).text);
      await admin.close();
      const { ocsp } = published.authority.urls;
      const base64 = Buffer.from(published.ocspRequest).toString("base64");
      const answers = [
        await at(ocsp, { method: "POST", body: published.ocspRequest }),
        await at(`${ocsp}/${base64}`),
        await at(`${ocsp}/${encodeURIComponent(base64)}`),
      ];
      for (const answer of answers) {
        assert.equal(answer.headers.get("content-type"), "application/ocsp-response");
        const file = join(installation.folder, "answer.der");
        writeFileSync(file, new Uint8Array(await answer.arrayBuffer()));
        const text = execFileSync(
          "openssl",
          ["ocsp", "-respin", file, "-issuer", issuer, "-serial", "0x1234", "-CAfile", chain],
          { stdio: ["ignore", "pipe", "pipe"] },
        ).toString();
        assert.match(text, /0x1234: unknown/);
      }
      // What is unknown may be issued in a moment.
      assert.equal(answers[1]!.headers.get("cache-control"), "no-store");
      assert.equal((await at(ocsp, { method: "POST", body: new Uint8Array(65_537) })).status, 413);
      assert.equal((await at(ocsp, { method: "PUT" })).status, 405);
    });
  });

  describe("operations", () => {
    it("health is open, metrics want a token", async () => {
      assert.deepEqual(await (await fetch(`${server.url}/healthz`)).json(), { status: "ok" });
      const ready = (await (await fetch(`${server.url}/readyz`)).json()) as {
        ready: boolean;
        checks: object[];
      };
      assert.equal(ready.ready, true);
      assert.deepEqual(
        ready.checks.map((check) => Object.keys(check)),
        [
          ["name", "ok"],
          ["name", "ok"],
        ],
      );
      assert.equal((await fetch(`${server.url}/metrics`)).status, 401);
      const token = await installation.countersign.tokens.mint({
        subject: "prometheus",
        tenant: "default",
        roles: ["ca-auditor"],
        lifetimeSeconds: 60,
      });
      const metrics = await fetch(`${server.url}/metrics`, {
        headers: { authorization: `Bearer ${token}` },
      });
      assert.equal(metrics.status, 200);
      const text = await metrics.text();
      assert.match(text, /^countersign_\w+/m);
      // Latencies of the keys, as a histogram.
      const buckets = text.matchAll(
        /^countersign_key_operation_seconds_bucket\{le="0\.05",(.+)\} \d+$/gm,
      );
      const labels = Array.from(buckets, ([, found]) => found);
      assert.ok(labels.includes('token="soft",kind="sign",result="ok"'), labels.join("\n"));
    });
  });
});
