import assert from "node:assert/strict";
import { PrometheusMetrics } from "../../../plugin/http/metrics.ts";
import { CertificateStatuses } from "../../../plugin/services/revocation/certificate-statuses.ts";
import { METRICS } from "../../../plugin/tokens.ts";
import { aCertificate, after as later, NOW } from "../../contract/store/samples.ts";
import { sqliteDatabase } from "../../support/databases.ts";
import { nodeOn, ownerOf } from "./renewal-node.ts";

describe("the time to revoked", () => {
  it("L-08 counts from when the event came in, also while it waits for its turn to write", async () => {
    const opened = await sqliteDatabase();
    const { database } = opened;
    try {
      await database.migrate();
      await database.directory.createTenant({ id: "acme", name: "Acme", createdAt: NOW });
      const store = database.directory.open("acme");
      await store.certificates.insert(aCertificate({ id: "one" }), undefined);
      let now = NOW;
      const node = nodeOn(database, () => now);
      let free = (): void => undefined;
      const busy = store.run(() => new Promise<void>((resolve) => (free = resolve)));
      const revoking = node(CertificateStatuses).change(ownerOf("acme"), "one", {
        action: "revoke",
      });
      await new Promise((resolve) => setTimeout(resolve, 100));
      now = later(5);
      free();
      await busy;
      const { authorityId, revokedAt } = await revoking;
      const metrics = node(METRICS);
      assert.ok(metrics instanceof PrometheusMetrics);
      const { body } = await metrics.expose();
      assert.match(body, /countersign_time_to_revoked_seconds_sum\{seen="ocsp"\} 5\n/);
      // The list's minute counts from then too.
      const { dirtySince } = await store.crls.revisions({ authorityId, shard: 0 });
      assert.deepEqual(dirtySince, NOW);
      assert.deepEqual(revokedAt, later(5));
    } finally {
      await opened.close();
    }
  });
});
