import assert from "node:assert/strict";
import type { Seal, SealerLease } from "../../../plugin/ports/ledger-chain.ts";
import type { TenantStore } from "../../../plugin/ports/stores.ts";
import { aLedgerEntry, after, bytes } from "./samples.ts";
import { useDatabase, type OpenedDatabase } from "./subject.ts";

const lease = (holder: string, from: number): SealerLease => ({
  holder,
  now: after(from),
  until: after(from + 3),
});

/** The chain over the ledger; what the hashes are is not the store's business. */
export const describeChain = (open: () => Promise<OpenedDatabase>): void => {
  const subject = useDatabase(open);
  let store: TenantStore;
  beforeEach(() => {
    store = subject.tenant();
  });
  const append = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n += 1) await store.ledger.append(aLedgerEntry());
  };
  const next = async (by: SealerLease, limit = 100) => {
    const opened = await store.chain.open(by, limit);
    assert.ok(opened);
    const seals = opened.entries.map(({ id }, n): Seal => {
      const sequence = opened.end.sequence + n + 1;
      return { id, sequence, hash: String(sequence).padStart(64, "0") };
    });
    return { ...opened, seals };
  };
  const listed = async () => (await store.ledger.list({}, { limit: 100 })).items.toReversed();

  it("begins empty, and hands out rows in the order they were written", async () => {
    assert.deepEqual(await store.chain.open(lease("a", 0), 9), {
      end: { sequence: 0, hash: "0".repeat(64) },
      entries: [],
    });
    assert.equal(await store.chain.head(), undefined);
    await append(3);
    const { entries } = await next(lease("a", 0), 2);
    const rows = await listed();
    assert.deepEqual(
      entries.map(({ id }) => id),
      rows.slice(0, 2).map(({ id }) => id),
    );
    assert.deepEqual(entries[0], { ...aLedgerEntry(), id: rows[0]?.id });
  });

  it("lists what has a place, oldest first, from one place to another", async () => {
    await append(5);
    const { end, seals } = await next(lease("a", 0), 4);
    assert.equal(await store.chain.seal(lease("a", 0), end, seals), true);
    const places = async (from: number, upTo: number, limit = 9) =>
      (await store.ledger.sealed(from, upTo, limit)).map(({ sequence }) => sequence);
    assert.deepEqual(await places(0, 9), [1, 2, 3, 4]);
    assert.deepEqual(await places(1, 3), [2, 3]);
    assert.deepEqual(await places(1, 9, 2), [2, 3]);
    assert.deepEqual(await places(4, 9), []);
    const [first] = await store.ledger.sealed(0, 1, 1);
    const [row] = await listed();
    assert.deepEqual(first, { ...row, hash: "1".padStart(64, "0") });
    assert.deepEqual(await subject.tenant().ledger.sealed(0, 9, 9), []);
  });

  it("gives rows their places once, without a gap", async () => {
    await append(5);
    const first = await next(lease("a", 0), 3);
    assert.equal(await store.chain.seal(lease("a", 0), first.end, first.seals), true);
    // The same again, as after a lost answer.
    assert.equal(await store.chain.seal(lease("a", 0), first.end, first.seals), false);
    const second = await next(lease("a", 0));
    assert.deepEqual(second.end, { sequence: 3, hash: "3".padStart(64, "0") });
    assert.equal(await store.chain.seal(lease("a", 0), second.end, second.seals), true);
    assert.deepEqual(
      (await listed()).map(({ sequence }) => sequence),
      [1, 2, 3, 4, 5],
    );
  });

  it("is one node's while its lease runs", async () => {
    await append(1);
    const mine = await next(lease("a", 0));
    const theirs = await next(lease("b", 0));
    assert.equal(await store.chain.seal(lease("a", 0), mine.end, mine.seals), true);
    assert.equal(await store.chain.seal(lease("b", 0), theirs.end, theirs.seals), false);
    await append(1);
    assert.equal(await store.chain.open(lease("b", 2.9), 9), undefined);
    const later = await next(lease("b", 3));
    assert.equal(await store.chain.seal(lease("b", 3), later.end, later.seals), true);
    await append(1);
    assert.equal(await store.chain.open(lease("a", 3), 9), undefined);
  });

  it("does not move for who sealed on the end before", async () => {
    await append(2);
    const slow = await next(lease("a", 0), 1);
    const quick = await next(lease("b", 0), 2);
    assert.equal(await store.chain.seal(lease("b", 0), quick.end, quick.seals), true);
    assert.equal(await store.chain.seal(lease("a", 99), slow.end, slow.seals), false);
    assert.deepEqual(
      (await listed()).map(({ hash }) => hash),
      quick.seals.map(({ hash }) => hash),
    );
  });

  it("leaves everything as it was when a row is not there", async () => {
    await append(2);
    const { end, seals } = await next(lease("a", 0));
    const gone = [...seals, { id: "999999999", sequence: 3, hash: "f".repeat(64) }];
    await assert.rejects(store.chain.seal(lease("a", 0), end, gone), { code: "internal" });
    assert.deepEqual((await next(lease("b", 0))).end, end);
    assert.deepEqual(
      (await listed()).map(({ sequence }) => sequence),
      [undefined, undefined],
    );
  });

  it("keeps the newest signed head, and names tenants until it is signed", async () => {
    const unsealed = async () =>
      (await subject.database().directory.tenantsUnsealed()).includes(store.tenant);
    assert.equal(await unsealed(), false);
    await append(2);
    assert.equal(await unsealed(), true);
    const { end, seals } = await next(lease("a", 0));
    await store.chain.seal(lease("a", 0), end, seals);
    assert.equal(await unsealed(), true);
    const head = {
      tenant: store.tenant,
      sequence: 2,
      hash: seals[1]?.hash ?? "",
      at: after(1),
      signature: bytes(1, 2),
    };
    await store.chain.saveHead(head);
    await store.chain.saveHead({ ...head, sequence: 1, signature: bytes(9) });
    assert.deepEqual(await store.chain.head(), {
      end: { sequence: 2, hash: head.hash },
      signed: head,
    });
    assert.equal(await unsealed(), false);
  });
};
