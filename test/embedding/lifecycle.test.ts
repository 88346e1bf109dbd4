import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { builtins } from "../../adapters/preset.ts";
import { createCountersign } from "../../plugin/countersign.ts";
import { defineKeyStore } from "../../plugin/define.ts";
import type { Principal } from "../../plugin/domain/principal.ts";
import { z } from "zod";
import {
  configIn,
  silentLogger,
  startInstallation,
  type TestInstallation,
} from "../support/installation.ts";
import { listen } from "../support/listen.ts";
import { adminOf, publish } from "../support/published.ts";

const setup = () => builtins({ logger: silentLogger });

describe("life of an installation", function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "countersign-"))));
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("creating it opens nothing; until it is started the handler answers 503 with Retry-After and the hooks say so", async () => {
    const countersign = createCountersign(configIn(folder), setup());
    assert.deepEqual(await readdir(folder), []);
    const server = await listen(countersign.handler);
    try {
      for (const path of ["/scep/x?operation=GetCACaps", "/healthz", "/api/v1/whoami"]) {
        const answer = await fetch(server.url + path);
        assert.equal(answer.status, 503);
        assert.match(answer.headers.get("retry-after") ?? "", /^\d+$/);
        assert.equal(((await answer.json()) as { code: string }).code, "not_running");
      }
      await assert.rejects(countersign.hooks.deviceWiped({ hostId: "h", deviceId: "d" }), {
        code: "not_running",
      });
      await countersign.close();
    } finally {
      await server.close();
    }
  });

  it("a faulty configuration throws before anything exists", async () => {
    const faulty = { ...configIn(folder), publicUrl: "nonsense", colour: "blue" };
    assert.throws(() => createCountersign(faulty, setup()), { code: "invalid_config" });
    assert.deepEqual(await readdir(folder), []);
  });

  it("starting twice is once, closing twice is once, and it starts again on the same data", async () => {
    const countersign = createCountersign(configIn(folder), setup());
    await Promise.all([countersign.start(), countersign.start()]);
    await countersign.hooks.deviceEnrolled({
      hostId: "h",
      deviceId: "d",
      platform: "apple",
      attributes: {},
    });
    await Promise.all([countersign.close(), countersign.close()]);
    await countersign.start();
    const admin = await adminOf(countersign);
    assert.equal((await admin.call("GET", "/devices")).json.items.length, 1);
    await admin.close();
    await countersign.close();
  });

  it("closing while it starts leaves it closed", async () => {
    const countersign = createCountersign(configIn(folder), setup());
    const starting = countersign.start();
    await countersign.close();
    await starting;
    await assert.rejects(
      countersign.tokens.mint({ subject: "x", operator: true, lifetimeSeconds: 60 }),
      { code: "not_running" },
    );
  });

  it("a failing start closes what was opened before, names the fault, and may be tried again", async () => {
    let closed = 0;
    let broken = true;
    const [soft] = builtins({ environment: {} }).keyStores;
    const counting = defineKeyStore({
      kind: "counting",
      options: z.looseObject({}),
      open: async (options, context) => {
        const prepared = soft!.prepare(options);
        if (!("open" in prepared)) throw new Error("bad options");
        const provider = await prepared.open(context);
        const close = provider.close.bind(provider);
        return Object.assign(provider, { close: () => (closed++, close()) });
      },
    });
    const breaking = defineKeyStore({
      kind: "breaking",
      options: z.strictObject({}),
      open: async (_options, context) => {
        if (broken) throw new Error("no such token");
        const prepared = soft!.prepare({
          folder: join(folder, "k2"),
          passphrase: () => "p",
          inProcess: true,
        });
        return "open" in prepared ? prepared.open(context) : assert.fail();
      },
    });
    const keys = { folder: join(folder, "keys"), passphrase: () => "p", inProcess: true };
    const countersign = createCountersign(
      configIn(folder, { keys: [{ kind: "counting", ...keys }, { kind: "breaking" }] }),
      { ...setup(), keyStores: [counting, breaking] },
    );
    await assert.rejects(countersign.start(), /no such token/);
    assert.equal(closed, 1);
    broken = false;
    await countersign.start();
    await countersign.close();
    assert.equal(closed, 2);
  });

  it("another server secret over the same data is refused by name", async () => {
    const first = createCountersign(configIn(folder), setup());
    await first.start();
    await first.close();
    const second = createCountersign(
      configIn(folder, { serverSecret: new Uint8Array(32).fill(8) }),
      setup(),
    );
    await assert.rejects(second.start(), { code: "invalid_config", message: /serverSecret/ });
    const short = createCountersign(configIn(folder, { serverSecret: () => "too short" }), setup());
    await assert.rejects(short.start(), { code: "invalid_config", message: /serverSecret.*32/ });
  });

  it("a wrong passphrase is refused by code, and nothing is half made", async () => {
    const first = createCountersign(configIn(folder), setup());
    await first.start();
    await publish(first, folder);
    await first.close();
    const wrong = configIn(folder, {
      keys: [
        { kind: "soft", folder: join(folder, "keys"), passphrase: () => "wrong", inProcess: true },
      ],
    });
    await assert.rejects(createCountersign(wrong, setup()).start(), { code: "key_pin_incorrect" });
    const again = createCountersign(configIn(folder), setup());
    await again.start();
    await again.close();
  });

  it("two installations live in one process and share nothing", async () => {
    const one = await startInstallation();
    const two = await startInstallation({ serverSecret: new Uint8Array(32).fill(9) });
    const admins = [await adminOf(one.countersign), await adminOf(two.countersign)] as const;
    try {
      await publish(one.countersign, one.folder);
      assert.deepEqual((await admins[1].call("GET", "/authorities")).json.items, []);
      assert.equal((await admins[0].call("GET", "/authorities")).json.items.length, 2);
      const crossed = await admins[1].call("GET", "/authorities", undefined, {
        authorization: `Bearer ${admins[0].token}`,
      });
      assert.equal(crossed.status, 401, "the other's token is nobody's");
      await one.countersign.close();
      assert.equal(
        (await admins[1].call("GET", "/whoami")).status,
        200,
        "closing one leaves the other running",
      );
    } finally {
      for (const admin of admins) await admin.close();
      await one.end();
      await two.end();
    }
  });

  describe("what a host passes", () => {
    let installation: TestInstallation;
    const lines: { fields: object; message: string }[] = [];
    const log = (fields: object, message: string): void => void lines.push({ fields, message });
    const auditor: Principal = {
      id: "host-user",
      kind: "user",
      tenant: "default",
      roles: ["ca-auditor"],
    };
    const operator: Principal = { ...auditor, id: "host-admin", roles: ["protocol-operator"] };
    before(async () => {
      installation = await startInstallation(
        {},
        {
          logger: { debug: log, info: log, warn: log, error: log },
          clock: { now: () => new Date("2031-05-06T07:08:09Z") },
          metrics: {
            count: () => undefined,
            observe: () => undefined,
            gauge: () => undefined,
            expose: async () => ({ contentType: "text/plain", body: "host_metric 1\n" }),
          },
          principal: async (request) =>
            ({ "session=1": auditor, "session=2": operator })[request.headers.cookie ?? ""],
        },
      );
    });
    after(() => installation.end());

    it("its principal is who asks, with just that one's rights; others still need a token", async () => {
      const server = await listen(installation.countersign.handler);
      try {
        const as = (path: string, method = "GET") =>
          fetch(server.url + path, { method, headers: { cookie: "session=1" } });
        const { rights, ...who } = (await (await as("/api/v1/whoami")).json()) as {
          readonly rights: readonly string[];
        };
        assert.deepEqual(who, auditor);
        assert.ok(rights.includes("ledger:read") && !rights.includes("certificates:issue"));
        assert.equal((await as("/api/v1/ledger")).status, 200);
        const refused = await fetch(`${server.url}/api/v1/devices`, {
          method: "POST",
          headers: { cookie: "session=1" },
          body: JSON.stringify({ hostId: "h", deviceId: "d", platform: "apple" }),
        });
        assert.equal(refused.status, 403);
        assert.equal((await fetch(`${server.url}/api/v1/whoami`)).status, 401);
        assert.equal(await (await as("/metrics")).text(), "host_metric 1\n");
      } finally {
        await server.close();
      }
    });

    it("nothing is changed under its session by pages of other origins", async () => {
      const server = await listen(installation.countersign.handler);
      const { host } = new URL(server.url);
      try {
        const post = async (headers: Record<string, string>) => {
          const answer = await fetch(`${server.url}/api/v1/devices`, {
            method: "POST",
            headers: { cookie: "session=2", "content-type": "text/plain", ...headers },
            body: JSON.stringify({ hostId: "h", deviceId: "d2", platform: "apple" }),
          });
          return [answer.status, (await answer.text()).includes("another origin")];
        };
        for (const own of [
          {},
          { origin: `http://${host}` },
          { origin: "https://pki.example", "sec-fetch-site": "same-origin" },
          { "sec-fetch-site": "none" },
          { origin: "https://pki.example", "x-countersign-console": "1" },
        ])
          assert.deepEqual(await post(own), [201, false], JSON.stringify(own));
        for (const foreign of [
          { origin: "https://evil.example" },
          { origin: "null" },
          { origin: `http://${host}.evil.example` },
          { origin: `http://${host}`, "sec-fetch-site": "cross-site" },
          { origin: "https://other.example", "sec-fetch-site": "same-site" },
          { origin: "https://evil.example", authorization: "Basic YTpi" },
        ])
          assert.deepEqual(await post(foreign), [403, true], JSON.stringify(foreign));
        const read = await fetch(`${server.url}/api/v1/devices`, {
          headers: { cookie: "session=2", origin: "https://evil.example" },
        });
        assert.equal(read.status, 200, "reading changes nothing, and only its own pages see it");
      } finally {
        await server.close();
      }
    });

    it("its clock and its log are used", async () => {
      const device = await installation.countersign.hooks.deviceEnrolled({
        hostId: "h",
        deviceId: "d",
        platform: "apple",
        attributes: {},
      });
      assert.equal(device.createdAt.toISOString(), "2031-05-06T07:08:09.000Z");
      assert.ok(lines.some(({ message }) => message === "database schema changed"));
    });
  });
});
