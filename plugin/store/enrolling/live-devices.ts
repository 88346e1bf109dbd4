import type { TenantId } from "../../domain/tenant.ts";
import type { Statements } from "../dialect.ts";
import { inChunks, inOrder, ownedKey, values } from "./sql.ts";

/**
 * Keys (`ownedKey`) of those devices that certificates may be issued to; they stay so until the transaction ends. `lock` is one of the
 * lock clauses of `sql`: for update where the certificates of a device are counted.
 */
export const liveDevices = async (
  sql: Statements,
  devices: readonly { readonly tenant: TenantId; readonly deviceId: string }[],
  lock = sql.forShare,
): Promise<ReadonlySet<string>> => {
  const ordered = inOrder(devices, ({ tenant, deviceId }) => ownedKey(tenant, deviceId));
  const rows = await inChunks(ordered, (chunk) =>
    sql.all<{ readonly tenant: TenantId; readonly id: string }>(
      `select tenant, id from countersign_devices
       where status in ('enrolled', 'unmanaged') and (tenant, id) in (${values("tt", chunk.length)})
       order by tenant, id${lock}`,
      chunk.flatMap(({ tenant, deviceId }) => [tenant, deviceId]),
    ),
  );
  return new Set(rows.map((row) => ownedKey(row.tenant, row.id)));
};
