import { inject } from "tsyringe";
import type { Principal } from "../../domain/principal.ts";
import { planRenewals } from "../../domain/renewal-plan.ts";
import type { Template } from "../../domain/template.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK } from "../../tokens.ts";
import { Access, found } from "../access/access.ts";
import { playedRow, type PlayedRenewal } from "./renewal-plans.ts";
import { rulesOf, usageOf } from "../deployments/renewal-starts.ts";

const PAGE = 2_000;
/** Certificates that are looked at. */
const MOST_ROWS = 100_000;

/** Whether a template's window is wide enough for the caps of its authority (foundations.md 31): the caps never yield, so some would end. */
export class RenewalLateness {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** What to say of a template that was just saved. */
  async warnings(principal: Principal, templateId: string): Promise<readonly string[]> {
    const store = this.access.open(principal, "configuration:read");
    return this.of(store, found(await store.templates.get(templateId), "template", templateId));
  }

  /** The same of one that is not saved yet. Played with whatever else its authority renews, since both share the caps. */
  async of(store: TenantStore, template: Template): Promise<readonly string[]> {
    const { authorityId } = template;
    const now = this.clock.now();
    const rules = (await rulesOf(store))(authorityId);
    if (rules.perHour === "off" && rules.perDay === "off") return [];
    const usage = await usageOf(store, authorityId, now);
    const renewals = await this.renewals(store, template, now);
    let [late, seen] = [0, 0];
    for (const planned of planRenewals(renewals, { now: now.getTime(), rules, usage })) {
      if (planned.late) late += 1;
      seen += 1;
      if (seen % PAGE === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    return late === 0
      ? []
      : [
          `${late} certificates of ${authorityId} end before its caps (${rules.perHour} an hour, ${rules.perDay} a day) let them be renewed: raise the caps or widen the renewal window of ${template.id}`,
        ];
  }

  private async renewals(
    store: TenantStore,
    template: Template,
    now: Date,
  ): Promise<readonly PlayedRenewal[]> {
    const others = (await store.templates.list()).filter(
      ({ id, authorityId }) => id !== template.id && authorityId === template.authorityId,
    );
    const renewals: PlayedRenewal[] = [];
    let looked = 0;
    for (const each of [template, ...others]) {
      let after: string | undefined;
      for (let page = PAGE; page === PAGE && looked < MOST_ROWS; looked += page) {
        const rows = await store.renewals.ofTemplate(each.id, after, PAGE);
        for (const row of rows) {
          // By the template as it is to be, whatever was planned before.
          const asked = each === template ? { ...row, renewAt: undefined } : row;
          const played = playedRow(asked, each, now);
          if (played !== undefined && played.expiresAt > now.getTime()) renewals.push(played);
        }
        after = rows.at(-1)?.id;
        page = rows.length;
      }
    }
    return renewals;
  }
}
