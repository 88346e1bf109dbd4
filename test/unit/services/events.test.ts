import assert from "node:assert/strict";
import type { LedgerRow } from "../../../plugin/domain/events.ts";
import type { Principal } from "../../../plugin/domain/principal.ts";
import type { PageRequest } from "../../../plugin/ports/paging.ts";
import type { Access } from "../../../plugin/services/access/access.ts";
import { Events } from "../../../plugin/services/ledger/events.ts";

const row = (id: number, endpoint: string): LedgerRow => ({
  id: String(id),
  event: "certificate.issued",
  principal: "scep",
  at: new Date(0),
  subjectId: "c",
  data: { endpoint },
  sequence: id,
  hash: "",
});

/** A ledger whose rows are of `wifi` where `isWifi` says so, and how often it was asked. */
const ledger = (length: number, isWifi: (index: number) => boolean) => {
  const rows = Array.from({ length }, (_, index) => row(index + 1, isWifi(index) ? "wifi" : "vpn"));
  const asked = { reads: 0 };
  const list = (_filter: object, { limit, cursor }: PageRequest) => {
    asked.reads += 1;
    const from = Number(cursor ?? 0);
    const next = from + limit < rows.length ? String(from + limit) : undefined;
    return Promise.resolve({ items: rows.slice(from, from + limit), cursor: next });
  };
  const access = { open: () => ({ ledger: { list } }) } as unknown as Access;
  return { asked, rows, events: new Events(access) };
};

const principal = { id: "a", tenant: "default" } as unknown as Principal;

const everything = async (events: Events): Promise<readonly string[]> => {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await events.list(principal, { endpoint: "wifi" }, { limit: 50, cursor });
    assert.ok(page.items.length <= 50);
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return ids;
};

describe("services/events: a page of one endpoint", () => {
  it("R-08 reads no row alone to fill a page that is nearly full", async () => {
    const { events, asked } = ledger(5_000, (index) => index < 49);
    const { items, cursor } = await events.list(principal, { endpoint: "wifi" }, { limit: 50 });
    assert.equal(items.length, 49);
    assert.notEqual(cursor, undefined);
    assert.equal(asked.reads, 1);
  });

  it("R-08 ends after a bounded number of reads where the endpoint is rare, and goes on from there", async () => {
    const { events, asked } = ledger(12_000, (index) => index === 11_999);
    const first = await events.list(principal, { endpoint: "wifi" }, { limit: 50 });
    assert.equal(first.items.length, 0);
    assert.notEqual(first.cursor, undefined);
    assert.equal(asked.reads, 100);
    assert.equal((await everything(events)).length, 1);
  });

  it("R-08 shows each row once, in order", async () => {
    const { events, rows } = ledger(700, (index) => index % 3 === 0);
    const expected = rows
      .filter(({ data }) => data["endpoint"] === "wifi")
      .map(({ id }) => Number(id).toString(16).padStart(16, "0"));
    assert.deepEqual(await everything(events), expected);
  });
});
