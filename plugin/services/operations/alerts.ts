import { inject } from "tsyringe";
import {
  ALERT_KINDS,
  ALERT_MEASURES,
  type AlertChannel,
  type AlertKind,
  alertProblems,
  type AlertRule,
  standsAfter,
} from "../../domain/alert-rule.ts";
import type { Principal } from "../../domain/principal.ts";
import { CountersignError, messageOf } from "../../errors.ts";
import type { StandingAlert } from "../../ports/alert-store.ts";
import type { Clock, Logger, Metrics, Random } from "../../ports/ambient.ts";
import type { AlertMessage } from "../../ports/outbox.ts";
import type { Directory, TenantStore } from "../../ports/stores.ts";
import { CLOCK, DIRECTORY, LOGGER, METRICS, RANDOM } from "../../tokens.ts";
import { Access, sameVersion } from "../access/access.ts";
import type { AlertReading } from "./alert-reading.ts";
import { AlertReadings } from "./alert-readings.ts";
import { Notifier, webhookContext } from "./notifier.ts";
import { SecretBox } from "../access/secret-box.ts";

/** A rule as an admin sees it; the webhook's secret is never shown. */
export interface AlertRuleView extends Omit<AlertRule, "channels"> {
  readonly about: string;
  readonly unit: string;
  readonly mail: readonly string[];
  readonly webhook: string | undefined;
}

/** What an admin changes; members that are left out stay. */
export interface AlertRuleChange {
  readonly enabled?: boolean | undefined;
  readonly raise?: number | undefined;
  readonly clear?: number | undefined;
  readonly days?: number | undefined;
  readonly mail?: readonly string[] | undefined;
  /** `null` takes it away. */
  readonly webhook?: { readonly url: string; readonly secret: string } | null | undefined;
}

const LEASE = 120_000;
const SOON_DAYS = 7;

/** Rules, what stands now, and telling those who are to know, once each time a state changes. */
export class Alerts {
  private readonly node: string;

  constructor(
    @inject(Access) private readonly access: Access,
    @inject(DIRECTORY) private readonly directory: Directory,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(LOGGER) private readonly logger: Logger,
    @inject(METRICS) private readonly metrics: Metrics,
    @inject(AlertReadings) private readonly readings: AlertReadings,
    @inject(Notifier) private readonly notifier: Notifier,
    @inject(SecretBox) private readonly secrets: SecretBox,
    @inject(RANDOM) random: Random,
  ) {
    this.node = random.uuid();
  }

  async rules(principal: Principal): Promise<readonly AlertRuleView[]> {
    const store = this.access.open(principal, "configuration:read");
    return Promise.all(ALERT_KINDS.map(async (id) => viewOf(await this.rule(store, id))));
  }

  async get(principal: Principal, id: AlertKind): Promise<AlertRuleView> {
    return viewOf(await this.rule(this.access.open(principal, "configuration:read"), id));
  }

  async standing(principal: Principal): Promise<readonly StandingAlert[]> {
    return this.access.open(principal, "configuration:read").alerts.standing();
  }

  /** Throws `invalid_input` for thresholds that cross. */
  async change(
    principal: Principal,
    id: AlertKind,
    change: AlertRuleChange,
    version?: number,
  ): Promise<AlertRuleView> {
    const store = this.access.open(principal, "configuration:manage");
    const stored = await this.rule(store, id);
    sameVersion(stored.version, version);
    const rule: AlertRule = {
      ...stored,
      enabled: change.enabled ?? stored.enabled,
      raise: change.raise ?? stored.raise,
      clear:
        change.clear ?? (change.raise === undefined ? stored.clear : clearFor(id, change.raise)),
      days: change.days ?? stored.days,
      channels: this.channels(store, stored, change),
      version: stored.version + 1,
      updatedAt: this.clock.now(),
    };
    const issues = alertProblems(rule);
    if (issues.length > 0)
      throw new CountersignError("invalid_input", `the rule ${id} cannot be like this`, { issues });
    await store.run(async (tx) => {
      await tx.alerts.saveRule(rule);
      await tx.ledger.append(
        this.access.entry(principal, "alert-rule.changed", id, { fields: Object.keys(change) }),
      );
    });
    return viewOf(rule);
  }

  /** Sends a test to every receiver of a rule at once; says of each whether it was taken. */
  async test(
    principal: Principal,
    id: AlertKind,
  ): Promise<
    readonly { readonly to: string; readonly done: boolean; readonly detail: string | undefined }[]
  > {
    const store = this.access.open(principal, "configuration:manage");
    const { channels } = await this.rule(store, id);
    const message: AlertMessage = {
      ...{ state: "test", rule: id, subject: "test", at: this.clock.now() },
      text: "This is a test: messages of this rule arrive here.",
    };
    return Promise.all(
      channels.map(async (channel) => {
        const to = channel.kind === "mail" ? channel.to : channel.url;
        try {
          await this.notifier.tell(store.tenant, id, channel, message);
          return { to, done: true, detail: undefined };
        } catch (error) {
          return { to, done: false, detail: messageOf(error) };
        }
      }),
    );
  }

  /** Carries out a `notify` of the outbox; one whose receiver was taken away meanwhile is done. */
  async tell(
    store: TenantStore,
    ruleId: string,
    channel: number,
    message: AlertMessage,
  ): Promise<void> {
    const kind = ALERT_KINDS.find((each) => each === ruleId);
    const receiver = kind && (await this.rule(store, kind)).channels[channel];
    if (receiver !== undefined) await this.notifier.tell(store.tenant, ruleId, receiver, message);
  }

  /** Looks at everything that is watched, in every tenant. */
  async runDue(): Promise<void> {
    const worst = new Map<AlertKind, number>();
    for (const { id } of await this.directory.tenants())
      await this.look(this.directory.open(id), worst);
    for (const [kind, value] of worst)
      this.metrics.gauge("countersign_alert_value", value, { kind });
  }

  /** Looks now; answers what stands. */
  async check(principal: Principal): Promise<readonly StandingAlert[]> {
    const store = this.access.open(principal, "configuration:manage");
    await this.look(store, new Map());
    return store.alerts.standing();
  }

  private async look(store: TenantStore, worst: Map<AlertKind, number>): Promise<void> {
    const { tenant } = store;
    const now = this.clock.now();
    // Every node reads, for its own metrics; one of them judges.
    const mine = await store.leases.take("alerts", this.node, now, new Date(now.getTime() + LEASE));
    for (const kind of ALERT_KINDS) {
      try {
        const rule = await this.rule(store, kind);
        const readings = await this.readings.read(store, rule);
        for (const { value } of readings) worst.set(kind, worseOf(kind, worst.get(kind), value));
        if (mine) await this.judge(store, rule, readings);
      } catch (error) {
        this.logger.error({ tenant, kind, error: messageOf(error) }, "alert rule not judged");
      }
    }
  }

  private async judge(
    store: TenantStore,
    rule: AlertRule,
    readings: readonly AlertReading[],
  ): Promise<void> {
    const stood = new Map(
      (await store.alerts.standing(rule.id)).map((alert) => [alert.subject, alert]),
    );
    const stand = new Set<string>();
    for (const { subject, value, text } of rule.enabled ? readings : []) {
      if (!standsAfter(rule, stood.has(subject), value)) continue;
      stand.add(subject);
      if (!stood.has(subject)) await this.turn(store, rule, "firing", subject, text);
    }
    for (const { subject, text } of stood.values())
      if (!stand.has(subject)) await this.turn(store, rule, "resolved", subject, `Over: ${text}`);
  }

  /** One transaction: the state, and a message to each receiver in the outbox. */
  private async turn(
    store: TenantStore,
    rule: AlertRule,
    state: "firing" | "resolved",
    subject: string,
    text: string,
  ): Promise<void> {
    const at = this.clock.now();
    await store.run(async (tx) => {
      const turned =
        state === "firing"
          ? await tx.alerts.raise({ rule: rule.id, subject, text, since: at })
          : await tx.alerts.clear(rule.id, subject);
      if (!turned) return;
      const message: AlertMessage = { state, rule: rule.id, subject, text, at };
      for (const channel of rule.channels.keys())
        await tx.outbox.add({ kind: "notify", ruleId: rule.id, channel, message }, at);
    });
    this.logger.warn({ tenant: store.tenant, rule: rule.id, subject, state }, "alert");
    this.metrics.count("countersign_alerts_total", { kind: rule.id, state });
  }

  private async rule(store: TenantStore, id: AlertKind): Promise<AlertRule> {
    const { raise, clear } = ALERT_MEASURES[id];
    return (
      (await store.alerts.rule(id)) ?? {
        ...{ id, enabled: true, raise, clear, days: SOON_DAYS, channels: [], version: 0 },
        updatedAt: new Date(0),
      }
    );
  }

  private channels(
    store: TenantStore,
    stored: AlertRule,
    { mail, webhook }: AlertRuleChange,
  ): readonly AlertChannel[] {
    const mails: readonly AlertChannel[] =
      mail?.map((to) => ({ kind: "mail", to })) ??
      stored.channels.filter(({ kind }) => kind === "mail");
    if (webhook === undefined)
      return [...mails, ...stored.channels.filter(({ kind }) => kind === "webhook")];
    if (webhook === null) return mails;
    const sealed = this.secrets.seal(webhookContext(store.tenant, stored.id), webhook.secret);
    return [...mails, { kind: "webhook", url: webhook.url, sealed }];
  }
}

const worseOf = (kind: AlertKind, a: number | undefined, b: number): number =>
  a === undefined ? b : ALERT_MEASURES[kind].worse === "below" ? Math.min(a, b) : Math.max(a, b);

/** The distance between both thresholds stays as it was shipped. */
const clearFor = (id: AlertKind, raise: number): number => {
  const shipped = ALERT_MEASURES[id];
  return Math.max(0, raise + shipped.clear - shipped.raise);
};

const viewOf = ({ channels, ...rule }: AlertRule): AlertRuleView => ({
  ...rule,
  about: ALERT_MEASURES[rule.id].about,
  unit: ALERT_MEASURES[rule.id].unit,
  mail: channels.flatMap((channel) => (channel.kind === "mail" ? [channel.to] : [])),
  webhook: channels.find((channel) => channel.kind === "webhook")?.url,
});
