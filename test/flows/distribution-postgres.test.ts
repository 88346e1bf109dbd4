import { postgresServer, type PostgresServer } from "../support/postgres.ts";
import { describeDistribution } from "./distribution.ts";

describe("distribution by groups, on PostgreSQL", () => {
  let postgres: PostgresServer | undefined;
  let database: string | undefined;
  describeDistribution(async (test) => {
    postgres = await postgresServer(test);
    database = await postgres.create();
    const url = postgres.url(database);
    return { database: { client: "pg", connection: { url: () => url } } };
  });
  after(async () => {
    if (database !== undefined) await postgres?.drop(database);
  });
});
