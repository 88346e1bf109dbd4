import type { Knex } from "knex";
import { INDEXED_ATTRIBUTES, type Device } from "../domain/device.ts";
import type { TenantId } from "../domain/tenant.ts";
import type { Page, PageRequest } from "../ports/paging.ts";
import type { DeviceFilter, DeviceStore } from "../ports/device-stores.ts";
import {
  fromMillis,
  fromMillisOrNull,
  orNull,
  toMillis,
  toMillisOrNull,
  type Millis,
} from "./base/columns.ts";
import { fromJson, toJson } from "./base/json.ts";
import { type Mapping, NEWEST_FIRST, Rows } from "./base/rows.ts";
import type { Session } from "./base/session.ts";
import { Together } from "./base/together.ts";
import { inChunks } from "./enrolling/sql.ts";
import { FEW } from "./terms.ts";

const TABLE = "countersign_devices";
const ATTRIBUTES = "countersign_device_attributes";

/** One device as it stands in its table. */
export interface DeviceRow {
  readonly id: string;
  readonly host_id: string;
  readonly host_device_id: string;
  readonly platform: Device["platform"];
  readonly status: Device["status"];
  readonly host_status: NonNullable<Device["hostStatus"]> | null;
  readonly status_at: Millis | null;
  readonly user_disabled_at: Millis | null;
  readonly attributes: string;
  readonly created_at: Millis;
  readonly updated_at: Millis;
}

/** How devices stand in their table. */
export const deviceMapping: Mapping<Device, DeviceRow> = {
  table: TABLE,
  toRow: (device) => ({
    id: device.id,
    host_id: device.hostId,
    host_device_id: device.hostDeviceId,
    platform: device.platform,
    status: device.status,
    host_status: orNull(device.hostStatus),
    status_at: toMillis(device.statusAt),
    user_disabled_at: toMillisOrNull(device.userDisabledAt),
    attributes: toJson(device.attributes),
    created_at: toMillis(device.createdAt),
    updated_at: toMillis(device.updatedAt),
  }),
  fromRow: (row) => ({
    id: row.id,
    hostId: row.host_id,
    hostDeviceId: row.host_device_id,
    platform: row.platform,
    status: row.status,
    ...(row.host_status === null ? {} : { hostStatus: row.host_status }),
    statusAt: fromMillis(row.status_at ?? row.updated_at),
    userDisabledAt: fromMillisOrNull(row.user_disabled_at),
    attributes: fromJson(row.attributes) as Device["attributes"],
    createdAt: fromMillis(row.created_at),
    updatedAt: fromMillis(row.updated_at),
  }),
};

/** The devices of one tenant; see `DeviceStore`. `save` throws `conflict` when another row stands for the same device of the host. */
export class Devices implements DeviceStore {
  readonly #rows: Rows<Device, DeviceRow>;
  readonly #byAttribute = new Together<Attribute, readonly Device[]>((asked) =>
    this.#withAttributes(asked),
  );

  constructor(
    private readonly session: Session,
    private readonly tenant: TenantId,
  ) {
    this.#rows = new Rows(session, tenant, deviceMapping);
  }

  save(device: Device): Promise<void> {
    const { tenant } = this;
    const indexed = INDEXED_ATTRIBUTES.flatMap((name) => {
      const value = device.attributes[name];
      return value === undefined
        ? []
        : [{ tenant, device_id: device.id, name, value: folded(value) }];
    });
    return this.session.write(async (db) => {
      await this.#rows.saveWith(db, device);
      await db(ATTRIBUTES).where({ tenant, device_id: device.id }).delete();
      if (indexed.length > 0) await db(ATTRIBUTES).insert(indexed);
    });
  }

  get(id: string): Promise<Device | undefined> {
    return this.#rows.get(id);
  }

  byIds(ids: readonly string[]): Promise<readonly Device[]> {
    return inChunks(ids, (chunk) => this.#rows.byIds(chunk));
  }

  byHostId(hostId: string, hostDeviceId: string): Promise<Device | undefined> {
    return this.#rows.one((query) =>
      query.where({ host_id: hostId, host_device_id: hostDeviceId }),
    );
  }

  byAttribute(name: string, value: string, limit: number): Promise<readonly Device[]> {
    return this.#byAttribute.ask({ name: name.toLowerCase(), value: folded(value), limit });
  }

  async #withAttributes(asked: readonly Attribute[]): Promise<Device[][]> {
    const rows = await this.session.rows<DeviceRow & { readonly asked: number }>(
      asked.map((_, at) => WITH_ATTRIBUTE(at)).join(" union all "),
      asked.flatMap(({ name, value, limit }) => [this.tenant, name, value, limit]),
    );
    const found = asked.map((): Device[] => []);
    for (const row of rows) found[row.asked]?.push(deviceMapping.fromRow(row));
    return found;
  }

  async search(text: string, limit: number): Promise<readonly Device[]> {
    const { tenant } = this;
    const from = folded(text);
    const names = INDEXED_ATTRIBUTES.map(() => "?").join(", ");
    // Ids first, some twice: a database without statistics would walk all devices to have them in order. A range, and no LIKE, for the index.
    const found = await this.session.rows<{ readonly id: string }>(
      `select id from ${TABLE} where tenant = ? and id = ?
       union all select id from ${TABLE} where tenant = ? and host_device_id = ?
       union all select device_id from (select device_id from ${ATTRIBUTES}
         where tenant = ? and name in (${names}) and value >= ? and value < ? limit ?) as matching`,
      [
        ...[tenant, text],
        ...[tenant, text],
        ...[tenant, ...INDEXED_ATTRIBUTES, from, `${from}\u{10ffff}`, limit],
      ],
    );
    return (await this.byIds([...new Set(found.map(({ id }) => id))])).slice(0, limit);
  }

  async list(page: PageRequest, { endpointId }: DeviceFilter = {}): Promise<Page<Device>> {
    if (endpointId === undefined) return this.#rows.page(page);
    const few = await this.#fewAt(endpointId);
    const narrow = (query: Knex.QueryBuilder) =>
      few === undefined ? query.whereRaw(AT_ENDPOINT, [endpointId, endpointId]) : query;
    return this.#rows.page(page, narrow, NEWEST_FIRST, few);
  }

  /** Ids of the devices at an endpoint that few have used. Undefined for many: then the list in its order soon meets some. */
  async #fewAt(endpointId: string): Promise<string[] | undefined> {
    const seen = new Set<string>();
    for (const use of USES) {
      const rows = await this.session.rows<{ readonly device_id: string }>(
        `select device_id from ${use} limit ?`,
        [this.tenant, endpointId, FEW + 1],
      );
      if (rows.length > FEW) return undefined;
      for (const { device_id: id } of rows) seen.add(id);
    }
    return [...seen];
  }
}

/** Devices that have `value`, folded, in the indexed attribute `name`. */
interface Attribute {
  readonly name: string;
  readonly value: string;
  readonly limit: number;
}

const WITH_ATTRIBUTE = (at: number): string =>
  `select * from (select ${at} as asked, d.* from ${ATTRIBUTES} a join ${TABLE} d on d.tenant = a.tenant and d.id = a.device_id
     where a.tenant = ? and a.name = ? and a.value = ? limit ?) as q${at}`;

/** What ties a device to an endpoint. */
const USES = [
  "countersign_deployments where tenant = ? and endpoint_id = ? and state <> 'removed'",
  "countersign_certificates where tenant = ? and endpoint_id = ? and device_id is not null",
] as const;
// Not the bare column: a database without statistics would walk the index of all that were at the endpoint, for each device.
const AT_ENDPOINT = `(exists (select 1 from countersign_deployments p
    where p.tenant = ${TABLE}.tenant and p.device_id = ${TABLE}.id and p.endpoint_id || '' = ? and p.state <> 'removed')
  or exists (select 1 from countersign_certificates c
    where c.tenant = ${TABLE}.tenant and c.device_id = ${TABLE}.id and c.endpoint_id || '' = ?))`;

// Folded here, since the two databases fold letters outside ASCII differently.
const folded = (value: string): string => value.toLowerCase();
