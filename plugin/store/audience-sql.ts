import type { GroupPlace } from "../domain/host-group.ts";
import type { ResolvedAudience } from "../ports/distributions.ts";
import type { Value } from "./statements.ts";

/** A condition on a device `d`, with the values of its placeholders. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly Value[];
}

const NOBODY: Condition = { sql: "1 = 0", values: [] };
const MEMBERS = "countersign_host_group_members";
const HAS_USER = `exists (select 1 from countersign_device_attributes a
  where a.tenant = d.tenant and a.device_id = d.id and a.name in ('username', 'email'))`;

/** Whether an audience means a device: included somewhere and excluded nowhere. Each group is a look into an index. */
export const audienceSql = (audience: ResolvedAudience | undefined): Condition => {
  if (audience === undefined) return NOBODY;
  const { everybody, includes, excludes, deviceIds } = audience;
  const meant = any([
    ...(everybody === "devices" ? [{ sql: "1 = 1", values: [] }] : []),
    ...(everybody === "users" ? [{ sql: HAS_USER, values: [] }] : []),
    ...includes.map(inGroup),
    ...deviceIds.map((id) => ({ sql: "d.id = ?", values: [id] })),
  ]);
  const without = any(excludes.map(inGroup));
  return {
    sql: `(${meant.sql} and not ${without.sql})`,
    values: [...meant.values, ...without.values],
  };
};

const inGroup = ({ id, hostId, kind }: GroupPlace): Condition => ({
  sql:
    kind === "device"
      ? `(d.host_id = ? and exists (select 1 from ${MEMBERS} m
          where m.tenant = d.tenant and m.group_id = ? and m.member = d.host_device_id))`
      : `(d.host_id = ? and exists (select 1 from countersign_device_attributes a
          join ${MEMBERS} m on m.tenant = a.tenant and m.member = a.value
          where a.tenant = d.tenant and a.device_id = d.id and a.name in ('username', 'email') and m.group_id = ?))`,
  values: [hostId, id],
});

const any = (conditions: readonly Condition[]): Condition =>
  conditions.length === 0
    ? NOBODY
    : {
        sql: `(${conditions.map(({ sql }) => sql).join(" or ")})`,
        values: conditions.flatMap(({ values }) => values),
      };
