import assert from "node:assert/strict";
import { assertVerifies, crlSerials, crlVerifies, ocspStatus } from "../support/openssl.ts";
import type { Api } from "./api.ts";
import { ask, enrolled, newKey, refused, scepMessage, serialOf } from "./device.ts";
import { DAY, type Served } from "./served.ts";
import { chainOf, fetchBytes, makeDevice, makeSite, mintChallenge, type SiteIds } from "./site.ts";
import { openTwoNodes } from "./two-nodes.ts";

/** How long a node may go by what it has read of an endpoint, in milliseconds. */
const FRESH = 1_000;

describe("flows: two nodes on one PostgreSQL", () => {
  let a: Served, b: Served, api: Api, site: SiteIds;
  before(async function () {
    ({ a, b } = await openTwoNodes(this));
    api = await a.api();
    site = await makeSite(api);
  });

  const at = (node: Served): string => `${node.url}/scep/${site.endpoint}`;
  let count = 0;
  const device = async () => {
    const name = `node-${++count}`;
    const id = await makeDevice(api, name);
    return { name, id, mint: () => mintChallenge(api, site, id) };
  };
  const fromB = async (path: string): Promise<Buffer> => {
    const { urls } = await api.get(`/authorities/${site.authority}`);
    return fetchBytes((urls[path] as string).replace(a.url, b.url));
  };

  it("an endpoint made on one serves on the other at once, a change of it within its freshness", async () => {
    const { mint } = await device();
    const leaf = await enrolled(at(b), { key: await newKey(), challenge: await mint() });
    await assertVerifies(leaf, await chainOf(api, site.authority));
    const other = await makeSite(api, { id: "closing" });
    const url = `${b.url}/scep/${other.endpoint}?operation=GetCACaps`;
    assert.equal((await fetch(url)).status, 200);
    await api.patch(`/endpoints/${other.endpoint}`, { enabled: false });
    b.clock.advance(FRESH);
    assert.equal((await fetch(url)).status, 404);
    const theirs = await b.api();
    assert.equal((await theirs.get(`/endpoints/${other.endpoint}`)).enabled, false);
  });

  it("the same request sent to both at once gives exactly one certificate", async () => {
    for (let round = 0; round < 4; round += 1) {
      const { id, mint } = await device();
      const message = await scepMessage(at(a), { key: await newKey(), challenge: await mint() });
      const post = async (node: Served): Promise<Response> =>
        fetch(`${at(node)}?operation=PKIOperation`, {
          method: "POST",
          headers: { "content-type": "application/x-pki-message" },
          body: Buffer.from(message.bytes),
        });
      const replies = await Promise.all([a, b, a, b].map(post));
      assert.deepEqual(
        replies.map(({ status }) => status),
        [200, 200, 200, 200],
      );
      const reply = await message.send();
      assert.ok(reply.status === "issued");
      const rows = await api.all(`/certificates?device=${id}`);
      assert.deepEqual(
        rows.map(({ status, serial }) => [status, serial]),
        [["issued", serialOf(reply.certificates[0]!)]],
      );
    }
  });

  it("one challenge, used on both at once with two keys, is taken once", async () => {
    const { mint } = await device();
    const challenge = await mint();
    const replies = await Promise.all(
      [a, b].map(async (node) => ask(at(node), { key: await newKey(), challenge })),
    );
    assert.deepEqual(replies.map(({ status }) => status).sort(), ["issued", "refused"]);
  });

  it("a wipe on one is on the list and in the OCSP answers of the other", async () => {
    const { name, mint } = await device();
    const leaf = await enrolled(at(b), { key: await newKey(), challenge: await mint() });
    const open = await mint();
    const chain = await chainOf(api, site.authority);
    assert.ok(!(await crlSerials(await fromB("crl"))).includes(serialOf(leaf)));
    const { revoked } = await a.countersign.hooks.deviceWiped({ hostId: "mdm", deviceId: name });
    assert.deepEqual(revoked, [serialOf(leaf)]);
    const crl = await fromB("crl");
    assert.ok(await crlVerifies(crl, chain[0]!));
    assert.ok((await crlSerials(crl)).includes(serialOf(leaf)));
    const { urls } = await api.get(`/authorities/${site.authority}`);
    const responder = (urls.ocsp as string).replace(a.url, b.url);
    assert.equal(await ocspStatus(responder, leaf, chain), "revoked");
    assert.equal(
      (await refused(at(b), { key: await newKey(), challenge: open })).text,
      "The challenge was refused",
    );
  });

  it("lists that both make at once have different numbers, and the latest is the same on both", async () => {
    for (const node of [a, b]) node.clock.advance(2 * DAY);
    const { urls } = await api.get(`/authorities/${site.authority}`);
    const lists = await Promise.all([
      ...[a, b, a, b].map((node) => fetchBytes((urls.crl as string).replace(a.url, node.url))),
    ]);
    const chain = await chainOf(api, site.authority);
    for (const list of lists) assert.ok(await crlVerifies(list, chain[0]!));
    const again = await Promise.all(
      [a, b].map((node) => fetchBytes((urls.crl as string).replace(a.url, node.url))),
    );
    assert.deepEqual(again[0], again[1]);
  });

  it("what happened on both stands in one ledger, and a node that starts anew goes on", async () => {
    await b.restart();
    const theirs = await b.api();
    // The sealer may number a row between two readings, and a list that is due may be published.
    const rowsOf = async (node: Api): Promise<ReadonlySet<string>> =>
      new Set(
        (await node.all("/ledger")).map((row) =>
          JSON.stringify({ ...row, sequence: undefined, hash: undefined }),
        ),
      );
    const [earlier, theirRows, later] = [
      await rowsOf(api),
      await rowsOf(theirs),
      await rowsOf(api),
    ];
    assert.deepEqual(
      [...earlier].filter((row) => !theirRows.has(row)),
      [],
    );
    assert.deepEqual(
      [...theirRows].filter((row) => !later.has(row)),
      [],
    );
    assert.ok(earlier.size > 0);
    const { id, mint } = await device();
    await enrolled(at(b), { key: await newKey(), challenge: await mint() });
    assert.equal((await api.all(`/certificates?device=${id}`)).length, 1);
  });
});
