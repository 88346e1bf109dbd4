import type { TenantId } from "../../domain/tenant.ts";
import type { Millis } from "../base/columns.ts";
import type { Statements } from "../statements.ts";
import { inChunks, inOrder, ownedKey, values } from "./sql.ts";

/** Whether a device that its host has may be issued to. */
export type Liveness = "live" | "user-disabled";

/**
 * The devices, by their keys (`ownedKey`), that certificates may be issued to, but for those whose user is disabled; they stay so until the transaction ends. `lock` is one of the
 * lock clauses of `sql`: for update where the certificates of a device are counted.
 */
export const liveDevices = async (
  sql: Statements,
  devices: readonly { readonly tenant: TenantId; readonly deviceId: string }[],
  lock = sql.forShare,
): Promise<ReadonlyMap<string, Liveness>> => {
  const ordered = inOrder(devices, ({ tenant, deviceId }) => ownedKey(tenant, deviceId));
  const rows = await inChunks(ordered, (chunk) =>
    sql.all<LiveRow>(
      `select tenant, id, user_disabled_at from countersign_devices
       where status in ('enrolled', 'unmanaged') and (tenant, id) in (${values("tt", chunk.length)})
       order by tenant, id${lock}`,
      chunk.flatMap(({ tenant, deviceId }) => [tenant, deviceId]),
    ),
  );
  return new Map(
    rows.map((row) => [
      ownedKey(row.tenant, row.id),
      row.user_disabled_at === null ? "live" : "user-disabled",
    ]),
  );
};

interface LiveRow {
  readonly tenant: TenantId;
  readonly id: string;
  readonly user_disabled_at: Millis | null;
}
