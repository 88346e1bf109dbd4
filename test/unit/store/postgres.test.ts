import { describeStore } from "../../contract/store.ts";
import { postgresDatabase } from "../../support/databases.ts";
import { postgresServer, type PostgresServer } from "../../support/postgres.ts";

describe("PostgreSQL", () => {
  let server: PostgresServer;
  before(async function () {
    server = await postgresServer(this);
  });

  describeStore("PostgreSQL", () => postgresDatabase(server));
});
