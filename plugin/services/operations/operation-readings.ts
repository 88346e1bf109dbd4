import { inject } from "tsyringe";
import { DEFAULT_RENEWAL_RULES } from "../../domain/renewal-rules.ts";
import { DEFAULT_TENANT } from "../../domain/tenant.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { KeyProvider } from "../../ports/keys.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK, KEY_PROVIDERS } from "../../tokens.ts";
import type { AlertReading } from "./alert-reading.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Refusals that are looked at, the newest. */
const MOST = 500;
/** Of fewer renewals a single failure would be a high share. */
const FEW = 10;

/** Looks at how the work goes: keys, caps, renewals, limits, backups. Reads only. */
export class OperationReadings {
  constructor(
    @inject(CLOCK) private readonly clock: Clock,
    @inject(KEY_PROVIDERS) private readonly providers: readonly KeyProvider[],
  ) {}

  /** Faults of each key store, a token that is away among them; keys belong to the installation and are told of in its first tenant. */
  async keys(store: TenantStore): Promise<readonly AlertReading[]> {
    if (store.tenant !== DEFAULT_TENANT) return [];
    return Promise.all(
      this.providers.map(async (provider) => {
        const faults = (await provider.probe()).filter(({ level }) => level === "fault");
        return {
          subject: provider.name,
          value: faults.length,
          text: `The key store ${provider.name} has a fault: ${faults.map(({ message }) => message).join("; ")}`,
        };
      }),
    );
  }

  /** How much of its renewal cap each authority has used, in this hour, the hour before, or today; in percent. */
  async caps(store: TenantStore): Promise<readonly AlertReading[]> {
    const now = this.clock.now().getTime();
    const [hour, day] = [now - (now % HOUR), now - (now % DAY)];
    const rules = new Map(
      (await store.renewalRules.list()).map((stored) => [stored.authorityId, stored.rules]),
    );
    const readings: AlertReading[] = [];
    for (const { id, name, status } of await store.authorities.list()) {
      if (status !== "active") continue;
      const { perHour, perDay } = rules.get(id) ?? DEFAULT_RENEWAL_RULES;
      const from = new Date(Math.min(day, hour - HOUR));
      const started = await store.renewals.started(id, from);
      const hours = started.filter((one) => one.hour.getTime() >= hour - HOUR);
      const today = started.reduce(
        (sum, one) => sum + (one.hour.getTime() >= day ? one.count : 0),
        0,
      );
      const value = Math.max(
        0,
        ...hours.map(({ count }) => percent(count, perHour)),
        percent(today, perDay),
      );
      readings.push({
        ...{ subject: id, value },
        text: `Renewals of ${name} have used ${Math.round(value)} % of their cap (${perHour} an hour, ${perDay} a day); what is left waits`,
      });
    }
    return readings;
  }

  /** Deployments that hold a certificate and could not renew it in the last day, in percent of the renewals begun. */
  async renewals(store: TenantStore): Promise<readonly AlertReading[]> {
    const since = new Date(this.clock.now().getTime() - DAY);
    const failed = await store.counts.failedRenewals(since);
    let started = 0;
    for (const { id } of await store.authorities.list())
      for (const { count } of await store.renewals.started(id, since)) started += count;
    const value = percent(failed, Math.max(started, failed, FEW));
    return [
      {
        ...{ subject: "renewals", value },
        text: `${failed} of ${Math.max(started, failed)} renewals failed within a day (countersign deployment list --state failed)`,
      },
    ];
  }

  /** Requests of each device that a limit refused within an hour. */
  async limited(store: TenantStore): Promise<readonly AlertReading[]> {
    const since = this.clock.now().getTime() - HOUR;
    const { items } = await store.ledger.list({ event: "certificate.refused" }, { limit: MOST });
    const counts = new Map<string, number>();
    for (const { at, data } of items) {
      const device = data["device"];
      if (at.getTime() < since || data["label"] !== "limit_exceeded") continue;
      if (typeof device === "string")
        counts.set(device, (counts.get(device) ?? 0) + Number(data["folded"] ?? 1));
    }
    return [...counts].map(([subject, value]) => ({
      ...{ subject, value },
      text: `${value} requests of device ${subject} were refused for a limit within an hour`,
    }));
  }

  /** Days since the last backup, or since the installation was begun. */
  async backup(store: TenantStore): Promise<readonly AlertReading[]> {
    if (store.tenant !== DEFAULT_TENANT) return [];
    const { items } = await store.ledger.list({ event: "backup.made" }, { limit: 1 });
    const [first] = await store.ledger.sealed(0, 1, 1);
    const last = items[0]?.at ?? first?.at;
    if (last === undefined) return [];
    const value = (this.clock.now().getTime() - last.getTime()) / DAY;
    const text =
      items[0] === undefined
        ? `No backup was ever made; the installation is ${Math.floor(value)} days old`
        : `The last backup was made ${Math.floor(value)} days ago, on ${last.toISOString()}`;
    return [{ subject: "backup", value, text }];
  }
}

const percent = (part: number, whole: number | "off"): number =>
  whole === "off" ? 0 : (100 * part) / whole;
