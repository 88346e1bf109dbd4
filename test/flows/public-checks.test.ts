import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Api, Json } from "./api.ts";
import { failingKeys } from "./failing-keys.ts";
import { DAY, eventually, HOUR, type Served, serve } from "./served.ts";
import { makeSite } from "./site.ts";

describe("flows: what is published, seen from outside", () => {
  let served: Served;
  let api: Api;
  const open = async (...given: Parameters<typeof serve>): Promise<void> => {
    served = await serve(...given);
    api = await served.api();
    await makeSite(api);
  };
  afterEach(() => served.end());

  const check = async (id = "lab"): Promise<Json[]> =>
    (await api.post(`/authorities/${id}/check`)).items as Json[];
  const of = async (name: string, id?: string): Promise<(readonly string[])[]> =>
    (await check(id))
      .filter((found) => found.check === name)
      .map(({ level, message }) => [level as string, message as string]);
  /** What stands in front of a server in the field; `answer` takes over where it is set. */
  const front = async () => {
    const state: { answer?: ((path: string) => Promise<Response> | undefined) | undefined } = {};
    const server: Server = createServer((request, response) => {
      const body: Buffer[] = [];
      request
        .on("data", (chunk: Buffer) => body.push(chunk))
        .on("end", () => {
          void (async () => {
            const path = request.url ?? "";
            const got =
              (await state.answer?.(path)) ??
              (await fetch(served.url + path, {
                method: request.method ?? "GET",
                ...(request.method === "POST" ? { body: Buffer.concat(body) } : {}),
              }));
            response.writeHead(got.status).end(Buffer.from(await got.arrayBuffer()));
          })();
        });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return Object.assign(state, { url, close: () => void server.close() });
  };

  it("A-12 CA certificate, every list, OCSP and SCEP are as they should be, for whoever may look", async () => {
    await open();
    await api.post("/authorities", {
      ...{ id: "many", kind: "issuing", parentId: "lab-root", subject: "CN=Many" },
      ...{ keyAlgorithm: "ec-p256", crlShards: 4, deltaCrl: true },
    });
    const names = (found: readonly Json[]) => found.map((one) => one.check as string);
    assert.deepEqual(names(await check()), [
      ...["CA certificate", "CRL", "OCSP", "GetCACaps", "GetCACert"],
    ]);
    assert.deepEqual(names(await check("lab-root")), ["CA certificate", "CRL"]);
    // Deltas come with the next lists.
    await api.post("/authorities/many/crl");
    const many = await check("many");
    assert.equal(many.filter((one) => one.check === "CRL").length, 8);
    for (const one of [...many, ...(await check())])
      assert.deepEqual([one.level, one.remedy], ["ok", undefined], JSON.stringify(one));
    const auditor = await served.api("default", ["ca-auditor"]);
    assert.equal((await auditor.post("/authorities/lab/check")).items.length, 5);
    assert.equal((await api.refused("POST", "/authorities/nobody/check")).code, "not_found");
    await (await served.operator()).post("/tenants", { id: "other", name: "Other" });
    const stranger = await served.api("other");
    assert.equal((await stranger.refused("POST", "/authorities/lab/check")).code, "not_found");
  });

  it("A-12 a list in date is a worry when the next is a day overdue, and a fault when it has ended", async () => {
    const keys = failingKeys();
    await open({}, { keyStores: keys.keyStores });
    keys.signaturesLeft = 0;
    const level = async (): Promise<string | undefined> => (await of("CRL", "lab-root"))[0]?.[0];
    assert.equal(await level(), "ok");
    // The list that is there is served while it is valid (L-09).
    served.clock.advance(47 * HOUR);
    assert.equal(await level(), "ok");
    served.clock.advance(2 * HOUR);
    const [late] = await of("CRL", "lab-root");
    assert.equal(late?.[0], "warning");
    assert.match(late[1] ?? "", /signed 49 h ago: a new one is due every 24 h/);
    served.clock.advance(5 * DAY);
    assert.deepEqual(await of("CRL", "lab-root"), [["fault", "answers HTTP 503"]]);
    keys.signaturesLeft = Infinity;
    assert.equal(await level(), "ok");
  });

  it("A-12 a list made every third day is no worry on the second", async () => {
    const keys = failingKeys();
    await open({ crl: { intervalSeconds: 3 * 86_400 } }, { keyStores: keys.keyStores });
    keys.signaturesLeft = 0;
    served.clock.advance(4 * DAY - HOUR);
    assert.equal((await of("CRL", "lab-root"))[0]?.[0], "ok");
    served.clock.advance(2 * HOUR);
    assert.equal((await of("CRL", "lab-root"))[0]?.[0], "warning");
  });

  it("A-12 an old list that something in front keeps is a worry while it is good, then a fault", async () => {
    const cache = await front();
    try {
      await open({ publicUrl: cache.url });
      const { urls } = await api.get("/authorities/lab-root");
      const path = new URL(urls.crl as string).pathname;
      const kept = Buffer.from(await (await fetch(served.url + path)).arrayBuffer());
      cache.answer = (asked) => (asked === path ? Promise.resolve(new Response(kept)) : undefined);
      assert.equal((await of("CRL", "lab-root"))[0]?.[0], "ok");
      await api.post("/authorities/lab-root/crl");
      const [stale] = await of("CRL", "lab-root");
      assert.deepEqual(stale?.[0], "warning");
      assert.match(stale[1] ?? "", /published last was number \d+: something in front keeps/);
      served.clock.advance(8 * DAY);
      const [ended] = await of("CRL", "lab-root");
      assert.deepEqual(ended?.[0], "fault");
      assert.match(ended[1] ?? "", /it ended on/);

      const issuing = (await api.get("/authorities/lab")).urls.crl as string;
      const theirs = await fetch(served.url + new URL(issuing).pathname);
      const other = Buffer.from(await theirs.arrayBuffer());
      for (const [body, fault] of [
        [other, "was not signed by the authority's key"],
        [Buffer.from("<html>blocked</html>"), /./],
        [Buffer.alloc(2_000_000), /is another list than the one published last/],
      ] as const) {
        cache.answer = (asked) =>
          asked === path ? Promise.resolve(new Response(body)) : undefined;
        const [found] = await of("CRL", "lab-root");
        assert.equal(found?.[0], "fault");
        assert.match(found[1] ?? "", new RegExp(fault));
      }
      cache.answer = (asked) =>
        asked.startsWith("/ca/") || asked.startsWith("/ocsp/")
          ? Promise.resolve(new Response("x", { status: asked.startsWith("/ca/") ? 200 : 502 }))
          : undefined;
      const faults = (await check()).filter((one) => one.level === "fault");
      assert.deepEqual(
        faults.map((one) => [one.check, one.message]),
        [
          ["CA certificate", "is another certificate"],
          ["OCSP", "answers HTTP 502"],
        ],
      );
    } finally {
      cache.close();
    }
  });

  it("A-12 GetCACaps and GetCACert of every enabled endpoint say what is not as it should be", async () => {
    const proxy = await front();
    try {
      await open({ scepUrl: `${proxy.url}/scep` });
      const [caps] = await of("GetCACaps");
      assert.match(caps?.[1] ?? "", /AES, POSTPKIOperation/);
      proxy.answer = () => Promise.resolve(new Response("SHA-256\nAES\n"));
      assert.deepEqual(await of("GetCACaps"), [
        ["fault", "GetCACaps does not say POSTPKIOperation, SCEPStandard"],
      ]);
      assert.deepEqual(await of("GetCACert"), [
        ["fault", "GetCACert does not hold the CA's certificate"],
      ]);
      await api.patch("/endpoints/lab-scep", { enabled: false });
      assert.deepEqual(await of("GetCACaps"), [], "one that is off is not looked at");
    } finally {
      proxy.close();
    }
  });

  it("A-12 a public URL that leads nowhere is a fault with its remedy, each by itself", async () => {
    await open({ publicUrl: "http://127.0.0.1:9" });
    const found = await check();
    assert.deepEqual(
      found.map((one) => [one.check, one.level]),
      [
        ...[
          ["CA certificate", "fault"],
          ["CRL", "fault"],
          ["OCSP", "fault"],
        ],
        ...[
          ["GetCACaps", "fault"],
          ["GetCACert", "fault"],
        ],
      ],
    );
    for (const one of found) assert.match(one.remedy as string, /DNS, proxy/);
    await eventually(async () => (await api.get("/authorities/lab/crl")).items.length === 1);
  });
});
