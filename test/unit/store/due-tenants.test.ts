import assert from "node:assert/strict";
import type { Session } from "../../../plugin/store/base/session.ts";
import type { Dialect } from "../../../plugin/store/dialect.ts";
import { openDatabase, openDialect } from "../../../plugin/store/database.ts";
import { TenantDirectory } from "../../../plugin/store/directory.ts";
import type { GroupCommit } from "../../../plugin/store/enrolling/group-commit.ts";
import { workFolder, type WorkFolder } from "../../support/tools.ts";

/** Asked every second or oftener of an installation that may hold millions of rows. */
const QUESTIONS: Readonly<Record<string, (directory: TenantDirectory) => Promise<unknown>>> = {
  tenantsDue: (directory) => directory.tenantsDue(new Date(0)),
  tenantsRotating: (directory) => directory.tenantsRotating(new Date(0), new Date(0)),
  tenantsToSweep: (directory) => directory.tenantsToSweep(new Date(0)),
  tenantsToRenew: (directory) => directory.tenantsToRenew(new Date(0)),
  tenantsUnsealed: (directory) => directory.tenantsUnsealed(),
};
/** Tables with a row for each certificate, device or event. The index of what is not sealed yet holds little. */
const LARGE =
  /^SCAN countersign_(certificates|deployments|ledger|outbox)\b(?! USING INDEX countersign_ledger_unsealed$)/;

describe("what is due", () => {
  let folder: WorkFolder;
  let dialect: Dialect;
  before(async () => {
    folder = await workFolder();
    const file = folder.file("countersign.db");
    const database = await openDatabase({
      client: "sqlite3",
      file,
      clock: { now: () => new Date() },
    });
    await database.migrate();
    await database.close();
    dialect = await openDialect({ client: "sqlite3", file });
  });
  after(async () => {
    await dialect.close();
    await folder.remove();
  });

  for (const [name, ask] of Object.entries(QUESTIONS))
    it(`is found without reading a large table from end to end: ${name}`, async () => {
      const plan: string[] = [];
      const rows = async (
        sql: string,
        values: readonly (string | number | null | Uint8Array)[],
      ) => {
        const steps = await dialect.rows<{ readonly detail: string }>(
          `explain query plan ${sql}`,
          values,
        );
        plan.push(...steps.map(({ detail }) => detail));
        return [];
      };
      const session = { rows } as unknown as Session;
      await ask(new TenantDirectory(session, undefined as unknown as GroupCommit));
      assert.ok(plan.length > 0);
      assert.deepEqual(
        plan.filter((step) => LARGE.test(step)),
        [],
      );
    });
});
