import type { GroupPlace, HostGroup } from "../domain/host-group.ts";
import type { TenantId } from "../domain/tenant.ts";
import type { HostGroupStore } from "../ports/host-groups.ts";
import type { Page, PageRequest } from "../ports/paging.ts";
import {
  fromMillis,
  fromMillisOrNull,
  orNull,
  orUndefined,
  toMillis,
  toMillisOrNull,
  type Millis,
} from "./base/columns.ts";
import { Rows, type Mapping } from "./base/rows.ts";
import type { Session } from "./base/session.ts";
import { inChunks, values } from "./enrolling/sql.ts";
import type { Statements, Value } from "./statements.ts";

interface GroupRow {
  readonly id: string;
  readonly host_id: string;
  readonly group_id: string;
  readonly name: string;
  readonly name_folded: string;
  readonly kind: HostGroup["kind"];
  readonly host_count: Millis | null;
  readonly members: Millis;
  readonly synced_at: Millis | null;
  readonly problem: string | null;
  readonly created_at: Millis;
  readonly updated_at: Millis;
}

const GROUPS = "countersign_host_groups";
const MEMBERS = "countersign_host_group_members";
const ATTRIBUTES = "countersign_device_attributes";

const mapping: Mapping<HostGroup, GroupRow> = {
  table: GROUPS,
  toRow: (group) => ({
    id: group.id,
    host_id: group.hostId,
    group_id: group.groupId,
    name: group.name,
    name_folded: group.name.toLowerCase(),
    kind: group.kind,
    host_count: orNull(group.hostCount),
    members: group.members,
    synced_at: toMillisOrNull(group.syncedAt),
    problem: orNull(group.problem),
    created_at: toMillis(group.createdAt),
    updated_at: toMillis(group.updatedAt),
  }),
  fromRow: (row) => ({
    id: row.id,
    hostId: row.host_id,
    groupId: row.group_id,
    name: row.name,
    kind: row.kind,
    hostCount: row.host_count === null ? undefined : Number(row.host_count),
    members: Number(row.members),
    syncedAt: fromMillisOrNull(row.synced_at),
    problem: orUndefined(row.problem),
    createdAt: fromMillis(row.created_at),
    updatedAt: fromMillis(row.updated_at),
  }),
};

interface Member {
  readonly member: string;
}

/** The groups of one tenant's hosts; see `HostGroupStore`. */
export class HostGroups implements HostGroupStore {
  readonly #rows: Rows<HostGroup, GroupRow>;

  constructor(
    private readonly session: Session,
    private readonly tenant: TenantId,
  ) {
    this.#rows = new Rows(session, tenant, mapping);
  }

  async save(group: HostGroup): Promise<void> {
    const row = { tenant: this.tenant, ...mapping.toRow(group) };
    const changing = Object.keys(row).filter(
      (column) => !["tenant", "id", "members", "created_at"].includes(column),
    );
    await this.session.write((db) =>
      db(GROUPS).insert(row).onConflict(["tenant", "id"]).merge(changing),
    );
  }

  get(id: string): Promise<HostGroup | undefined> {
    return this.#rows.get(id);
  }

  byIds(ids: readonly string[]): Promise<readonly HostGroup[]> {
    return inChunks(ids, (chunk) => this.#rows.byIds(chunk));
  }

  list(
    filter: { readonly hostId?: string | undefined; readonly text?: string | undefined },
    page: PageRequest,
  ): Promise<Page<HostGroup>> {
    const { hostId, text } = filter;
    return this.#rows.page(page, (query) => {
      if (hostId !== undefined) query = query.where("host_id", hostId);
      if (text !== undefined)
        query = query.whereRaw("name_folded like ? escape '!'", [`%${literal(text)}%`]);
      return query;
    });
  }

  async delete(id: string): Promise<boolean> {
    return this.session.write(async (db) => {
      await db(MEMBERS).where({ tenant: this.tenant, group_id: id }).delete();
      return (await db(GROUPS).where({ tenant: this.tenant, id }).delete()) > 0;
    });
  }

  add(id: string, members: readonly string[], at: Date): Promise<readonly string[]> {
    return this.#changing(id, 1, (sql) =>
      inChunks([...new Set(members)], async (chunk) => {
        const added = await sql.all<Member>(
          `insert into ${MEMBERS} (tenant, group_id, member, seen_at) ${values("ttti", chunk.length)}
           on conflict (tenant, group_id, member) do nothing returning member`,
          chunk.flatMap((member) => [this.tenant, id, member, toMillis(at)]),
        );
        await sql.all(
          `update ${MEMBERS} set seen_at = cast(? as bigint)
           where tenant = ? and group_id = ? and member in (${chunk.map(() => "?").join(",")})`,
          [toMillis(at), this.tenant, id, ...chunk],
        );
        return added;
      }),
    );
  }

  remove(id: string, members: readonly string[]): Promise<readonly string[]> {
    return this.#changing(id, -1, (sql) =>
      inChunks(members, (chunk) =>
        sql.all<Member>(
          `delete from ${MEMBERS} where tenant = ? and group_id = ?
             and member in (${chunk.map(() => "?").join(",")}) returning member`,
          [this.tenant, id, ...chunk],
        ),
      ),
    );
  }

  removeUnseen(id: string, before: Date, limit: number): Promise<readonly string[]> {
    return this.#changing(id, -1, (sql) =>
      sql.all<Member>(
        `delete from ${MEMBERS} where tenant = ? and group_id = ? and member in (
           select member from ${MEMBERS} where tenant = ? and group_id = ? and seen_at < cast(? as bigint)
           order by member limit ${limit}) returning member`,
        [this.tenant, id, this.tenant, id, toMillis(before)],
      ),
    );
  }

  async members(id: string, after: string | undefined, limit: number): Promise<readonly string[]> {
    const rows = await this.session.rows<Member>(
      `select member from ${MEMBERS} where tenant = ? and group_id = ? and member > ? order by member limit ?`,
      [this.tenant, id, after ?? "", limit],
    );
    return rows.map(({ member }) => member);
  }

  ofMember(hostId: string, members: readonly string[]): Promise<readonly HostGroup[]> {
    return this.#rows.all((query) =>
      query.where("host_id", hostId).whereIn("id", (inner) => {
        void inner
          .select("group_id")
          .from(MEMBERS)
          .where({ tenant: this.tenant })
          .whereIn("member", [...members]);
      }),
    );
  }

  async devicesOf(
    { hostId, kind }: GroupPlace,
    members: readonly string[],
  ): Promise<readonly string[]> {
    const rows = await inChunks(members, (chunk) => {
      const marks = chunk.map(() => "?").join(",");
      const sql =
        kind === "device"
          ? `select id from countersign_devices where tenant = ? and host_id = ? and host_device_id in (${marks})`
          : `select distinct d.id from ${ATTRIBUTES} a
             join countersign_devices d on d.tenant = a.tenant and d.id = a.device_id
             where a.tenant = ? and d.host_id = ? and a.name in ('username', 'email') and a.value in (${marks})`;
      return this.session.rows<{ readonly id: string }>(sql, [this.tenant, hostId, ...chunk]);
    });
    return [...new Set(rows.map(({ id }) => id))];
  }

  /** Changes members and the count that goes with them. */
  async #changing(
    id: string,
    sign: 1 | -1,
    work: (sql: Statements) => Promise<readonly Member[]>,
  ): Promise<readonly string[]> {
    const changed = await this.session.batch(async (sql) => {
      const rows = await work(sql);
      const given: readonly Value[] = [sign * rows.length, this.tenant, id];
      if (rows.length > 0)
        await sql.all(
          `update ${GROUPS} set members = members + cast(? as bigint) where tenant = ? and id = ?`,
          given,
        );
      return rows;
    });
    return changed.map(({ member }) => member);
  }
}

/** A text for `like` with `!` as its escape. */
const literal = (text: string): string => text.toLowerCase().replace(/[!%_]/g, "!$&");
