import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sqlite3 from "sqlite3";
import { openDatabase } from "../../../plugin/store/database.ts";
import { describeStore } from "../../contract/store.ts";
import { sqliteDatabase } from "../../support/databases.ts";

/** One line of `explain query plan`. */
interface Step {
  readonly id: number;
  readonly parent: number;
  readonly detail: string;
}

const METHODS = ["prepare", "all", "run", "each"] as const;

type Method = (this: sqlite3.Database, sql: string, ...rest: unknown[]) => unknown;

/** Takes down every statement that any connection of this process is given, until `stop`. */
const takeDown = (): { readonly seen: ReadonlySet<string>; stop(): void } => {
  const seen = new Set<string>();
  const prototype = sqlite3.Database.prototype as unknown as Record<string, Method>;
  const real = Object.fromEntries(METHODS.map((name) => [name, prototype[name]]));
  for (const [name, method] of Object.entries(real))
    prototype[name] = function (sql, ...rest) {
      seen.add(sql);
      return method?.call(this, sql, ...rest);
    };
  return { seen, stop: () => void Object.assign(prototype, real) };
};

const READS = /^\s*(?:select|with|update|delete|insert)\b/i;

const isTable = (detail: string): boolean =>
  /^(?:SEARCH|SCAN) (?!json_each|few|\(|CONSTANT|\d)/.test(detail);

/**
 * What is done once for each row of another table and finds by no more than the tenant and a range, or walks a table whole: the inner loops of
 * joins, and correlated queries. For each tenant it may.
 */
const walked = (plan: readonly Step[]): string[] => {
  const byId = new Map(plan.map((step) => [step.id, step]));
  const outer = ({ id, parent }: Step): readonly Step[] =>
    plan.filter((other) => other.parent === parent && other.id < id && isTable(other.detail));
  const perRow = (step: Step | undefined): boolean =>
    step !== undefined &&
    ((step.detail.startsWith("CORRELATED") &&
      outer(step).some(({ detail }) => !/^SCAN t\b/.test(detail))) ||
      perRow(byId.get(step.parent)));
  return plan
    .filter(
      (step) =>
        isTable(step.detail) &&
        (outer(step).length > 0 || perRow(byId.get(step.parent))) &&
        (step.detail.startsWith("SCAN") ||
          /\(tenant=\?(?: AND [a-z_]+[<>]\?)*\)/.test(step.detail)),
    )
    .map(({ detail }) => detail);
};

describe("statements on SQLite, which has no statistics", () => {
  let statements: ReturnType<typeof takeDown>;
  before(() => {
    statements = takeDown();
  });
  describeStore("SQLite, taken down", sqliteDatabase);

  describe("by their plans", () => {
    let folder: string;
    before(async () => {
      statements.stop();
      folder = await mkdtemp(join(tmpdir(), "countersign-plans-"));
    });
    after(() => rm(folder, { recursive: true }));

    it("look for few rows where they look once for each row of another table", async () => {
      const file = join(folder, "data.sqlite");
      const database = await openDatabase({
        client: "sqlite3",
        file,
        clock: { now: () => new Date() },
      });
      await database.migrate();
      await database.close();
      const db = new sqlite3.Database(file);
      const plan = (sql: string): Promise<Step[]> =>
        new Promise((resolve, reject) => {
          db.all(`explain query plan ${sql}`, (error: Error | null, rows: Step[]) => {
            if (error === null) resolve(rows);
            else reject(error);
          });
        });
      const faults: string[] = [];
      let explained = 0;
      for (const sql of statements.seen) {
        if (!READS.test(sql) || sql.includes("temp.") || sql.includes("usual_")) continue;
        explained += 1;
        for (const step of walked(await plan(sql))) faults.push(`${step}\n    in ${sql}`);
      }
      await new Promise((resolve) => db.close(resolve));
      assert.ok(explained > 100, `only ${explained} statements were seen`);
      assert.deepEqual(faults, []);
    });
  });
});
