import type { DeploymentState } from "../domain/deployment.ts";
import type { DeviceStatus } from "../domain/device.ts";
import type { DistributionTarget, ScannedDevice } from "../domain/distribution-step.ts";
import type { TenantId } from "../domain/tenant.ts";
import type { ScanAudiences, TargetCount, TargetStore } from "../ports/distributions.ts";
import { audienceSql } from "./audience-sql.ts";
import {
  fromMillis,
  fromMillisOrNull,
  orNull,
  orUndefined,
  toMillis,
  toMillisOrNull,
  type Millis,
} from "./base/columns.ts";
import type { Session } from "./base/session.ts";
import { inChunks, values } from "./enrolling/sql.ts";
import type { Value } from "./statements.ts";

interface TargetRow {
  readonly template_id: string;
  readonly device_id: string;
  readonly state: DistributionTarget["state"];
  readonly due_at: Millis | null;
  readonly trial: Millis | null;
  readonly again: number;
  readonly failure: string | null;
  readonly updated_at: Millis;
}

interface ScanRow {
  readonly id: string;
  readonly status: DeviceStatus;
  readonly t_state: DistributionTarget["state"] | null;
  readonly t_trial: Millis | null;
  readonly t_again: number | null;
  readonly d_state: DeploymentState | "pending" | null;
  readonly is_serving: number;
  readonly is_trial: number;
}

const TARGETS = "countersign_distribution_targets";
const COLUMNS = "template_id, device_id, state, due_at, trial, again, failure, updated_at";

/** Whom the templates of one tenant reach; see `TargetStore`. */
export class Targets implements TargetStore {
  constructor(
    private readonly session: Session,
    private readonly tenant: TenantId,
  ) {}

  async save(targets: readonly DistributionTarget[]): Promise<void> {
    if (targets.length === 0) return;
    await this.session.batch((sql) =>
      inChunks(targets, (chunk) =>
        sql.all(
          `insert into ${TARGETS} (tenant, ${COLUMNS}) ${values("tttt" + "iii" + "ti", chunk.length)}
           on conflict (tenant, template_id, device_id) do update set state = excluded.state,
             due_at = excluded.due_at, trial = excluded.trial, again = excluded.again,
             failure = excluded.failure, updated_at = excluded.updated_at`,
          chunk.flatMap((target): Value[] => [
            ...[this.tenant, target.templateId, target.deviceId, target.state],
            ...[toMillisOrNull(target.dueAt), orNull(target.trial), target.again ? 1 : 0],
            ...[orNull(target.failure), toMillis(target.updatedAt)],
          ]),
        ),
      ),
    );
  }

  async delete(templateId: string, deviceIds: readonly string[]): Promise<void> {
    if (deviceIds.length === 0) return;
    await this.session.batch((sql) =>
      inChunks(deviceIds, (chunk) =>
        sql.all(
          `delete from ${TARGETS} where tenant = ? and template_id = ?
             and device_id in (${chunk.map(() => "?").join(",")})`,
          [this.tenant, templateId, ...chunk],
        ),
      ),
    );
  }

  async get(templateId: string, deviceId: string): Promise<DistributionTarget | undefined> {
    const [row] = await this.session.rows<TargetRow>(
      `select ${COLUMNS} from ${TARGETS} where tenant = ? and template_id = ? and device_id = ?`,
      [this.tenant, templateId, deviceId],
    );
    return row === undefined ? undefined : targetOf(row);
  }

  async due(now: Date, limit: number): Promise<readonly DistributionTarget[]> {
    const rows = await this.session.rows<TargetRow>(
      `select ${COLUMNS} from ${TARGETS} where tenant = ? and due_at <= ?
       order by due_at, template_id, device_id limit ?`,
      [this.tenant, toMillis(now), limit],
    );
    return rows.map(targetOf);
  }

  async counts(templateId: string): Promise<readonly TargetCount[]> {
    const rows = await this.session.rows<{
      readonly state: DistributionTarget["state"];
      readonly trial: Millis | null;
      readonly d_state: DeploymentState | "pending" | null;
      readonly n: Millis;
    }>(
      `select t.state, t.trial, d.state as d_state, count(*) as n from ${TARGETS} t
       left join countersign_deployments d on d.tenant = t.tenant and d.device_id = t.device_id
         and d.template_id = t.template_id and d.state <> 'removed'
       where t.tenant = ? and t.template_id = ? group by t.state, t.trial, d.state
       order by t.state, t.trial, d.state`,
      [this.tenant, templateId],
    );
    return rows.map((row) => ({
      state: row.state,
      trial: row.trial === null ? undefined : Number(row.trial),
      deployment: stateOf(row.d_state),
      count: Number(row.n),
    }));
  }

  async scan(
    templateId: string,
    audiences: ScanAudiences,
    after: string | undefined,
    span: number,
  ): Promise<{ readonly devices: readonly ScannedDevice[]; readonly last: string | undefined }> {
    const from = after ?? "";
    // The end of the span first, so that what follows looks at so many devices and no more.
    const [end] = await this.session.rows<{ readonly id: string }>(
      "select id from countersign_devices where tenant = ? and id > ? order by id limit 1 offset ?",
      [this.tenant, from, span - 1],
    );
    const devices =
      end === undefined
        ? await this.#scan(templateId, audiences, "d.id > ?", [from])
        : await this.#scan(templateId, audiences, "d.id > ? and d.id <= ?", [from, end.id]);
    return { devices, last: end?.id };
  }

  scanThese(
    templateId: string,
    audiences: ScanAudiences,
    deviceIds: readonly string[],
  ): Promise<readonly ScannedDevice[]> {
    return inChunks(deviceIds, (chunk) =>
      this.#scan(templateId, audiences, `d.id in (${chunk.map(() => "?").join(",")})`, chunk),
    );
  }

  async #scan(
    templateId: string,
    { serving, trial }: ScanAudiences,
    condition: string,
    given: readonly Value[],
  ): Promise<ScannedDevice[]> {
    const own = audienceSql(serving);
    const tried = audienceSql(trial);
    const rows = await this.session.rows<ScanRow>(
      `select * from (
         select d.id, d.status, t.state as t_state, t.trial as t_trial, t.again as t_again, p.state as d_state,
           case when ${own.sql} then 1 else 0 end as is_serving,
           case when ${tried.sql} then 1 else 0 end as is_trial
         from countersign_devices d
         left join ${TARGETS} t on t.tenant = d.tenant and t.template_id = ? and t.device_id = d.id
         left join countersign_deployments p on p.tenant = d.tenant and p.device_id = d.id
           and p.template_id = ? and p.state <> 'removed'
         where d.tenant = ? and ${condition}) found
       where is_serving = 1 or is_trial = 1 or t_state is not null order by id`,
      [...own.values, ...tried.values, templateId, templateId, this.tenant, ...given],
    );
    return rows.map((row) => ({
      deviceId: row.id,
      status: row.status,
      serving: row.is_serving === 1,
      trial: row.is_trial === 1,
      target:
        row.t_state === null
          ? undefined
          : {
              state: row.t_state,
              trial: row.t_trial === null ? undefined : Number(row.t_trial),
              again: row.t_again === 1,
            },
      deployment: stateOf(row.d_state),
    }));
  }
}

/** `pending` is how the version before the states calls it. */
const stateOf = (state: DeploymentState | "pending" | null): DeploymentState | undefined =>
  state === null ? undefined : state === "pending" ? "assigned" : state;

const targetOf = (row: TargetRow): DistributionTarget => ({
  templateId: row.template_id,
  deviceId: row.device_id,
  state: row.state,
  dueAt: fromMillisOrNull(row.due_at),
  trial: row.trial === null ? undefined : Number(row.trial),
  again: row.again === 1,
  failure: orUndefined(row.failure),
  updatedAt: fromMillis(row.updated_at),
});
