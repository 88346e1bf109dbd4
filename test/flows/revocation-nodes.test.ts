import assert from "node:assert/strict";
import { parseCrl } from "../../plugin/pki/crl-read.ts";
import { crlVerifies, ocspStatus } from "../support/openssl.ts";
import type { Api, Json } from "./api.ts";
import { enrolled, newKey, serialOf } from "./device.ts";
import { DAY, type Served } from "./served.ts";
import { chainOf, fetchBytes, makeDevice, makeSite, mintChallenge, type SiteIds } from "./site.ts";
import { openTwoNodes } from "./two-nodes.ts";

/** After that many milliseconds a node knows what the other has revoked. */
const FRESH = 1000;
/** In that time each node has looked at what is due. */
const LOOKED = 1500;

describe("flows: two nodes on one PostgreSQL revoke and publish at once", function () {
  this.timeout(60_000);
  let a: Served, b: Served, api: Api, other: Api, site: SiteIds;
  let urls: { crl: string; deltas: string[]; ocsp: string };
  let chain: readonly Buffer[];
  before(async function () {
    ({ a, b } = await openTwoNodes(this));
    [api, other] = [await a.api(), await b.api()];
    site = await makeSite(api, { hierarchy: { deltaCrl: true } });
    urls = (await api.get(`/authorities/${site.authority}`)).urls;
    chain = await chainOf(api, site.authority);
  });

  let count = 0;
  const enrol = async (): Promise<Uint8Array> => {
    const id = await makeDevice(api, `node-${(count += 1)}`);
    return enrolled(`${a.url}/scep/${site.endpoint}`, {
      key: await newKey(),
      challenge: await mintChallenge(api, site, id),
    });
  };
  const rowOf = async (leaf: Uint8Array): Promise<Json> =>
    (await api.get(`/certificates?serial=${serialOf(leaf)}`)).items[0];
  const on = (node: Served, url: string): string => url.replace(a.url, node.url);
  const list = async (node: Served) => parseCrl(await fetchBytes(on(node, urls.crl)));
  const published = async (): Promise<Json[]> =>
    (await api.all("/ledger?event=crl.published")).filter(
      ({ subjectId }) => subjectId === site.authority,
    );

  it("L-09 every revocation is done once and on every list from then on; each list's number is higher than the last, and its own", async () => {
    const leaves: Uint8Array[] = [];
    for (let n = 0; n < 8; n += 1) leaves.push(await enrol());
    const seen: bigint[] = [];
    const outcomes: string[] = [];
    for (const leaf of leaves) {
      const { id } = await rowOf(leaf);
      // Both nodes are told of the same certificate at once.
      const answers = await Promise.allSettled(
        [api, other].map((each) => each.post(`/certificates/${id as string}/revoke`, {})),
      );
      outcomes.push(
        answers
          .map(({ status }) => status)
          .toSorted()
          .join(),
      );
      const lists = await Promise.all([list(a), list(b), list(b), list(a)]);
      for (const { entries, number } of lists) {
        assert.ok(entries.some(({ serial }) => serial === serialOf(leaf)));
        seen.push(number ?? 0n);
      }
    }
    assert.deepEqual([...new Set(outcomes)], ["fulfilled,rejected"]);
    assert.deepEqual(
      seen,
      seen.toSorted((x, y) => (x < y ? -1 : x > y ? 1 : 0)),
    );
    const numbers = (await published()).map(({ data }) => data.number as string);
    assert.equal(new Set(numbers).size, numbers.length, "a number was given out twice");
    // One list a revocation: what one node signs, the other does not.
    assert.equal(numbers.length, leaves.length);
    const revoked = (await api.all("/ledger?event=certificate.revoked")).length;
    assert.equal(revoked, leaves.length);
    const crl = await fetchBytes(on(b, urls.crl));
    assert.ok(await crlVerifies(crl, chain[0]!));
    assert.deepEqual(await fetchBytes(urls.crl), crl);
  });

  it("L-13 an answer kept by one node ends within a second after the other has revoked", async () => {
    const leaf = await enrol();
    for (const node of [a, b])
      assert.equal(await ocspStatus(on(node, urls.ocsp), leaf, chain), "good");
    await api.post(`/certificates/${(await rowOf(leaf)).id as string}/suspend`);
    assert.equal(await ocspStatus(urls.ocsp, leaf, chain), "revoked");
    b.clock.advance(FRESH);
    assert.equal(await ocspStatus(on(b, urls.ocsp), leaf, chain), "revoked");
    await other.post(`/certificates/${(await rowOf(leaf)).id as string}/unsuspend`);
    assert.equal(await ocspStatus(on(b, urls.ocsp), leaf, chain), "good");
    a.clock.advance(FRESH);
    assert.equal(await ocspStatus(urls.ocsp, leaf, chain), "good");
  });

  it("L-09 the daily list is signed by one of them", async () => {
    const before = (await published()).length;
    for (const node of [a, b]) node.clock.advance(DAY + 1000);
    for (let n = 0; n < 60 && (await published()).length === before; n += 1)
      await new Promise((resolve) => setTimeout(resolve, 100));
    await new Promise((resolve) => setTimeout(resolve, LOOKED));
    const rows = await published();
    assert.equal(rows.length, before + 1);
    assert.equal(rows[0]?.data.because, "schedule");
    const delta = parseCrl(await fetchBytes(on(b, urls.deltas[0]!)));
    assert.equal(delta.number?.toString(), rows[0].data.number);
  });

  it("C-17 a suspension that ends is lifted once", async () => {
    const leaf = await enrol();
    const { id } = await rowOf(leaf);
    const until = new Date(a.clock.now().getTime() + DAY).toISOString();
    await api.post(`/certificates/${id as string}/suspend`, { until });
    for (const node of [a, b]) node.clock.advance(DAY + 1000);
    for (let n = 0; n < 60 && (await rowOf(leaf)).status !== "issued"; n += 1)
      await new Promise((resolve) => setTimeout(resolve, 100));
    await new Promise((resolve) => setTimeout(resolve, LOOKED));
    const lifted = (await api.all("/ledger?event=certificate.released")).filter(
      ({ subjectId }) => subjectId === id,
    );
    assert.equal(lifted.length, 1);
  });

  it("L-14 the responder is rolled by one of them", async () => {
    const leaf = await enrol();
    for (const node of [a, b]) node.clock.advance(25 * DAY);
    const ask = async (node: Served): Promise<number> =>
      (await fetch(on(node, urls.ocsp), { method: "POST", body: Buffer.from([0x30, 0]) })).status;
    assert.deepEqual(await Promise.all([a, b, a, b].map(ask)), [200, 200, 200, 200]);
    const rolled = (await api.all("/ledger?event=authority.changed")).filter(
      ({ subjectId, data }) => subjectId === site.authority && data.ocspResponder === "rolled",
    );
    assert.equal(rolled.length, 1);
    assert.ok(serialOf(leaf));
  });
});
