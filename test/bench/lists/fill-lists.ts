import type { DatabasePlace } from "../../../plugin/store/database.ts";
import { openDialect } from "../../../plugin/store/database.ts";
import type { Dialect } from "../../../plugin/store/dialect.ts";

const DAY = 86_400_000;
const TENANT = "default";

/** What the rows are made of, for questions that must find something. */
export interface FilledLists {
  readonly certificates: number;
  readonly devices: number;
  readonly events: number;
  /** First and last creation of a certificate, milliseconds. */
  readonly created: readonly [from: number, to: number];
  /** Some serial numbers and ids, spread over the whole table. */
  readonly serials: readonly string[];
  readonly ids: readonly string[];
}

/** Certificates of two years, made over three: a third has ended, the ends of the others spread over the time ahead. */
const AGE = 1095 * DAY;
const LIFE = 730 * DAY;

/**
 * Fills an installation's own database by statements of the database itself: certificates with their search terms, four to a device,
 * devices with their attributes and deployments, and a ledger. For `issuing` it has DERs, which no list reads, and no ledger, which would
 * have to be sealed meanwhile.
 */
export const fillLists = async (
  place: DatabasePlace,
  certificates: number,
  now: number,
  say: (line: string) => void,
  issuing = false,
): Promise<FilledLists> => {
  const dialect = await openDialect({ ...place });
  try {
    const pg = place.client === "pg";
    const devices = certificates / 4;
    const step = Math.floor(AGE / certificates);
    const from = now - AGE;
    const random = (seed: string): string =>
      pg ? `md5('${seed}' || n)` : "lower(hex(randomblob(16)))";
    const numbers = (to: number): string =>
      `with recursive rows(n) as (select 1 union all select n + 1 from rows where n < ${to})`;
    const at = `(${from} + cast(n as bigint) * ${step})`;
    const owner = `(n % ${devices})`;
    const used = "case when n % 1000 = 17 then 'quiet' else 'bench' end";
    const parts: Readonly<Record<string, string>> = {
      // First, so that the server's own index of words leaves these rows alone.
      marks: `insert into countersign_term_marks (tenant, created_at) values ('${TENANT}', ${now}) on conflict (tenant) do update set created_at = ${now}`,
      devices: `insert into countersign_devices (tenant, id, host_id, host_device_id, platform, status, status_at, attributes, created_at, updated_at)
        ${numbers(devices)} select '${TENANT}', 'device-' || (n - 1), 'mdm', 'host-' || (n - 1), 'apple', case when n % 50 = 0 then 'wiped' else 'enrolled' end, ${now},
        '{"devicename":"Phone ' || (n - 1) || '","username":"user' || (n - 1) || '","serialnumber":"SN' || (n - 1) || '"}', ${from} + cast(n as bigint) * ${step * 4}, ${now} from rows`,
      attributes: ["devicename|phone ", "username|user", "serialnumber|sn"]
        .map((pair) => pair.split("|"))
        .map(
          ([name = "", value = ""]) =>
            `insert into countersign_device_attributes (tenant, device_id, name, value) select tenant, id, '${name}', '${value}' || substr(id, 8) from countersign_devices where id like 'device-%'`,
        )
        .join(";"),
      certificates: `insert into countersign_certificates (tenant, id, authority_id, role, status, serial, subject, sans, not_before, not_after, created_at, issued_at,
        fingerprint_sha256, template_id, template_version, endpoint_id, device_id, revoked_at, revocation_reason, hold_causes, status_changed_at)
        ${numbers(certificates)} select '${TENANT}', ${random("i")}, case when n % 1000 = 11 then 'small' when n % 3 = 0 then 'second' else 'bench' end,
        case when n % 50000 = 3 then 'ra' else 'subscriber' end,
        case when n % 25 = 0 then 'revoked' when n % 1000 = 7 then 'failed' else 'issued' end, '4' || substr(${random("s")}, 2), 'CN=user' || ${owner} || ',O=Acme',
        '[{"type":"rfc822","value":"user' || ${owner} || '@acme.example"}]', ${at}, ${at} + ${LIFE}, ${at}, ${at}, ${random("f")} || ${random("g")},
        case when n % 20000 = 13 then 'rare' else 't' || (n % 8) end, 1, ${used}, 'device-' || ${owner},
        case when n % 25 = 0 then ${at} + ${DAY} end, case when n % 250 = 0 then 'certificateHold' when n % 25 = 0 then 'superseded' end,
        case when n % 250 = 0 then 'admin' end, case when n % 25 = 0 then ${at} + ${DAY} end from rows`,
      deployments: `insert into countersign_deployments (tenant, id, device_id, template_id, endpoint_id, state, next_action_at, created_at, updated_at, since, attempts, deliveries)
        ${numbers(devices)} select '${TENANT}', ${random("d")}, 'device-' || (n - 1), 't' || (n % 8), ${used}, case when n % 2000 = 0 then 'failed' else 'installed' end,
        ${now + 300 * DAY}, ${from} + cast(n as bigint) * ${step * 4}, ${now}, ${now}, 0, 0 from rows`,
      terms: `insert into countersign_terms (tenant, certificate_id, created_at, term) ${[
        "serial",
        "substr(fingerprint_sha256, 1, 64)",
        USER,
        `${USER} || '@acme.example'`,
        "'acme'",
        "'example'",
      ]
        .map(
          (term) =>
            `select tenant, id, created_at, ${term} from countersign_certificates where device_id is not null`,
        )
        .join(" union all ")} order by 4, 2 on conflict do nothing`,
      ...(issuing
        ? {
            ders: `insert into countersign_certificate_ders (tenant, id, der)
              select tenant, id, ${pg ? "decode(repeat(md5(id), 56), 'hex')" : "randomblob(900)"} from countersign_certificates where device_id like 'device-%'`,
          }
        : {
            ledger: `insert into countersign_ledger (tenant, event, principal, at, subject_id, data)
              select tenant, case when cast(substr(device_id, 8) as integer) % 100 = 0 then 'certificate.refused' else 'certificate.issued' end, 'system:scep', created_at, id,
              '{"device":"' || device_id || '","reason":"wrong challenge"}' from countersign_certificates where device_id is not null order by created_at`,
          }),
    };
    if (!pg) {
      await dialect.writer.raw("pragma synchronous = off");
      // Of this connection alone: the pages of all indexes are filled in no order.
      await dialect.writer.raw("pragma cache_size = -1500000");
    }
    for (const [name, sql] of Object.entries(parts)) {
      const begin = performance.now();
      await dialect.writer.transaction(async (tx) => {
        // However long a busy machine takes to make a million rows.
        if (pg) await tx.raw("set local statement_timeout = 0");
        for (const statement of sql.split(";")) await tx.raw(statement);
      });
      say(`${name}: ${Math.round((performance.now() - begin) / 1000)} s`);
    }
    await settle(dialect, pg);
    return {
      ...{ certificates, devices, events: certificates },
      created: [from + step, from + certificates * step],
      ...(await samples(dialect)),
    };
  } finally {
    await dialect.close();
  }
};

const USER = "'user' || substr(device_id, 8)";

/** As a database stands after some days. SQLite keeps no statistics, since the product asks for none; PostgreSQL's own are up to date. */
const settle = async ({ writer }: Dialect, pg: boolean): Promise<void> => {
  if (!pg) {
    await writer.raw("pragma wal_checkpoint(truncate)");
    return;
  }
  for (const table of [
    "certificates",
    "devices",
    "device_attributes",
    "deployments",
    "ledger",
    "terms",
  ])
    await writer.raw(`vacuum analyze countersign_${table}`);
};

const samples = async ({ readers }: Dialect): Promise<Pick<FilledLists, "serials" | "ids">> => {
  const devices = Array.from({ length: 50 }, (_, n) => `device-${n * 97}`);
  const rows: { readonly id: string; readonly serial: string }[] = await readers(
    "countersign_certificates",
  )
    .whereIn("device_id", devices)
    .select("id", "serial");
  return { ids: rows.map(({ id }) => id), serials: rows.map(({ serial }) => serial) };
};
