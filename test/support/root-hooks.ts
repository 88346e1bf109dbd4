import { stopPostgres } from "./postgres.ts";

/** What mocha runs once, around all files. */
after("PostgreSQL stops", async function () {
  this.timeout(60_000);
  await stopPostgres();
});
