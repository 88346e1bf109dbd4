import type { CertificateStatus } from "../domain/certificate.ts";
import type { DeploymentState } from "../domain/deployment.ts";
import type { TenantId } from "../domain/tenant.ts";
import type { RenewalChange, RenewalRow, RenewalStore } from "../ports/renewals.ts";
import {
  fromMillis,
  fromMillisOrNull,
  toMillis,
  toMillisOrNull,
  type Millis,
} from "./base/columns.ts";
import type { Session } from "./base/session.ts";
import type { Value } from "./statements.ts";
import { inChunks, values } from "./enrolling/sql.ts";

interface Row {
  readonly id: string;
  readonly device_id: string;
  readonly template_id: string;
  readonly state: DeploymentState;
  readonly certificate_id: string;
  readonly status: CertificateStatus;
  readonly template_version: number | null;
  readonly authority_id: string;
  readonly issued_at: Millis | null;
  readonly created_at: Millis;
  readonly not_after: Millis;
  readonly renew_at: Millis | null;
  readonly renew_by_hand: number | null;
}

const SELECT = `select d.id, d.device_id, d.template_id, d.state, d.certificate_id, d.renew_at, d.renew_by_hand,
    c.status, c.template_version, c.authority_id, c.issued_at, c.created_at, c.not_after
  from countersign_deployments d
  join countersign_certificates c on c.tenant = d.tenant and c.id = d.certificate_id`;
const COUNTS = "countersign_renewal_counts";
const SWEEPS = "countersign_renewal_sweeps";
const HOUR = 3_600_000;

/** The due times of one tenant; see `RenewalStore`. */
export class Renewals implements RenewalStore {
  constructor(
    private readonly session: Session,
    private readonly tenant: TenantId,
  ) {}

  due(
    until: Date,
    limit: number,
    after?: Pick<RenewalRow, "id" | "renewAt">,
  ): Promise<readonly RenewalRow[]> {
    // From below everything: rows that were never planned stand at 0.
    const from = after?.renewAt === undefined ? -1 : toMillis(after.renewAt);
    return this.#rows(
      `d.tenant = ? and d.renew_at <= ? and (d.renew_at, d.id) > (cast(? as bigint), ?) order by d.renew_at, d.id limit ?`,
      [this.tenant, toMillis(until), from, after?.id ?? "", limit],
    );
  }

  ofTemplate(
    templateId: string,
    afterId: string | undefined,
    limit: number,
  ): Promise<readonly RenewalRow[]> {
    return this.#rows(
      `d.tenant = ? and d.template_id = ? and d.id > ? and d.state <> 'removed' order by d.id limit ?`,
      [this.tenant, templateId, afterId ?? "", limit],
    );
  }

  byIds(ids: readonly string[]): Promise<readonly RenewalRow[]> {
    return inChunks(ids, (chunk) =>
      this.#rows(
        `d.tenant = ? and d.state <> 'removed' and d.id in (${chunk.map(() => "?").join(",")})`,
        [this.tenant, ...chunk],
      ),
    );
  }

  async change(changes: readonly RenewalChange[]): Promise<readonly string[]> {
    if (changes.length === 0) return [];
    // In one order, so that two nodes do not wait for each other crosswise.
    const ordered = [...changes].sort((a, b) => (a.id < b.id ? -1 : 1));
    const changed = await this.session.batch((sql) =>
      inChunks(ordered, (chunk) =>
        sql.all<{ readonly id: string }>(
          `with moved(m_id, m_from, m_to, m_hand) as (${values("tiii", chunk.length)})
           update countersign_deployments set renew_at = m_to, renew_by_hand = m_hand from moved
           where tenant = ? and id = m_id and coalesce(renew_at, -1) = m_from returning id`,
          [
            ...chunk.flatMap(({ id, from, to, byHand }) => [
              id,
              from === undefined ? -1 : toMillis(from),
              toMillisOrNull(to),
              byHand === true ? 1 : null,
            ]),
            this.tenant,
          ],
        ),
      ),
    );
    return changed.map(({ id }) => id);
  }

  async started(
    authorityId: string,
    from: Date,
  ): Promise<readonly { readonly hour: Date; readonly count: number }[]> {
    const rows = await this.session.rows<{
      readonly hour: Millis;
      readonly started: Millis;
    }>(
      `select hour, started from ${COUNTS} where tenant = ? and authority_id = ? and hour > ? order by hour`,
      [this.tenant, authorityId, toMillis(from) - HOUR],
    );
    return rows.map(({ hour, started }) => ({ hour: fromMillis(hour), count: Number(started) }));
  }

  async countStarted(authorityId: string, now: Date, by: number, keepMs: number): Promise<void> {
    const hour = toMillis(now) - (toMillis(now) % HOUR);
    await this.session.batch(async (sql) => {
      await sql.all(
        `insert into ${COUNTS} (tenant, authority_id, hour, started) ${values("ttii", 1)}
         on conflict (tenant, authority_id, hour) do update set started = ${COUNTS}.started + excluded.started`,
        [this.tenant, authorityId, hour, by],
      );
      await sql.all(`delete from ${COUNTS} where tenant = ? and authority_id = ? and hour < ?`, [
        this.tenant,
        authorityId,
        hour - keepMs,
      ]);
    });
  }

  async lease(holder: string, now: Date, until: Date): Promise<boolean> {
    // One conditional statement, so that of two nodes one has it.
    const rows = await this.session.batch((sql) =>
      sql.all(
        `insert into ${SWEEPS} (tenant, holder, lease_until) ${values("tti", 1)}
         on conflict (tenant) do update set holder = excluded.holder, lease_until = excluded.lease_until
           where ${SWEEPS}.holder = excluded.holder or ${SWEEPS}.lease_until <= cast(? as bigint)
         returning holder`,
        [this.tenant, holder, toMillis(until), toMillis(now)],
      ),
    );
    return rows.length > 0;
  }

  async giveBack(holder: string): Promise<void> {
    await this.session.batch((sql) =>
      sql.all(`delete from ${SWEEPS} where tenant = ? and holder = ?`, [this.tenant, holder]),
    );
  }

  async #rows(condition: string, given: readonly Value[]): Promise<readonly RenewalRow[]> {
    const rows = await this.session.rows<Row>(`${SELECT} where ${condition}`, given);
    return rows.map((row) => ({
      id: row.id,
      deviceId: row.device_id,
      templateId: row.template_id,
      state: row.state,
      certificateId: row.certificate_id,
      certificateStatus: row.status,
      templateVersion: row.template_version ?? 0,
      authorityId: row.authority_id,
      issuedAt: fromMillis(row.issued_at ?? row.created_at),
      notAfter: fromMillis(row.not_after),
      renewAt: fromMillisOrNull(row.renew_at),
      byHand: row.renew_by_hand === 1,
    }));
  }
}
