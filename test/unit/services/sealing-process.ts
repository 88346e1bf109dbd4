import "reflect-metadata";
import { openDatabase } from "../../../plugin/store/database.ts";
import { sealerOn } from "./sealer.ts";
import { aLedgerEntry } from "../../contract/store/samples.ts";

/** A node that writes and seals until it is killed. Arguments: file, tenant. */
const [file, tenant] = process.argv.slice(2);
const database = await openDatabase({
  client: "sqlite3",
  file: String(file),
  clock: { now: () => new Date() },
});
const store = database.directory.open(String(tenant));
const { sealer } = sealerOn(database);
process.stdout.write("ready\n");
for (;;) {
  await store.run(async (tx) => {
    for (let n = 0; n < 150; n += 1) await tx.ledger.append(aLedgerEntry());
  });
  await sealer.runDue();
}
