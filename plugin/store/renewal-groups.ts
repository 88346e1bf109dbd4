import type { RenewalGroup, RenewalGroupMember } from "../domain/renewal-group.ts";
import type { TenantId } from "../domain/tenant.ts";
import type { RenewalGroupStore } from "../ports/renewals.ts";
import {
  fromMillisOrNull,
  orNull,
  orUndefined,
  toMillisOrNull,
  type Millis,
} from "./base/columns.ts";
import { Rows } from "./base/rows.ts";
import type { Session } from "./base/session.ts";
import { statefulMapping, type StatefulRow } from "./base/stateful.ts";
import { inChunks, values } from "./enrolling/sql.ts";

const mapping = statefulMapping<RenewalGroup>("countersign_renewal_groups");
const MEMBERS = "countersign_renewal_group_members";

interface MemberRow {
  readonly deployment_id: string;
  readonly state: RenewalGroupMember["state"];
  readonly certificate_id: string | null;
  readonly started_at: Millis | null;
}

/** The renewal groups of one tenant; see `RenewalGroupStore`. */
export class RenewalGroups implements RenewalGroupStore {
  readonly #rows: Rows<RenewalGroup, StatefulRow>;

  constructor(
    private readonly session: Session,
    private readonly tenant: TenantId,
  ) {
    this.#rows = new Rows(session, tenant, mapping);
  }

  async insert(group: RenewalGroup, members: readonly RenewalGroupMember[]): Promise<void> {
    await this.#rows.insert(group);
    await this.#write(group.id, members, "do nothing");
  }

  async change(group: RenewalGroup, from: RenewalGroup["state"]): Promise<boolean> {
    const changed = await this.session.write((db) =>
      db(mapping.table)
        .where({ tenant: this.tenant, id: group.id, state: from })
        .update(mapping.toRow(group)),
    );
    return changed > 0;
  }

  get(id: string): Promise<RenewalGroup | undefined> {
    return this.#rows.get(id);
  }

  async list(limit: number): Promise<readonly RenewalGroup[]> {
    const { items } = await this.#rows.page({ limit });
    return items;
  }

  running(): Promise<readonly RenewalGroup[]> {
    // Literal, so that the partial index serves it.
    return this.#rows.all((query) => query.whereRaw("state = 'running'"));
  }

  async members(groupId: string): Promise<readonly RenewalGroupMember[]> {
    const rows = await this.session.rows<MemberRow>(
      `select deployment_id, state, certificate_id, started_at from ${MEMBERS}
       where tenant = ? and group_id = ? order by place, deployment_id`,
      [this.tenant, groupId],
    );
    return rows.map((row) => ({
      deploymentId: row.deployment_id,
      state: row.state,
      certificateId: orUndefined(row.certificate_id),
      startedAt: fromMillisOrNull(row.started_at),
    }));
  }

  saveMembers(groupId: string, members: readonly RenewalGroupMember[]): Promise<void> {
    return this.#write(
      groupId,
      members,
      "do update set state = excluded.state, certificate_id = excluded.certificate_id, started_at = excluded.started_at",
    );
  }

  async #write(
    groupId: string,
    members: readonly RenewalGroupMember[],
    known: string,
  ): Promise<void> {
    let place = 0;
    await this.session.batch((sql) =>
      inChunks(members, (chunk) =>
        sql.all(
          `insert into ${MEMBERS} (tenant, group_id, deployment_id, place, state, certificate_id, started_at)
           ${values("tttitti", chunk.length)} on conflict (tenant, group_id, deployment_id) ${known}`,
          chunk.flatMap((member) => [
            this.tenant,
            groupId,
            member.deploymentId,
            (place += 1),
            member.state,
            orNull(member.certificateId),
            toMillisOrNull(member.startedAt),
          ]),
        ),
      ),
    );
  }
}
