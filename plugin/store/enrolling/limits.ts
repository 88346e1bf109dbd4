import type { Statements } from "../dialect.ts";
import { toMillis } from "../base/columns.ts";
import { type Addition, countDown, type Counted, countUp, type Reduction } from "./counters.ts";
import type { Entry } from "./reserve.ts";
import { ownedKey } from "./sql.ts";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

const deviceSubject = (deviceId: string): string => `device/${deviceId}`;
const endpointSubject = (endpointId: string): string => `endpoint/${endpointId}`;

/**
 * Counts every entry for its device, and the open ones for their endpoint; refuses the open ones that are too many. Of the two counts an
 * entry that is refused by one is taken back from the other. The last step before the rows are inserted: where rows lock, the ones that all requests share
 * are held for the shortest time.
 */
export const refuseBeyondLimits = async (
  sql: Statements,
  entries: readonly Entry[],
): Promise<void> => {
  if (entries.length === 0) return;
  const additions = new Map<string, Addition & { by: number }>();
  const add = ({ tenant, item }: Entry, subject: string, windowMs: number): void => {
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

  const taken = new Map<string, number>();
  /** The place of the next entry of this subject among all that were counted in its window. */
  const place = (key: string): number => {
    const nth = (taken.get(key) ?? 0) + 1;
    taken.set(key, nth);
    return before(counts.get(key), additions.get(key)) + nth;
  };
  const back: Reduction[] = [];
  const takeBack = ({ tenant, item }: Entry, subject: string): void => {
    back.push({ tenant, subject, countedAt: toMillis(item.now) });
  };
  for (const entry of entries) {
    const { tenant, item } = entry;
    const device = deviceSubject(item.deviceId);
    const endpoint = endpointSubject(item.endpointId);
    const ofDevice = place(ownedKey(tenant, device));
    if (entry.result !== undefined) continue;
    if (ofDevice > item.limits.perDevicePerDay) {
      entry.result = { status: "refused", because: "limit-device" };
      takeBack(entry, endpoint);
    } else if (place(ownedKey(tenant, endpoint)) > item.limits.perEndpointPerMinute) {
      entry.result = { status: "refused", because: "limit-endpoint" };
      takeBack(entry, device);
    }
  }
  if (back.length > 0) await countDown(sql, back);
};

const before = (counted: Counted | undefined, addition: Addition | undefined): number =>
  (counted?.used ?? 0) - (addition?.by ?? 0);

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
