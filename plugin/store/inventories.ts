import type {
  Inventory,
  InventoryFinding,
  InventoryItem,
  InventoryVerdict,
} from "../domain/inventory.ts";
import type { TenantId } from "../domain/tenant.ts";
import type { InventoryStore } from "../ports/lifecycle-stores.ts";
import type { Page, PageRequest } from "../ports/paging.ts";
import {
  fromMillis,
  fromMillisOrNull,
  orNull,
  orUndefined,
  toMillis,
  toMillisOrNull,
  type Millis,
} from "./base/columns.ts";
import { limitOf, pageOf, positionOf } from "./base/paging.ts";
import type { Session } from "./base/session.ts";

const TABLE = "countersign_inventories";
const ITEMS = "countersign_inventory_items";

interface ItemRow {
  readonly device_id: string;
  readonly item_key: string;
  readonly serial: string;
  readonly issuer: string | null;
  readonly subject: string | null;
  readonly not_after: Millis | null;
  readonly fingerprint_sha256: string | null;
  readonly verdict: InventoryVerdict;
  readonly certificate_id: string | null;
  readonly first_seen_at: Millis;
  readonly last_seen_at: Millis;
}

/** What the devices of one tenant hold; see `InventoryStore`. */
export class Inventories implements InventoryStore {
  constructor(
    private readonly session: Session,
    private readonly tenant: TenantId,
  ) {}

  async get(deviceId: string): Promise<Inventory> {
    const of = { tenant: this.tenant, device_id: deviceId };
    const [head] = await this.session.read(
      (db) =>
        db(TABLE).where(of) as PromiseLike<
          { readonly reported_at: Millis | null; readonly asked_at: Millis | null }[]
        >,
    );
    const rows = await this.session.read(
      (db) => db(ITEMS).where(of).orderBy("item_key") as PromiseLike<ItemRow[]>,
    );
    return {
      deviceId,
      reportedAt: fromMillisOrNull(head?.reported_at ?? null),
      askedAt: fromMillisOrNull(head?.asked_at ?? null),
      items: rows.map(itemOf),
    };
  }

  replace(deviceId: string, reportedAt: Date, items: readonly InventoryItem[]): Promise<void> {
    const of = { tenant: this.tenant, device_id: deviceId };
    return this.session.write(async (db) => {
      await db(TABLE)
        .insert({ ...of, reported_at: toMillis(reportedAt) })
        .onConflict(["tenant", "device_id"])
        .merge(["reported_at"]);
      await db(ITEMS).where(of).delete();
      for (const item of items) await db(ITEMS).insert({ ...of, ...rowOf(item) });
    });
  }

  async asked(deviceId: string, at: Date): Promise<void> {
    await this.session.write((db) =>
      db(TABLE)
        .insert({ tenant: this.tenant, device_id: deviceId, asked_at: toMillis(at) })
        .onConflict(["tenant", "device_id"])
        .merge(["asked_at"]),
    );
  }

  async findings(verdict: InventoryVerdict, page: PageRequest): Promise<Page<InventoryFinding>> {
    const limit = limitOf(page);
    const after = positionOf(page, ["string", "string"]);
    const rows = await this.session.read((db) => {
      const query = db(ITEMS)
        .where({ tenant: this.tenant, verdict })
        .orderBy(["device_id", "item_key"])
        .limit(limit + 1);
      return (
        after === undefined ? query : query.whereRaw("(device_id, item_key) > (?, ?)", [...after])
      ) as PromiseLike<ItemRow[]>;
    });
    return pageOf(
      rows,
      limit,
      (row) => ({ deviceId: row.device_id, ...itemOf(row) }),
      (row) => [row.device_id, row.item_key],
    );
  }
}

const rowOf = (item: InventoryItem): Omit<ItemRow, "device_id"> => ({
  item_key: item.key,
  serial: item.serial,
  issuer: orNull(item.issuer),
  subject: orNull(item.subject),
  not_after: toMillisOrNull(item.notAfter),
  fingerprint_sha256: orNull(item.fingerprintSha256),
  verdict: item.verdict,
  certificate_id: orNull(item.certificateId),
  first_seen_at: toMillis(item.firstSeenAt),
  last_seen_at: toMillis(item.lastSeenAt),
});

const itemOf = (row: ItemRow): InventoryItem => ({
  key: row.item_key,
  serial: row.serial,
  issuer: orUndefined(row.issuer),
  subject: orUndefined(row.subject),
  notAfter: fromMillisOrNull(row.not_after),
  fingerprintSha256: orUndefined(row.fingerprint_sha256),
  verdict: row.verdict,
  certificateId: orUndefined(row.certificate_id),
  firstSeenAt: fromMillis(row.first_seen_at),
  lastSeenAt: fromMillis(row.last_seen_at),
});
