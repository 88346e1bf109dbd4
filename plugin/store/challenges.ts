import type { Challenge } from "../domain/challenge.ts";
import type { TenantId } from "../domain/tenant.ts";
import type { ChallengeStore, PresentedChallenge } from "../ports/challenge-store.ts";
import { fromMillis, orNull, orUndefined, toMillis, type Millis } from "./base/columns.ts";
import { Lookup } from "./base/lookup.ts";
import { Rows, type Mapping } from "./base/rows.ts";
import type { Session } from "./base/session.ts";
import { deviceMapping, type DeviceRow } from "./devices.ts";

interface ChallengeRow {
  readonly id: string;
  readonly endpoint_id: string;
  readonly template_id: string;
  readonly device_id: string;
  readonly state: Challenge["state"];
  readonly expires_at: Millis;
  readonly certificate_id: string | null;
  readonly spent_by_key: string | null;
  readonly failures: number;
  readonly created_at: Millis;
}

const mapping: Mapping<Challenge, ChallengeRow> = {
  table: "countersign_challenges",
  toRow: (challenge) => ({
    id: challenge.id,
    endpoint_id: challenge.endpointId,
    template_id: challenge.templateId,
    device_id: challenge.deviceId,
    state: challenge.state,
    expires_at: toMillis(challenge.expiresAt),
    certificate_id: orNull(challenge.certificateId),
    spent_by_key: orNull(challenge.spentByKey),
    failures: challenge.failures,
    created_at: toMillis(challenge.createdAt),
  }),
  fromRow: (row) => ({
    id: row.id,
    endpointId: row.endpoint_id,
    templateId: row.template_id,
    deviceId: row.device_id,
    state: row.state,
    expiresAt: fromMillis(row.expires_at),
    certificateId: orUndefined(row.certificate_id),
    spentByKey: orUndefined(row.spent_by_key),
    failures: row.failures,
    createdAt: fromMillis(row.created_at),
  }),
};

/** A challenge and, under names of their own, the columns of its device; null where there is none. */
type PresentedRow = ChallengeRow & {
  readonly [Column in keyof DeviceRow as `of_device_${Column}`]: DeviceRow[Column] | null;
};

/** All of them, so that a new column cannot be forgotten here. */
const DEVICE_COLUMNS = Object.keys({
  id: 0,
  host_id: 0,
  host_device_id: 0,
  platform: 0,
  status: 0,
  status_at: 0,
  host_status: 0,
  user_disabled_at: 0,
  attributes: 0,
  created_at: 0,
  updated_at: 0,
} satisfies Record<keyof DeviceRow, 0>) as readonly (keyof DeviceRow)[];

const DEVICE_JOIN = {
  sql: `left join countersign_devices device on device.tenant = ${mapping.table}.tenant and device.id = ${mapping.table}.device_id`,
  columns: DEVICE_COLUMNS.map((name) => `device.${name} as of_device_${name}`).join(),
};

const deviceOf = (row: PresentedRow): PresentedChallenge["device"] =>
  row.of_device_id === null
    ? undefined
    : deviceMapping.fromRow(
        Object.fromEntries(
          DEVICE_COLUMNS.map((name) => [name, row[`of_device_${name}`]]),
        ) as unknown as DeviceRow,
      );

/** The one-time challenges of one tenant; see `ChallengeStore`. `insert` throws `conflict` for a taken id or MAC. */
export class Challenges implements ChallengeStore {
  readonly #rows: Rows<Challenge, ChallengeRow>;
  readonly #presented: Lookup<PresentedRow>;

  constructor(
    private readonly session: Session,
    private readonly tenant: TenantId,
  ) {
    this.#rows = new Rows(session, tenant, mapping);
    const source = { table: mapping.table, join: DEVICE_JOIN };
    this.#presented = new Lookup(session, tenant, source, ["endpoint_id", "mac"]);
  }

  insert(challenge: Challenge, mac: string): Promise<void> {
    return this.session.write((db) => this.#rows.insertWith(db, challenge, { mac }));
  }

  async presented(endpointId: string, mac: string): Promise<PresentedChallenge | undefined> {
    const row = await this.#presented.find([endpointId, mac]);
    return row === undefined
      ? undefined
      : { challenge: mapping.fromRow(row), device: deviceOf(row) };
  }

  get(id: string): Promise<Challenge | undefined> {
    return this.#rows.get(id);
  }

  async spend(id: string, key: string, now: Date): Promise<boolean> {
    const spent = await this.session.write((db) =>
      db(mapping.table)
        .where({ tenant: this.tenant, id, state: "open" })
        .where("expires_at", ">", toMillis(now))
        .update({ state: "spent", spent_by_key: key }),
    );
    return spent > 0;
  }

  async burnOfDevice(deviceId: string, templateId?: string): Promise<readonly string[]> {
    const of = {
      tenant: this.tenant,
      device_id: deviceId,
      ...(templateId === undefined ? {} : { template_id: templateId }),
    };
    const burned = await this.session.write(
      async (db) =>
        await (db(mapping.table)
          .where(of)
          .whereIn("state", ["open", "reserved"])
          .update({ state: "burned" })
          .returning("id") as PromiseLike<{ readonly id: string }[]>),
    );
    return burned.map(({ id }) => id);
  }

  async ofDevice(deviceId: string, limit: number): Promise<readonly Challenge[]> {
    const page = await this.#rows.page({ limit }, (query) => query.where("device_id", deviceId));
    return page.items;
  }

  async countFailure(id: string): Promise<void> {
    await this.session.write((db) =>
      db(mapping.table).where({ tenant: this.tenant, id }).increment("failures"),
    );
  }
}
