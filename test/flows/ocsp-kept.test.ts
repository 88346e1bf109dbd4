import assert from "node:assert/strict";
import { parseCertificate } from "../../plugin/pki/certificate.ts";
import { ocspRequestFor, readOcspResponse } from "../../plugin/pki/ocsp-ask.ts";
import { enumerated, sequence } from "../../plugin/pki/der-write.ts";
import { listen } from "../support/listen.ts";
import { rawExchange } from "../support/raw-http.ts";
import type { Api } from "./api.ts";
import { enrolled, newKey, serialOf } from "./device.ts";
import type { Served } from "./served.ts";
import { serveSite } from "./served-site.ts";
import { chainOf, makeDevice, mintChallenge, type SiteIds } from "./site.ts";

const MALFORMED = Buffer.from(sequence(enumerated(1)));
const UNAUTHORIZED = Buffer.from(sequence(enumerated(6)));

/** The client itself closes after HEAD. */
const OF_THE_CONNECTION = ["date", "connection", "keep-alive"];

/** What of an answer must be the same whether it was made now or before. */
interface Seen {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

describe("flows: OCSP answers that are given again", () => {
  let served: Served;
  let api: Api;
  let site: SiteIds;
  let url: string;
  let issuer: Uint8Array;
  before(async () => {
    ({ served, api, site } = await serveSite());
    url = (await api.get(`/authorities/${site.authority}`)).urls.ocsp as string;
    issuer = (await chainOf(api, site.authority))[0]!;
  });
  after(() => served.end());

  let count = 0;
  const enrol = async (): Promise<string> =>
    serialOf(
      await enrolled(`${served.url}/scep/${site.endpoint}`, {
        key: await newKey(),
        challenge: await mintChallenge(api, site, await makeDevice(api, `kept-${(count += 1)}`)),
      }),
    );
  const requestFor = (serial: string): Buffer =>
    Buffer.from(ocspRequestFor(parseCertificate(issuer), serial));
  const seen = async (answering: Promise<Response>): Promise<Seen> => {
    const answer = await answering;
    const headers = Object.fromEntries(
      [...answer.headers].filter(([name]) => !OF_THE_CONNECTION.includes(name)),
    );
    return { status: answer.status, headers, body: Buffer.from(await answer.arrayBuffer()) };
  };
  const post = (body: Buffer, at = url): Promise<Seen> => seen(fetch(at, { method: "POST", body }));
  const get = (body: Buffer, at = url, method = "GET"): Promise<Seen> =>
    seen(fetch(`${at}/${encodeURIComponent(body.toString("base64"))}`, { method }));
  const idOf = async (serial: string): Promise<string> =>
    (await api.get(`/certificates?serial=${serial}`)).items[0].id as string;
  const statusIn = ({ body }: Seen, serial: string): string =>
    readOcspResponse(body, issuer, serial).status;

  it("L-13 are the same octets under the same headers, by POST, GET and HEAD", async () => {
    const request = requestFor(await enrol());
    for (const ask of [post, get]) {
      // Made, kept by what was asked about, kept by how it was asked.
      const [first, second, third] = [await ask(request), await ask(request), await ask(request)];
      assert.deepEqual(second, first);
      assert.deepEqual(third, first);
      assert.equal(first.headers["content-type"], "application/ocsp-response");
      assert.equal(first.headers["content-length"], String(first.body.length));
    }
    const head = await get(request, url, "HEAD");
    const whole = await get(request);
    assert.deepEqual([head.headers, head.body.length], [whole.headers, 0]);
    assert.match(whole.headers["cache-control"] ?? "", /^max-age=60, public/);
    assert.equal((await post(request)).headers["cache-control"], "no-store");
  });

  it("L-13 end with the revocation of their certificate, however they are asked for", async () => {
    const serial = await enrol();
    const request = requestFor(serial);
    for (let n = 0; n < 3; n += 1)
      for (const ask of [post, get]) assert.equal(statusIn(await ask(request), serial), "good");
    await api.post(`/certificates/${await idOf(serial)}/revoke`, { reason: "superseded" });
    for (const ask of [get, post]) assert.equal(statusIn(await ask(request), serial), "revoked");
  });

  it("L-13 are for one authority of one tenant: the same octets elsewhere are not answered by them", async () => {
    const request = requestFor(await enrol());
    for (let n = 0; n < 3; n += 1) await post(request);
    for (let n = 0; n < 3; n += 1) await get(request);
    const operator = await served.operator();
    await operator.post("/tenants", { id: "second", name: "Second" });
    for (const other of [
      url.replace("/ocsp/default/", "/ocsp/second/"),
      url.replace(site.authority, "nobody"),
    ]) {
      assert.deepEqual((await post(request, other)).body, UNAUTHORIZED, other);
      assert.deepEqual((await get(request, other)).body, UNAUTHORIZED, other);
    }
    const root = (await api.get(`/authorities/${site.authority}`)).parentId as string;
    await api.patch(`/authorities/${root}`, { ocspEnabled: true });
    const atRoot = (await api.get(`/authorities/${root}`)).urls.ocsp as string;
    // Another issuer than the one that is asked: unknown, and nothing that may be cached.
    const foreign = await post(request, atRoot);
    assert.equal(foreign.headers["cache-control"], "no-store");
    assert.notDeepEqual(foreign.body, (await post(request)).body);
  });

  it("L-13 the text of a GET as the body of a POST is no request, though its answer is kept", async () => {
    const request = requestFor(await enrol());
    for (let n = 0; n < 3; n += 1) await get(request);
    const text = Buffer.from(encodeURIComponent(request.toString("base64")));
    assert.deepEqual((await post(text)).body, MALFORMED);
  });

  it("L-13 several requests in one packet are answered in their order", async () => {
    const requests = [requestFor(await enrol()), requestFor(await enrol())];
    const expected = [await post(requests[0]!), await post(requests[1]!)];
    const { pathname, host, port } = new URL(url);
    const head = (method: string, length: number, last: boolean): string =>
      `${method} ${pathname} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${length}\r\n${last ? "Connection: close\r\n" : ""}\r\n`;
    const text = [0, 1, 0, 1]
      .map((at, index) => {
        const body = requests[at]!;
        return `${head("POST", body.length, index === 3)}${body.toString("latin1")}`;
      })
      .join("");
    const answer = await rawExchange(Number(port), text);
    const at = [0, 1, 0, 1].map((which, index) => {
      const body = expected[which]!.body.toString("latin1");
      return index < 2 ? answer.indexOf(body) : answer.lastIndexOf(body);
    });
    assert.ok(at[0]! > 0, "the first is answered");
    assert.deepEqual(
      at,
      [...at].sort((a, b) => a - b),
    );
    assert.equal(answer.match(/HTTP\/1\.1 200 /g)?.length, 4);
  });

  it("go out beside one that a host's middleware has broken", async () => {
    const request = requestFor(await enrol());
    await post(request);
    const host = await listen((asked, response) => {
      if (asked.headers["x-broken"] !== undefined)
        response.writeHead = () => {
          throw new Error("a middleware of the host");
        };
      served.countersign.handler(asked, response);
    });
    const at = `${host.url}${new URL(url).pathname}`;
    try {
      const broken = fetch(at, { method: "POST", body: request, headers: { "x-broken": "1" } });
      const [failed, answer] = await Promise.allSettled([broken, post(request, at)]);
      assert.equal(failed.status, "rejected");
      assert.equal(answer.status, "fulfilled");
      assert.equal(answer.value.status, 200);
    } finally {
      await host.close();
    }
  });
});
