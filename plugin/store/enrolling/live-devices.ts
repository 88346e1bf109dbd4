import type { TenantId } from "../../domain/tenant.ts";
import type { Statements } from "../dialect.ts";
import { inChunks, ownedKey, values } from "./sql.ts";

/** Keys (`ownedKey`) of those devices that certificates may be issued to; they stay so until the transaction ends. */
export const liveDevices = async (
  sql: Statements,
  devices: readonly { readonly tenant: TenantId; readonly deviceId: string }[],
): Promise<ReadonlySet<string>> => {
  const rows = await inChunks(devices, (chunk) =>
    sql.all<{ readonly tenant: TenantId; readonly id: string }>(
      `select tenant, id from countersign_devices
       where status in ('enrolled', 'unmanaged') and (tenant, id) in (${values("tt", chunk.length)})${sql.forShare}`,
      chunk.flatMap(({ tenant, deviceId }) => [tenant, deviceId]),
    ),
  );
  return new Set(rows.map((row) => ownedKey(row.tenant, row.id)));
};
