import assert from "node:assert/strict";
import { join } from "node:path";
import { openDatabase } from "../../plugin/store/database.ts";
import type { Api, Json } from "./api.ts";
import { ask, newKey } from "./device.ts";
import { DAY, HOUR, type Served, serve } from "./served.ts";
import { makeDevice, makeSite, mintChallenge, type SiteIds } from "./site.ts";

/** More than one answer looks at. */
const FLOOD = 10_500;

describe("flows: what was refused", function () {
  this.timeout(120_000);
  let served: Served;
  let api: Api;
  let site: SiteIds;
  let device: string;
  let refusedAt: Date;
  before(async () => {
    served = await serve();
    api = await served.api();
    site = await makeSite(api);
    device = await makeDevice(api, "tablet-9");
    const url = `${served.url}/scep/${site.endpoint}`;
    const challenge = await mintChallenge(api, site, device);
    const key = await newKey(1024);
    refusedAt = served.clock.now();
    assert.equal(
      (await ask(url, { subject: "CN=another,O=Lab", challenge, key })).status,
      "refused",
    );
    served.clock.advance(5 * DAY);
    await flood(served.clock.now(), FLOOD);
    served.clock.advance(HOUR);
  });
  after(() => served.end());

  /** Refusals of others, as a scanner makes them, spread over the second before a time. */
  const flood = async (end: Date, count: number): Promise<void> => {
    const file = join(served.folder, "countersign.db");
    const database = await openDatabase({ client: "sqlite3", file, clock: served.clock });
    try {
      const entries = Array.from({ length: count }, (_, n) => ({
        event: "certificate.refused" as const,
        principal: `system:scep:${site.endpoint}`,
        at: new Date(end.getTime() - (n % 1000)),
        subjectId: undefined,
        data: {
          ...{ label: "challenge_wrong", detail: "the challenge is wrong", source: "192.0.2.9" },
          ...{ claimSubject: `CN=scan-${n}`, endpoint: site.endpoint },
        },
      }));
      await database.directory.open("default").ledger.appendAll(entries);
    } finally {
      await database.close();
    }
  };
  const search = (query: Readonly<Record<string, string>>): Promise<Json> =>
    api.get(`/ledger/refusals?${new URLSearchParams(query).toString()}`);

  it("E-26 a time leads straight to the refusal, whatever has been refused since", async () => {
    const found = await search({ device: "TABLET-9", at: refusedAt.toISOString() });
    assert.deepEqual([found.complete, found.cursor, found.looked], [true, undefined, 1]);
    const [row] = found.items;
    assert.deepEqual([row.subjectId, row.data.claimSubject], [device, "CN=another,O=Lab"]);
    assert.equal(Date.parse(found.from), refusedAt.getTime() - HOUR);
    assert.equal(Date.parse(found.to), refusedAt.getTime() + HOUR);
    const elsewhere = new Date(refusedAt.getTime() - 2 * HOUR).toISOString();
    assert.deepEqual((await search({ device: "tablet-9", at: elsewhere })).items, []);
  });

  it("E-26 without a time it says when it stopped early, and goes on from there", async () => {
    const first = await search({ device: "tablet-9" });
    assert.deepEqual([first.complete, first.items, first.looked], [false, [], 10_000]);
    assert.ok(Date.parse(first.lookedBackTo) > Date.parse(first.from));
    const rest = await search({ device: "tablet-9", since: first.from, cursor: first.cursor });
    assert.deepEqual([rest.complete, rest.looked], [true, FLOOD - 10_000 + 1]);
    assert.equal(rest.lookedBackTo, rest.from);
    assert.deepEqual(
      rest.items.map(({ subjectId }: Json) => subjectId),
      [device],
    );
  });

  it("E-26 finds by subject and by address, stops when there is enough to read, and passes none over", async () => {
    const one = await search({ device: "cn=scan-10400" });
    assert.equal(one.items.length, 1);
    const seen = new Set<string>();
    let page = await search({ device: "192.0.2.9" });
    assert.ok(page.items.length >= 50 && page.items.length < 300 && !page.complete);
    const { from } = page;
    for (let pages = 0; ; pages += 1) {
      for (const { id } of page.items) seen.add(id as string);
      if (page.complete === true) break;
      assert.ok(pages < 200);
      page = await search({ device: "192.0.2.9", since: from, cursor: page.cursor });
    }
    assert.equal(seen.size, FLOOD);
  });

  it("E-26 refuses a cursor that is none, and who may not read the ledger", async () => {
    assert.equal((await api.refused("GET", "/ledger/refusals?cursor=x")).code, "invalid_input");
    const blue = await served.operator();
    await blue.post("/tenants", { id: "blue", name: "Blue" });
    const theirs = await (await served.api("blue")).get("/ledger/refusals");
    assert.deepEqual([theirs.items, theirs.looked], [[], 0]);
  });
});
