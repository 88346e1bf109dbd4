import type { HostEventRecord } from "../domain/host-event.ts";
import type { TenantId } from "../domain/tenant.ts";
import type { HostEventStore } from "../ports/lifecycle-stores.ts";
import type { Page, PageRequest } from "../ports/paging.ts";
import { fromMillis, orNull, orUndefined, toMillis, type Millis } from "./base/columns.ts";
import { fromJson, toJson } from "./base/json.ts";
import { limitOf, pageOf, positionOf } from "./base/paging.ts";
import type { Session } from "./base/session.ts";

const TABLE = "countersign_host_events";

interface EventRow {
  readonly id: number | string;
  readonly host_id: string;
  readonly event_id: string;
  readonly kind: HostEventRecord["kind"];
  readonly host_device_id: string | null;
  readonly device_id: string | null;
  readonly at: Millis;
  readonly received_at: Millis;
  readonly outcome: NonNullable<HostEventRecord["outcome"]> | null;
  readonly code: string | null;
  readonly detail: string | null;
  readonly result: string | null;
}

/** The events of one tenant's hosts; see `HostEventStore`. */
export class HostEvents implements HostEventStore {
  constructor(
    private readonly session: Session,
    private readonly tenant: TenantId,
  ) {}

  async begin(record: HostEventRecord, leaseUntil: Date): Promise<HostEventRecord | undefined> {
    return this.session.write(async (db) => {
      const inserted = (await db(TABLE)
        .insert({
          ...{ tenant: this.tenant, host_id: record.hostId, event_id: record.eventId },
          ...{ kind: record.kind, host_device_id: orNull(record.hostDeviceId) },
          ...{ at: toMillis(record.at), received_at: toMillis(record.receivedAt) },
          ...endOf(record),
          lease_until: toMillis(leaseUntil),
        })
        .onConflict(["tenant", "host_id", "event_id"])
        .ignore()
        .returning("id")) as unknown[];
      if (inserted.length > 0) return undefined;
      const [row] = await (db(TABLE).where(this.#key(record)) as PromiseLike<EventRow[]>);
      return row && recordOf(row);
    });
  }

  async retake(record: HostEventRecord, now: Date, leaseUntil: Date): Promise<boolean> {
    const taken = await this.session.write((db) =>
      db(TABLE)
        .where(this.#key(record))
        .where((open) => {
          void open.whereNull("outcome").orWhere("outcome", "refused");
        })
        .where((free) => {
          void free.whereNull("lease_until").orWhere("lease_until", "<=", toMillis(now));
        })
        .update({ outcome: null, lease_until: toMillis(leaseUntil) }),
    );
    return taken > 0;
  }

  async finish(record: HostEventRecord): Promise<void> {
    await this.session.write((db) =>
      db(TABLE)
        .where(this.#key(record))
        .update({ ...endOf(record), lease_until: null }),
    );
  }

  async ofDevice(deviceId: string, page: PageRequest): Promise<Page<HostEventRecord>> {
    const limit = limitOf(page);
    const [after] = positionOf(page, ["number"]) ?? [];
    const rows = await this.session.read((db) => {
      const query = db(TABLE)
        .where({ tenant: this.tenant, device_id: deviceId })
        .orderBy("id", "desc")
        .limit(limit + 1);
      return (after === undefined ? query : query.where("id", "<", after)) as PromiseLike<
        EventRow[]
      >;
    });
    return pageOf(rows, limit, recordOf, (row) => [Number(row.id)]);
  }

  purge(before: Date, limit: number): Promise<number> {
    return this.session.write(async (db) => {
      const old = await (db(TABLE)
        .where("tenant", this.tenant)
        .where("received_at", "<", toMillis(before))
        .limit(limit)
        .select("id") as PromiseLike<{ readonly id: number | string }[]>);
      if (old.length === 0) return 0;
      return db(TABLE)
        .whereIn(
          "id",
          old.map(({ id }) => id),
        )
        .delete();
    });
  }

  #key({ hostId, eventId }: HostEventRecord) {
    return { tenant: this.tenant, host_id: hostId, event_id: eventId };
  }
}

const endOf = (record: HostEventRecord) => ({
  device_id: orNull(record.deviceId),
  outcome: orNull(record.outcome),
  code: orNull(record.code),
  detail: orNull(record.detail),
  result: record.result === undefined ? null : toJson(record.result),
});

const recordOf = (row: EventRow): HostEventRecord => ({
  hostId: row.host_id,
  eventId: row.event_id,
  kind: row.kind,
  hostDeviceId: orUndefined(row.host_device_id),
  deviceId: orUndefined(row.device_id),
  at: fromMillis(row.at),
  receivedAt: fromMillis(row.received_at),
  outcome: orUndefined(row.outcome),
  code: orUndefined(row.code),
  detail: orUndefined(row.detail),
  result: row.result === null ? undefined : fromJson(row.result),
});
