import { postgresServer, type PostgresServer } from "../support/postgres.ts";
import type { Place } from "./key-site.ts";
import { describeLostKeys } from "./pkcs12-lost.ts";
import { describeKeysMadeHere } from "./pkcs12-profile.ts";

const onPostgres = (): Place => {
  let server: PostgresServer;
  let name: string;
  return {
    config: async (context) => {
      server = await postgresServer(context);
      name = await server.create();
      return { database: { client: "pg", connection: { url: () => server.url(name) } } };
    },
    dump: async () => {
      const tables = await server.query(
        "select tablename from pg_tables where schemaname = 'public'",
        name,
      );
      const rows = await Promise.all(
        (tables as { tablename: string }[]).map(({ tablename }) =>
          server.query(`select t::text as row from "${tablename}" t`, name),
        ),
      );
      return Buffer.from(JSON.stringify(rows));
    },
    end: () => server.drop(name),
  };
};

describeKeysMadeHere("PostgreSQL", onPostgres(), false);
describeLostKeys("PostgreSQL", onPostgres());
