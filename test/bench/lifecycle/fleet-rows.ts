import { openDatabase, openDialect, type DatabasePlace } from "../../../plugin/store/database.ts";
import type { Dialect } from "../../../plugin/store/dialect.ts";
import type { Database } from "../../../plugin/ports/stores.ts";
import { anAuthority, aTemplate } from "../../contract/store/samples.ts";

const DAY = 86_400_000;
export const TENANT = "bench";
/** Certificates of a year, renewed in their last 73 days. */
export const TEMPLATE = aTemplate({ id: "bench", validity: "P365D", autoRenewal: true });

/** A database full of certificates with their deployments, of which a chosen set is due. */
export interface FleetRows {
  readonly database: Database;
  /** Takes back what a sweep has done and makes `due` others due at `now`, spread over the whole table. */
  prepare(now: number, due: number): Promise<void>;
  close(): Promise<void>;
}

/** Makes the rows in the database itself. DERs are left out: they stand in a table of their own, which no sweep reads. */
export const fleetRows = async (
  place: DatabasePlace,
  total: number,
  now: number,
): Promise<FleetRows> => {
  const clock = { now: () => new Date(now) };
  const database = await openDatabase({ ...place, clock });
  await database.migrate();
  await database.directory.createTenant({ id: TENANT, name: "Bench", createdAt: new Date(now) });
  const store = database.directory.open(TENANT);
  await store.templates.insert(TEMPLATE);
  await store.authorities.insert(anAuthority());
  const dialect = await openDialect({ ...place });
  const random = place.client === "pg" ? "md5(random()::text || n)" : "lower(hex(randomblob(16)))";
  await dialect.writer.transaction(async (tx) => {
    // However long a busy machine takes to make a million rows.
    if (place.client === "pg") await tx.raw("set local statement_timeout = 0");
    await tx.raw(
      `insert into countersign_certificates (tenant, id, authority_id, role, status, serial, subject, sans, not_before, not_after,
         created_at, issued_at, fingerprint_sha256, template_id, template_version, endpoint_id, device_id)
       with recursive rows(n) as (select 1 union all select n + 1 from rows where n < ${total})
       select '${TENANT}', ${random}, 'wifi-ca', 'subscriber', 'issued', cast(n as text), 'CN=device-' || n || ',O=Bench', '[]',
         ${now - 200 * DAY}, ${now + 40 * DAY} + cast(n % 200 as bigint) * ${DAY}, ${now - 200 * DAY}, ${now - 200 * DAY},
         'a0b1c2d3e4f5a0b1c2d3e4f5a0b1c2d3e4f5a0b1c2d3e4f5a0b1c2d3e4f5a0b1', 'bench', 1, 'bench', 'device-' || n from rows`,
    );
    await tx.raw(
      `insert into countersign_deployments (tenant, id, device_id, template_id, endpoint_id, state, next_action_at, certificate_id,
         created_at, updated_at, since, certificate_ends_at, attempts, deliveries, renew_at)
       select tenant, 'd' || id, device_id, 'bench', 'bench', 'installed', not_after, id,
         created_at, created_at, created_at, not_after, 0, 0, not_after - ${20 * DAY} from countersign_certificates`,
    );
  });
  await dialect.writer.raw("analyze");
  let round = 0;
  return {
    database,
    prepare: async (at, due) => {
      round += 1;
      await reset(dialect, now);
      const step = Math.floor(total / due);
      await dialect.writer.raw(
        `update countersign_deployments set renew_at = ${at - DAY} where (tenant, certificate_id) in (
           select tenant, id from countersign_certificates where cast(serial as integer) % ${step} = ${round % step})`,
      );
    },
    close: async () => {
      await dialect.close();
      await database.close();
    },
  };
};

const reset = async ({ writer }: Dialect, now: number): Promise<void> => {
  await writer.raw(
    `update countersign_deployments set state = 'installed', renew_at = ${now + 30 * DAY} where state = 'renewing'`,
  );
  for (const table of ["outbox", "ledger", "renewal_counts"])
    await writer.raw(`delete from countersign_${table}`);
};
