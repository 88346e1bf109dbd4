import type { AlertKind, AlertRule } from "../domain/alert-rule.ts";
import type { TenantId } from "../domain/tenant.ts";
import { CountersignError } from "../errors.ts";
import type { AlertStore, StandingAlert } from "../ports/alert-store.ts";
import { fromMillis, toMillis, type Millis } from "./base/columns.ts";
import { fromJson, toJson } from "./base/json.ts";
import type { Session } from "./base/session.ts";

const RULES = "countersign_alert_rules";
const STATES = "countersign_alert_states";

interface StateRow {
  readonly rule_id: AlertKind;
  readonly subject: string;
  readonly text: string;
  readonly since: Millis;
}

/** Alert rules and the alerts that stand, of one tenant; see `AlertStore`. */
export class Alerts implements AlertStore {
  constructor(
    private readonly session: Session,
    private readonly tenant: TenantId,
  ) {}

  async rule(id: AlertKind): Promise<AlertRule | undefined> {
    const [row] = await this.session.read(
      (db) =>
        db(RULES).where({ tenant: this.tenant, id }).select("definition") as PromiseLike<
          { readonly definition: string }[]
        >,
    );
    return row === undefined ? undefined : (fromJson(row.definition) as AlertRule);
  }

  saveRule(rule: AlertRule): Promise<void> {
    const { id, version } = rule;
    const at = toMillis(rule.updatedAt);
    const values = { definition: toJson(rule), version, updated_at: at };
    return this.session.write(async (db) => {
      const saved =
        version === 1
          ? (
              (await db(RULES)
                .insert({ tenant: this.tenant, id, ...values, created_at: at })
                .onConflict()
                .ignore()
                .returning("id")) as unknown[]
            ).length
          : await db(RULES)
              .where({ tenant: this.tenant, id, version: version - 1 })
              .update(values);
      if (saved === 0)
        throw new CountersignError(
          "precondition_failed",
          `the rule ${id} is not there in version ${version - 1}`,
        );
    });
  }

  async standing(rule?: AlertKind): Promise<readonly StandingAlert[]> {
    const rows = await this.session.read(
      (db) =>
        db(STATES)
          .where({ tenant: this.tenant, ...(rule === undefined ? {} : { rule_id: rule }) })
          .orderBy(["since", "rule_id", "subject"]) as PromiseLike<StateRow[]>,
    );
    return rows.map((row) => ({
      rule: row.rule_id,
      subject: row.subject,
      text: row.text,
      since: fromMillis(row.since),
    }));
  }

  async raise({ rule, subject, text, since }: StandingAlert): Promise<boolean> {
    const raised = await this.session.write(
      async (db) =>
        (await db(STATES)
          .insert({
            ...{ tenant: this.tenant, rule_id: rule, subject, text },
            ...{ state: "firing", since: toMillis(since) },
          })
          .onConflict()
          .ignore()
          .returning("subject")) as unknown[],
    );
    return raised.length > 0;
  }

  async clear(rule: AlertKind, subject: string): Promise<boolean> {
    const cleared = await this.session.write((db) =>
      db(STATES).where({ tenant: this.tenant, rule_id: rule, subject }).delete(),
    );
    return cleared > 0;
  }
}
