import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import { text } from "node:stream/consumers";
import { CountersignError } from "../../plugin/sdk.ts";
import { internalCa } from "../../adapters/ca/internal.ts";
import { builtins } from "../../adapters/preset.ts";
import type { Api, Json } from "./api.ts";
import { refused, newKey } from "./device.ts";
import { DAY, HOUR, type Served, serve } from "./served.ts";
import { makeSite, type SiteIds } from "./site.ts";

interface Hook {
  readonly signature: string;
  readonly body: string;
}

const SECRET = "a secret of the receiver";
const USER = { user: "alerts", password: "smtp password" };

describe("flows: alerts", function () {
  this.timeout(60_000);
  const mails: string[] = [];
  const hooks: Hook[] = [];
  let hookStatus = 204;
  let listenerEnd = new Date("2999-01-01T00:00:00Z");
  let keyFault: string | undefined;
  let revoke: () => Promise<void> = () => Promise.resolve();
  const logins: string[] = [];
  let smtp: SMTPServer;
  let receiver: Server;
  let served: Served;
  let api: Api;
  let site: SiteIds;
  let webhook: { url: string; secret: string };
  before(async () => {
    smtp = new SMTPServer({
      disabledCommands: ["STARTTLS"],
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _session, done) => {
        logins.push(username ?? "");
        if (username === USER.user && password === USER.password) done(null, { user: username });
        else done(new Error("wrong password"));
      },
      onData: (stream, _session, done) => {
        void text(stream).then((mail) => {
          mails.push(mail);
          done();
        });
      },
    });
    await new Promise<void>((resolve) => smtp.listen(0, "127.0.0.1", resolve));
    receiver = createServer((request, response) => {
      void text(request).then((body) => {
        hooks.push({ signature: String(request.headers["countersign-signature"]), body });
        response.writeHead(hookStatus).end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
    webhook = {
      url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/alerts`,
      secret: SECRET,
    };
    const { port } = smtp.server.address() as AddressInfo;
    served = await serve(
      {
        mail: {
          ...{ host: "127.0.0.1", port, security: "none", from: "pki@example.com" },
          ...{ user: USER.user, password: () => USER.password },
        },
      },
      {
        keyStores: builtins().keyStores.map((kind) => ({
          ...kind,
          prepare: (options: unknown) => {
            const prepared = kind.prepare(options);
            if ("issues" in prepared) return prepared;
            const open: typeof prepared.open = async (context) => {
              const provider = await prepared.open(context);
              const faulty = () => [{ level: "fault", message: keyFault ?? "" } as const];
              return {
                ...provider,
                probe: async () => (keyFault === undefined ? provider.probe() : faulty()),
              };
            };
            return { ...prepared, open };
          },
        })),
        expiries: () =>
          Promise.resolve([{ kind: "listener", name: "pki.example.com", end: listenerEnd }]),
        caBackends: [
          {
            ...internalCa(),
            serves: ({ kind }) => kind === "issuing",
            create: (authority, signer) => ({
              ...internalCa().create(authority, signer),
              revoke: () => revoke(),
            }),
          },
        ],
      },
    );
    api = await served.api();
    site = await makeSite(api);
  });
  after(async () => {
    await served.end();
    await new Promise<void>((resolve) => smtp.close(() => resolve()));
    receiver.close();
  });

  const until = async (what: string, seen: () => Promise<boolean> | boolean): Promise<void> => {
    for (let n = 0; n < 400; n += 1) {
      if (await seen()) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.fail(`never: ${what}`);
  };
  /** One look at everything, as the timer would have it every 30 seconds. */
  const look = async (): Promise<void> => {
    await api.post("/alerts/check");
  };
  const standing = async (): Promise<string[]> =>
    ((await api.get("/alerts")).items as Json[]).map(
      ({ rule, subject }) => `${rule as string} ${subject as string}`,
    );
  const said = (body: string): Json => JSON.parse(body);

  it("O-03 a test reaches every receiver, and says which have not taken it", async () => {
    const rule = await api.patch("/alert-rules/listener-expiry", {
      mail: ["admin@example.com", "second@example.com"],
      webhook,
    });
    assert.equal(JSON.stringify(rule).includes(SECRET), false);
    assert.equal(rule.webhook, webhook.url);
    hookStatus = 500;
    const first = (await api.post("/alert-rules/listener-expiry/test")).items as Json[];
    assert.deepEqual(
      first.map(({ done }) => done as boolean),
      [true, true, false],
    );
    assert.match(first[2].detail as string, /HTTP 500/);
    hookStatus = 204;
    await api.post("/alert-rules/listener-expiry/test");
    assert.equal(mails.length, 4);
    assert.match(mails[0]!, /^Subject: \[test\] listener-expiry: test\r$/m);
    assert.match(mails[0]!, /^To: admin@example\.com\r$/m);
    assert.deepEqual([...new Set(logins)], [USER.user]);
    const { signature, body } = hooks.at(-1)!;
    const [, at = "", mac = ""] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature) ?? [];
    assert.equal(mac, createHmac("sha256", SECRET).update(`${at}.${body}`).digest("hex"));
    assert.equal(said(body).state, "test");
    mails.length = hooks.length = 0;
  });

  it("O-03 a change of state is told once, and a value that swings at the threshold is not told again", async () => {
    const at = (days: number): void => {
      listenerEnd = new Date(served.clock.now().getTime() + days * DAY);
    };
    await look();
    assert.deepEqual(await standing(), []);
    at(13.5);
    await look();
    await look();
    assert.deepEqual(await standing(), ["listener-expiry pki.example.com"]);
    await until("told", () => mails.length === 2 && hooks.length === 1);
    at(14.5);
    await look();
    at(13.9);
    await look();
    assert.equal((await standing()).length, 1);
    at(90);
    await look();
    assert.deepEqual(await standing(), []);
    await until("told of the end", () => mails.length === 4 && hooks.length === 2);
    assert.deepEqual(
      hooks.map(({ body }) => said(body).state as string),
      ["firing", "resolved"],
    );
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assert.deepEqual([mails.length, hooks.length], [4, 2]);
    assert.match(
      await metrics(),
      /countersign_alerts_total\{kind="listener-expiry",state="firing"\} 1/,
    );
  });

  const metrics = async (): Promise<string> => {
    const token = await served.countersign.tokens.mint({
      ...{ subject: "m", tenant: "default", roles: ["ca-auditor"], lifetimeSeconds: 10 ** 9 },
    });
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch(`${served.url}/metrics`, { headers })).text();
  };

  it("O-03 a message that was not taken is sent again", async () => {
    mails.length = hooks.length = 0;
    hookStatus = 503;
    listenerEnd = new Date(served.clock.now().getTime() + DAY);
    await look();
    await until("an attempt", () => hooks.length > 0);
    await until("mail", () => mails.length === 2);
    hookStatus = 204;
    served.clock.advance(HOUR);
    await until("again", () => hooks.length > 1);
    await until("an empty outbox", async () => (await api.get("/outbox")).items.length === 0);
    listenerEnd = new Date("2999-01-01T00:00:00Z");
    await look();
  });

  it("O-05 watches refusals of endpoints, the outbox and lists", async () => {
    await api.patch("/alert-rules/endpoint-failing", { raise: 2 });
    for (let n = 0; n < 2; n += 1)
      await refused(`${served.url}/scep/${site.endpoint}`, {
        key: await newKey(),
        challenge: "wrong",
      });
    await look();
    assert.ok((await standing()).includes(`endpoint-failing ${site.endpoint}`));
    served.clock.advance(2 * HOUR);
    await look();
    assert.ok(!(await standing()).includes(`endpoint-failing ${site.endpoint}`));

    const [ra] = (await api.get("/certificates?role=ra&limit=1")).items;
    revoke = () => Promise.reject(new CountersignError("policy_refused", "no"));
    await api.post(`/certificates/${ra.id as string}/suspend`);
    await until("dead", async () => (await api.get("/outbox?state=dead")).items.length === 1);
    await look();
    assert.ok((await standing()).includes("outbox-stuck outbox"));
    revoke = () => Promise.resolve();
    await api.post("/outbox/resend");
    await until("sent", async () => (await api.get("/outbox")).items.length === 0);
    await look();
    assert.deepEqual(await standing(), []);
  });

  it("O-05 O-07 watches the ends of CA, RA and responder certificates, each by its own threshold", async () => {
    await api.patch("/alert-rules/authority-expiry", { raise: 36_500 });
    await api.patch("/alert-rules/ra-expiry", { raise: 36_500 });
    await look();
    const now = await standing();
    assert.ok(now.includes(`authority-expiry ${site.authority}`), now.join());
    assert.ok(now.some((alert) => alert.startsWith("ra-expiry ")));
    assert.ok(!now.some((alert) => alert.startsWith("ocsp-expiry ")));
    assert.equal((await api.get(`/authorities/${site.authority}`)).badge, "green");
    const { issues } = await api.refused("PATCH", "/alert-rules/authority-expiry", {
      raise: 40,
      clear: 39,
    });
    assert.equal(issues[0]?.path, "clear");
    assert.equal((await api.refused("PATCH", "/alert-rules/nonsense", {})).code, "not_found");
    await api.patch("/alert-rules/authority-expiry", { enabled: false });
    await look();
    assert.ok(!(await standing()).includes(`authority-expiry ${site.authority}`));
    const auditor = await served.api("default", ["ca-auditor"]);
    assert.equal((await auditor.refused("PATCH", "/alert-rules/ra-expiry", {})).code, "forbidden");
    await (await served.operator()).post("/tenants", { id: "other", name: "Other" });
    const stranger = await served.api("other");
    assert.deepEqual((await stranger.get("/alerts")).items, []);
    assert.deepEqual(
      ((await stranger.get("/alert-rules")).items as Json[]).flatMap(
        ({ mail }) => mail as string[],
      ),
      [],
    );
  });

  it("O-05 a key store with a fault and a missing backup are told once, and when they are over", async () => {
    for (const kind of ["keys", "renewal-cap", "renewals-failing", "backup-age"])
      await api.patch(`/alert-rules/${kind}`, { webhook });
    const toldOf = (rule: string): string[] =>
      hooks
        .map(({ body }) => said(body))
        .flatMap((told) => (told.rule === rule ? [told.state as string] : []));
    hookStatus = 204;
    hooks.length = 0;
    await look();
    const names = (await standing()).map((alert) => alert.split(" ")[0]);
    assert.ok(!names.includes("keys") && !names.includes("renewal-cap"), names.join());

    keyFault = "the token is gone";
    await look();
    await look();
    await until("told of the key store", () => toldOf("keys").length > 0);
    const { text: why } = hooks.map(({ body }) => said(body)).find(({ rule }) => rule === "keys");
    assert.match(why as string, /key store soft has a fault: the token is gone/);
    keyFault = undefined;
    await look();
    await until("told that it is over", () => toldOf("keys").length > 1);
    assert.deepEqual(toldOf("keys"), ["firing", "resolved"]);

    served.clock.advance(3 * DAY);
    await look();
    await until("told of the backup", () => toldOf("backup-age").length > 0);
    assert.ok((await standing()).includes("backup-age backup"));
    await look();
    assert.deepEqual(toldOf("backup-age"), ["firing"]);
  });

  it("O-05 tells of machine credentials and of lasting API tokens before they end, until there is a newer one", async () => {
    const secrets = async (): Promise<string[]> => {
      await look();
      return (await standing()).filter((alert) => alert.startsWith("secret-expiry "));
    };
    const credential = { id: "ci", name: "CI", roles: ["protocol-operator"], validity: "P31D" };
    await api.post("/credentials", credential);
    const token = { subject: "grafana", roles: ["ca-auditor"] };
    await api.post("/tokens", { ...token, lifetimeSeconds: 40 * 86_400 });
    await api.post("/tokens", { ...token, subject: "prometheus", lifetimeSeconds: 62 * 86_400 });
    assert.deepEqual(await secrets(), []);
    served.clock.advance(2 * DAY);
    // What was minted for a few weeks ends as a matter of course.
    assert.deepEqual(await secrets(), ["secret-expiry credential/ci"]);
    await api.post("/credentials/ci/rotate", {});
    assert.deepEqual(await secrets(), []);
    served.clock.advance(31 * DAY);
    assert.deepEqual(await secrets(), ["secret-expiry token/prometheus"]);
    const { items } = await api.get("/alerts");
    const alert = (items as Json[]).find(({ rule }) => rule === "secret-expiry");
    assert.match(alert?.text as string, /^The API token of prometheus ends in 29 days, on /);
    await api.post("/tokens", { ...token, subject: "prometheus", lifetimeSeconds: 80 * 86_400 });
    assert.deepEqual(await secrets(), []);
    await api.patch("/credentials/ci", { active: false });
    served.clock.advance(400 * DAY);
    assert.deepEqual(await secrets(), ["secret-expiry token/prometheus"]);
    const tokens = await api.all("/tokens");
    for (const { id, subject } of tokens)
      if (subject === "prometheus") await api.post(`/tokens/${id as string}/revoke`);
    assert.deepEqual(await secrets(), []);
  });
});
