import assert from "node:assert/strict";
import type { Certificate } from "../../../plugin/domain/certificate.ts";
import { PrometheusMetrics } from "../../../plugin/http/metrics.ts";
import type { Directory, TenantStore } from "../../../plugin/ports/stores.ts";
import { SearchIndex } from "../../../plugin/services/background/search-index.ts";
import { aCertificate, after, bytes, NOW } from "../../contract/store/samples.ts";
import {
  newTenant,
  postgresDatabase,
  sqliteDatabase,
  type TestDatabase,
} from "../../support/databases.ts";
import { postgresServer } from "../../support/postgres.ts";

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

for (const [name, open] of [
  ["SQLite", () => sqliteDatabase()],
  [
    "PostgreSQL",
    async (test: Mocha.Context) => {
      test.timeout(60_000);
      return postgresDatabase(await postgresServer(test));
    },
  ],
] as const)
  describe(`the words of certificates, behind the issuing path, on ${name}`, () => {
    let opened: TestDatabase;
    let directory: Directory;
    let store: TenantStore;
    let now: Date;
    let taken: string[];
    let atTake: (() => void) | undefined;
    beforeEach(async function () {
      opened = await open(this);
      store = await newTenant(opened);
      ({ directory } = opened.database);
      now = NOW;
      taken = [];
      atTake = undefined;
    });
    afterEach(() => opened.close());

    /** The directory itself, that takes down which certificates are written. */
    const index = (): SearchIndex =>
      new SearchIndex(
        {
          ...directory,
          tenants: () => directory.tenants(),
          open: (tenant) => {
            const real = directory.open(tenant);
            const terms = Object.assign(Object.create(real.terms), {
              take: async (ids: readonly string[]) => {
                taken.push(...ids);
                await real.terms.take(ids);
                atTake?.();
              },
            });
            return { ...real, terms };
          },
        },
        { now: () => now },
        quiet,
        new PrometheusMetrics(),
      );
    const issue = async (over: Partial<Certificate> = {}): Promise<string> => {
      const certificate = aCertificate(over);
      await store.certificates.insert(certificate, bytes(1));
      return certificate.id;
    };

    it("takes each certificate once, however many and of one time", async () => {
      const subject = index();
      const ids = await Promise.all(Array.from({ length: 520 }, () => issue()));
      await subject.catchUp("default");
      assert.deepEqual([...taken].sort(), ids.sort());
      taken = [];
      now = after(3);
      const late = await issue({ createdAt: after(-8) });
      await subject.catchUp("default");
      assert.deepEqual(taken, [late], "a transaction that had waited its turn");
    });

    it("looks far back once a minute, for what a node with another clock has written", async () => {
      const subject = index();
      await issue();
      await subject.catchUp("default");
      now = after(30);
      await subject.catchUp("default");
      taken = [];
      const late = await issue({ createdAt: after(-60) });
      now = after(33);
      await subject.catchUp("default");
      assert.deepEqual(taken, []);
      now = after(100);
      await subject.catchUp("default");
      assert.deepEqual(taken, [late]);
    });

    it("pauses by how long its work took, also when the clock is set meanwhile", async () => {
      const subject = index();
      await issue();
      atTake = () => (now = after(3600));
      await subject.catchUp("default");
      assert.equal(taken.length, 1);
    });

    it("ends after the transaction under way, and goes on from there", async () => {
      const subject = index();
      const ids = await Promise.all(Array.from({ length: 120 }, () => issue()));
      const ending = new AbortController();
      atTake = () => ending.abort();
      await subject.catchUp("default", ending.signal);
      assert.equal(taken.length, 50);
      atTake = undefined;
      await index().catchUp("default");
      assert.deepEqual([...taken].sort(), ids.sort());
    });
  });
