import { inject } from "tsyringe";
import type { LedgerEvent } from "../../domain/events.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK } from "../../tokens.ts";
import type { AlertReading } from "./alert-reading.ts";

const DAY = 86_400_000;
/** What is counted at most. */
const MOST = 500;

/** Entries of the ledger that somebody should look at today, and what they mean. */
const ALARMS = {
  "challenge.alarm": "times a challenge came with a second key: somebody has read it",
  "ra.alarm": "times requests that do not open came at an RA key in masses: somebody probes it",
  "certificate.unknown":
    "certificates were seen that a key of ours has signed and nobody here has issued: a backup was restored without what came after it, or somebody else has the key",
} as const satisfies Partial<Record<LedgerEvent, string>>;

/** Looks for alarms in the ledger (O-03, K-07). Reads only. */
export class AlarmReadings {
  constructor(@inject(CLOCK) private readonly clock: Clock) {}

  /** Of each kind, how many in the last day. */
  async read({ ledger }: TenantStore): Promise<readonly AlertReading[]> {
    const since = this.clock.now().getTime() - DAY;
    const readings: AlertReading[] = [];
    for (const [event, meaning] of Object.entries(ALARMS)) {
      const { items } = await ledger.list({ event: event as LedgerEvent }, { limit: MOST });
      const value = items.filter(({ at }) => at.getTime() > since).length;
      const many = value === MOST ? `${MOST} or more` : String(value);
      const look = `countersign ledger list --event ${event}`;
      readings.push({ subject: event, value, text: `Within a day ${many} ${meaning} (${look})` });
    }
    return readings;
  }
}
