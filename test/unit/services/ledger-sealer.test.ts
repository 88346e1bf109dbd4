import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { LedgerRow, SealedEntry } from "../../../plugin/domain/events.ts";
import type { Database, TenantStore } from "../../../plugin/ports/stores.ts";
import type { LedgerKey } from "../../../plugin/services/ledger/ledger-key.ts";
import { openDatabase } from "../../../plugin/store/database.ts";
import { aLedgerEntry } from "../../contract/store/samples.ts";
import { everything } from "../../contract/store/subject.ts";
import { sqliteDatabase } from "../../support/databases.ts";
import { memoryKeys, sealerOn } from "./sealer.ts";
import { verifyChain } from "./verify-chain.ts";

describe("the sealer of ledgers", () => {
  let first: Awaited<ReturnType<typeof sqliteDatabase>>;
  let second: Database;
  let store: TenantStore;
  let ahead = 0;
  const now = (): Date => new Date(Date.now() + ahead);
  beforeEach(async () => {
    ahead = 0;
    first = await sqliteDatabase();
    await first.database.migrate();
    second = await openDatabase({ client: "sqlite3", file: first.file, clock: { now } });
    store = first.database.directory.open("acme");
  });
  afterEach(async () => {
    await second.close();
    await first.close();
  });
  const append = (to: TenantStore, count: number): Promise<unknown> =>
    Promise.all(Array.from({ length: count }, () => to.ledger.append(aLedgerEntry())));
  const rows = async (): Promise<LedgerRow[]> =>
    everything((page) => store.ledger.list({}, page), 500);
  /** Every row has a place, none twice, and the chain holds up to its signed end. */
  const isWhole = async (key: LedgerKey, count: number): Promise<void> => {
    const sealed = (await rows()).map((row): SealedEntry => {
      assert.ok(row.sequence !== undefined && row.hash !== undefined, `row ${row.id} has no place`);
      return { ...row, sequence: row.sequence, hash: row.hash };
    });
    sealed.sort((a, b) => a.sequence - b.sequence);
    assert.equal(sealed.length, count);
    const head = (await store.chain.head())?.signed;
    assert.ok(head);
    assert.equal(head.sequence, count);
    assert.equal(verifyChain(sealed, head, await key.publicKey()), undefined);
  };

  it("leaves the rest of many rows for the next start when the server ends, and signs what has its place", async () => {
    const { sealer, key } = sealerOn(first.database, now);
    await append(store, 450);
    await sealer.runDue(AbortSignal.abort());
    assert.equal((await store.chain.head())?.signed?.sequence, 100);
    await sealer.runDue();
    await isWhole(key, 450);
  });

  it("gives every row its place and signs the end, again and again", async () => {
    const { sealer, key } = sealerOn(first.database, now);
    for (const count of [1, 250, 3]) {
      await append(store, count);
      await sealer.runDue();
    }
    await isWhole(key, 254);
    await sealer.runDue();
    await isWhole(key, 254);
  });

  it("seals each tenant for itself, and goes on after one that fails", async () => {
    const other = first.database.directory.open("aaa");
    await append(other, 2);
    await append(store, 2);
    const { directory } = first.database;
    const open = directory.open.bind(directory);
    directory.open = (tenant) => {
      if (tenant === "aaa") throw new Error("no such luck");
      return open(tenant);
    };
    const { sealer, key } = sealerOn(first.database, now);
    await sealer.runDue();
    await isWhole(key, 2);
    assert.equal((await other.ledger.list({}, { limit: 9 })).items[0]?.sequence, undefined);
  });

  it("leaves no gap and no fork when two nodes write and seal at once", async () => {
    const keys = memoryKeys();
    const a = sealerOn(first.database, now, keys);
    const b = sealerOn(second, now, keys);
    const theirs = second.directory.open("acme");
    for (let round = 0; round < 12; round += 1) {
      // Every lease is over at once: the nodes take the chain from each other all the time.
      ahead += 4000;
      await Promise.all([
        append(store, 40),
        a.sealer.runDue(),
        append(theirs, 40),
        b.sealer.runDue(),
      ]);
    }
    ahead += 4000;
    await a.sealer.runDue();
    await isWhole(a.key, 960);
    await isWhole(b.key, 960);
    assert.equal(keys.made - keys.destroyed, 1, "one ledger key for both");
  });

  it("signs what a node left unsigned that died between the two", async () => {
    const keys = memoryKeys();
    await append(store, 3);
    const down = { ...keys, signer: () => Promise.reject(new Error("the token is gone")) };
    await sealerOn(first.database, now, down).sealer.runDue();
    assert.equal((await store.chain.head())?.end.sequence, 3);
    assert.equal((await store.chain.head())?.signed, undefined);
    const heir = sealerOn(second, now, keys);
    await heir.sealer.runDue();
    assert.equal((await store.chain.head())?.signed, undefined, "the lease still runs");
    ahead += 3001;
    await heir.sealer.runDue();
    await isWhole(heir.key, 3);
  });

  it("goes on where a killed node stopped", async function () {
    this.timeout(60_000);
    const script = fileURLToPath(new URL("sealing-process.ts", import.meta.url));
    const heir = sealerOn(first.database, now);
    for (const pause of [20, 75, 130]) {
      const child = spawn(
        process.execPath,
        ["--import", "./test/support/typescript.mjs", script, first.file, "acme"],
        {
          stdio: ["ignore", "pipe", "inherit"],
        },
      );
      await once(child.stdout, "data");
      await new Promise((resolve) => setTimeout(resolve, pause));
      child.kill("SIGKILL");
      await once(child, "exit");
      ahead += 4000;
      await append(store, 1);
      await heir.sealer.runDue();
      const all = await rows();
      assert.ok(all.length > 0);
      await isWhole(heir.key, all.length);
    }
  });
});
