import { inject } from "tsyringe";
import type { AlertKind, AlertRule } from "../../domain/alert-rule.ts";
import { tellsStatus } from "../../domain/authority.ts";
import { DEFAULT_TENANT } from "../../domain/tenant.ts";
import { parseCertificate } from "../../pki/certificate.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { HostExpiry } from "../../ports/mailer.ts";
import type { Settings } from "../../ports/settings.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK, HOST_EXPIRIES, SETTINGS } from "../../tokens.ts";
import { AlarmReadings } from "./alarm-readings.ts";
import { type AlertReading, ending } from "./alert-reading.ts";
import { CapReadings } from "./cap-readings.ts";
import { scopesOf } from "../status/crl-builder.ts";
import { publishesCrls } from "../status/crl-schedule.ts";
import { OperationReadings } from "./operation-readings.ts";
import { SecretReadings } from "./secret-readings.ts";

const DAY = 86_400_000;
const HOUR = 3_600_000;
/** What is counted at most; more is said as that many. */
const MOST = 500;

/** Looks at what alert rules watch. Reads only; a subject that is not there is over. */
export class AlertReadings {
  constructor(
    @inject(CLOCK) private readonly clock: Clock,
    @inject(SETTINGS) private readonly settings: Settings,
    @inject(HOST_EXPIRIES) private readonly expiries: () => Promise<readonly HostExpiry[]>,
    @inject(OperationReadings) private readonly operation: OperationReadings,
    @inject(CapReadings) private readonly caps: CapReadings,
    @inject(SecretReadings) private readonly secrets: SecretReadings,
    @inject(AlarmReadings) private readonly alarms: AlarmReadings,
  ) {}

  async read(
    store: TenantStore,
    rule: Pick<AlertRule, "id" | "days">,
  ): Promise<readonly AlertReading[]> {
    return this.readers[rule.id](store, rule.days);
  }

  private readonly readers: Readonly<
    Record<AlertKind, (store: TenantStore, days: number) => Promise<readonly AlertReading[]>>
  > = {
    "authority-expiry": async (store) =>
      (await store.authorities.list()).flatMap(({ id, name, notAfter, status }) =>
        notAfter === undefined || status === "deleted" || status === "retired"
          ? []
          : [ending(id, `The CA certificate of ${name}`, notAfter, this.clock.now())],
      ),
    "ra-expiry": async (store) =>
      (await store.ras.list()).flatMap(({ id, subject, notAfter, retiredAt }) =>
        notAfter === undefined || retiredAt !== undefined
          ? []
          : [ending(id, `The RA certificate ${subject}`, notAfter, this.clock.now())],
      ),
    "ocsp-expiry": async (store) =>
      (await store.authorities.list()).flatMap((authority) => {
        const { id, name, ocspResponder } = authority;
        // Nobody rolls that of an authority that is over, and nobody needs it.
        if (ocspResponder === undefined || !tellsStatus(authority, this.clock.now())) return [];
        const { notAfter } = parseCertificate(ocspResponder.certificate);
        return [ending(id, `The OCSP responder of ${name}`, notAfter, this.clock.now())];
      }),
    "listener-expiry": (store) => this.ofHost(store, "listener", "The certificate of the listener"),
    "secret-expiry": async (store) => [
      ...(await this.ofHost(store, "secret", "The secret")),
      ...(await this.secrets.read(store)),
    ],
    "certificate-expiry": async (store, days) => {
      const now = this.clock.now();
      const soon = new Date(now.getTime() + days * DAY);
      const value = await store.counts.endingUnreplaced(now, soon, MOST);
      const many = value === MOST ? `${MOST} or more` : String(value);
      const text = `${many} certificates of devices end within ${days} days, and nothing has replaced them`;
      return [{ subject: "certificates", value, text }];
    },
    "endpoint-failing": (store) => this.failing(store),
    "approvals-waiting": async (store) => {
      const { items } = await store.pending.list({ state: "pending" }, { limit: MOST });
      return [
        {
          subject: "approvals",
          value: items.length,
          text: `${items.length} requests wait for approval`,
        },
      ];
    },
    "outbox-stuck": async (store) => {
      const { late, dead } = await store.outbox.counts(new Date(this.clock.now().getTime() - HOUR));
      return [
        {
          subject: "outbox",
          value: late + dead,
          text: `${late} outbox entries are over an hour late, ${dead} were given up`,
        },
      ];
    },
    "crl-overdue": (store) => this.lists(store, "overdue"),
    "crl-size": (store) => this.lists(store, "size"),
    keys: (store) => this.operation.keys(store),
    "cap-near": (store) => this.caps.read(store),
    "cap-full": (store) => this.caps.read(store),
    "renewal-cap": (store) => this.operation.caps(store),
    "renewals-failing": (store) => this.operation.renewals(store),
    "device-limited": (store) => this.operation.limited(store),
    "security-alarm": (store) => this.alarms.read(store),
    "backup-age": (store) => this.operation.backup(store),
  };

  /** What belongs to the installation is told in its first tenant. */
  private async ofHost(
    store: TenantStore,
    kind: HostExpiry["kind"],
    what: string,
  ): Promise<readonly AlertReading[]> {
    if (store.tenant !== DEFAULT_TENANT) return [];
    return (await this.expiries())
      .filter((expiry) => expiry.kind === kind)
      .map(({ name, end }) => ending(name, `${what} ${name}`, end, this.clock.now()));
  }

  private async failing(store: TenantStore): Promise<readonly AlertReading[]> {
    const since = this.clock.now().getTime() - HOUR;
    const { items } = await store.ledger.list({ event: "certificate.refused" }, { limit: MOST });
    const counts = new Map<string, number>();
    for (const { at, data } of items) {
      if (at.getTime() < since) continue;
      const endpoint = String(data["endpoint"]);
      counts.set(endpoint, (counts.get(endpoint) ?? 0) + Number(data["folded"] ?? 1));
    }
    return [...counts].map(([subject, value]) => ({
      ...{ subject, value },
      text: `The endpoint ${subject} refused ${value} requests in an hour`,
    }));
  }

  private async lists(
    store: TenantStore,
    what: "overdue" | "size",
  ): Promise<readonly AlertReading[]> {
    const now = this.clock.now();
    const readings: AlertReading[] = [];
    for (const authority of await store.authorities.list()) {
      if (!publishesCrls(authority, now) || authority.status === "deleted") continue;
      for (const scope of scopesOf(authority)) {
        const list = await store.crls.latest(scope);
        if (list === undefined) continue;
        const subject = authority.crlShards === 1 ? authority.id : `${authority.id}/${scope.shard}`;
        if (what === "size") {
          const value = list.size / 1e6;
          readings.push({ subject, value, text: `The CRL ${subject} has ${value.toFixed(1)} MB` });
          continue;
        }
        const { dirtySince } = await store.crls.revisions(scope);
        const renewal = list.thisUpdate.getTime() + this.settings.crlInterval * 1000;
        const revocation = (dirtySince?.getTime() ?? Infinity) + this.settings.crlRevocation * 1000;
        const value = Math.max(0, (now.getTime() - Math.min(renewal, revocation)) / 60_000);
        readings.push({
          ...{ subject, value },
          text: `The CRL ${subject} is ${Math.round(value)} minutes overdue; it is valid until ${list.nextUpdate.toISOString()}`,
        });
      }
    }
    return readings;
  }
}
