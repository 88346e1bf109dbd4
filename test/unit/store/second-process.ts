import { openDatabase } from "../../../plugin/store/database.ts";
import { aReservation, aSettlement } from "../../contract/store/samples.ts";

/** Another node on the same file: migrates, then writes in each way there is. Arguments: file, tenant, rounds. */
const [file, tenant, rounds] = process.argv.slice(2);
const database = await openDatabase({
  client: "sqlite3",
  file: String(file),
  clock: { now: () => new Date() },
});
await database.migrate();
const store = database.directory.open(String(tenant));
for (let round = 0; round < Number(rounds); round += 1) {
  await store.run(async (tx) => {
    const template = await tx.templates.get("wifi");
    if (template !== undefined)
      await tx.templates.update({ ...template, version: template.version + 1 });
  });
  const item = aReservation();
  await store.enrolments.reserve(item);
  await store.enrolments.settle(aSettlement(item.id));
}
await database.close();
