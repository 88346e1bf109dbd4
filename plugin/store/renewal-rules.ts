import type { RenewalRules as Rules } from "../domain/renewal-rules.ts";
import type { TenantId } from "../domain/tenant.ts";
import { CountersignError } from "../errors.ts";
import type { RenewalRuleStore, StoredRenewalRules } from "../ports/renewals.ts";
import { fromMillis, toMillis, type Millis } from "./base/columns.ts";
import { fromJson, toJson } from "./base/json.ts";
import type { Session } from "./base/session.ts";
import { values } from "./enrolling/sql.ts";

const TABLE = "countersign_renewal_rules";

interface Row {
  readonly authority_id: string;
  readonly rules: string;
  readonly version: number;
  readonly updated_at: Millis;
}

/** The renewal rules of one tenant's authorities; see `RenewalRuleStore`. */
export class RenewalRules implements RenewalRuleStore {
  constructor(
    private readonly session: Session,
    private readonly tenant: TenantId,
  ) {}

  async list(): Promise<readonly StoredRenewalRules[]> {
    const rows = await this.session.rows<Row>(
      `select authority_id, rules, version, updated_at from ${TABLE} where tenant = ? order by authority_id`,
      [this.tenant],
    );
    return rows.map((row) => ({
      authorityId: row.authority_id,
      rules: fromJson(row.rules) as Rules,
      version: row.version,
      updatedAt: fromMillis(row.updated_at),
    }));
  }

  async save({ authorityId, rules, version, updatedAt }: StoredRenewalRules): Promise<void> {
    const before = version - 1;
    const row = [toJson(rules), version, toMillis(updatedAt)];
    const saved = await this.session.batch((sql) =>
      before === 0
        ? sql.all(
            `insert into ${TABLE} (tenant, authority_id, rules, version, updated_at) ${values("tttii", 1)}
             on conflict do nothing returning version`,
            [this.tenant, authorityId, ...row],
          )
        : sql.all(
            `update ${TABLE} set rules = ?, version = ?, updated_at = ? where tenant = ? and authority_id = ? and version = ? returning version`,
            [...row, this.tenant, authorityId, before],
          ),
    );
    if (saved.length === 0)
      throw new CountersignError(
        "precondition_failed",
        `the rules of ${authorityId} are not there in version ${before}`,
      );
  }
}
