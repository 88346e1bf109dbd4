import type { Statements } from "../statements.ts";
import { toMillis } from "../base/columns.ts";
import { type Addition, countDown, countUp, type Reduction } from "./counters.ts";
import type { Entry } from "./entry.ts";
import { DAY_MS, MINUTE_MS } from "./periods.ts";
import { ownedKey } from "./sql.ts";

const deviceSubject = (deviceId: string): string => `device/${deviceId}`;
/** Undefined for what no endpoint is asked for: that counts for its device alone. */
const endpointSubject = (endpointId: string | undefined): string | undefined =>
  endpointId === undefined ? undefined : `endpoint/${endpointId}`;

/**
 * Counts every entry for its device, and the open ones for their endpoint; refuses the open ones that are too many, and those count for neither.
 * The last step before the rows are inserted: where rows lock, the ones that all requests share are held for the shortest time.
 */
export const refuseBeyondLimits = async (
  sql: Statements,
  entries: readonly Entry[],
): Promise<void> => {
  if (entries.length === 0) return;
  const additions = new Map<string, Addition & { by: number }>();
  const add = ({ tenant, item }: Entry, subject: string | undefined, windowMs: number): void => {
    if (subject === undefined) return;
    const key = ownedKey(tenant, subject);
    const known = additions.get(key);
    if (known === undefined)
      additions.set(key, { tenant, subject, by: 1, windowMs, now: item.now });
    else known.by += 1;
  };
  const open = entries.filter(({ result }) => result === undefined);
  for (const entry of entries) add(entry, deviceSubject(entry.item.deviceId), DAY_MS);
  for (const entry of open) add(entry, endpointSubject(entry.item.endpointId), MINUTE_MS);
  const counts = await countUp(sql, [...additions.values()]);

  // From here on as if they came one by one.
  const used = new Map(
    [...additions].map(([key, { by }]) => [key, (counts.get(key)?.used ?? by) - by]),
  );
  const step = (key: string, by: 1 | -1): number => {
    const now = (used.get(key) ?? 0) + by;
    used.set(key, now);
    return now;
  };
  const back: Reduction[] = [];
  for (const entry of entries) {
    const { tenant, item } = entry;
    const { perDevicePerDay, perEndpointPerMinute } = item.limits;
    const countedAt = toMillis(item.now);
    const device = deviceSubject(item.deviceId);
    const endpoint = endpointSubject(item.endpointId);
    const ofDevice = step(ownedKey(tenant, device), 1);
    if (entry.result !== undefined) continue;
    const beyond =
      ofDevice > perDevicePerDay
        ? "limit-device"
        : endpoint !== undefined && step(ownedKey(tenant, endpoint), 1) > perEndpointPerMinute
          ? "limit-endpoint"
          : undefined;
    if (beyond === undefined) continue;
    entry.result = { status: "refused", because: beyond };
    step(ownedKey(tenant, device), -1);
    back.push({ tenant, subject: device, countedAt });
    if (endpoint === undefined) continue;
    if (beyond === "limit-endpoint") step(ownedKey(tenant, endpoint), -1);
    back.push({ tenant, subject: endpoint, countedAt });
  }
  if (back.length > 0) await countDown(sql, back);
};

/** A reservation that was given back through no fault of its device does not count for it. */
export const uncountDevices = (
  sql: Statements,
  reservations: readonly {
    readonly tenant: string;
    readonly deviceId: string | null;
    readonly createdAt: number;
  }[],
): Promise<void> =>
  countDown(
    sql,
    reservations.flatMap(({ tenant, deviceId, createdAt }) =>
      deviceId === null ? [] : [{ tenant, subject: deviceSubject(deviceId), countedAt: createdAt }],
    ),
  );
