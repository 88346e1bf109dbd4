import assert from "node:assert/strict";
import type { TenantStore } from "../../../plugin/ports/stores.ts";
import { AlertReadings } from "../../../plugin/services/operations/alert-readings.ts";
import { after as later, aCertificate, anRa, NOW } from "../../contract/store/samples.ts";
import { sqliteDatabase } from "../../support/databases.ts";
import { nodeOn } from "./renewal-node.ts";

const DAY = 86_400;

describe("what alert rules look at", () => {
  let opened: Awaited<ReturnType<typeof sqliteDatabase>>;
  let store: TenantStore, readings: AlertReadings;
  before(async () => {
    opened = await sqliteDatabase();
    await opened.database.migrate();
    await opened.database.directory.createTenant({ id: "acme", name: "Acme", createdAt: NOW });
    store = opened.database.directory.open("acme");
    readings = nodeOn(opened.database, () => NOW)(AlertReadings);
  });
  after(() => opened.close());

  it("O-05 an RA that is retired may end", async () => {
    await store.ras.insert(anRa({ id: "gone", retiredAt: later(-DAY), notAfter: later(5) }));
    await store.ras.insert(anRa({ id: "used", retiredAt: undefined, notAfter: later(5 * DAY) }));
    const read = await readings.read(store, { id: "ra-expiry", days: 7 });
    assert.deepEqual(
      read.map(({ subject, value }) => [subject, value]),
      [["used", 5]],
    );
  });

  it("O-05 a certificate that was renewed, and is kept until its end, is nobody's worry", async () => {
    const value = async (): Promise<number | undefined> =>
      (await readings.read(store, { id: "certificate-expiry", days: 7 }))[0]?.value;
    const old = aCertificate({ notAfter: later(3 * DAY) });
    await store.certificates.insert(old, undefined);
    assert.equal(await value(), 1);
    await store.certificates.insert(aCertificate({ notAfter: later(60 * DAY) }), undefined);
    assert.equal(await value(), 0);
  });
});
