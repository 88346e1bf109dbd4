import type { GroupPlace, HostGroup } from "../domain/host-group.ts";
import type { Page, PageRequest } from "./paging.ts";

/** Groups of hosts and who is in them. `members` are kept as `memberKey` makes them. */
export interface HostGroupStore {
  /** Inserts, or replaces all but its count of members. */
  save(group: HostGroup): Promise<void>;
  get(id: string): Promise<HostGroup | undefined>;
  /** Those that are there; in no order. */
  byIds(ids: readonly string[]): Promise<readonly HostGroup[]>;
  /** Newest first; `text`: a part of the name, without regard to case. */
  list(
    filter: { readonly hostId?: string | undefined; readonly text?: string | undefined },
    page: PageRequest,
  ): Promise<Page<HostGroup>>;
  /** Removes it with its members; false when there is none. */
  delete(id: string): Promise<boolean>;
  /** Answers those that were not in it yet; all of them are marked as seen at `at`. */
  add(id: string, members: readonly string[], at: Date): Promise<readonly string[]>;
  /** Answers those that were in it. */
  remove(id: string, members: readonly string[]): Promise<readonly string[]>;
  /** Removes up to `limit` that were last seen before; answers them. */
  removeUnseen(id: string, before: Date, limit: number): Promise<readonly string[]>;
  /** In order, after `after`. */
  members(id: string, after: string | undefined, limit: number): Promise<readonly string[]>;
  /** Groups of one host that one of these members is in. */
  ofMember(hostId: string, members: readonly string[]): Promise<readonly HostGroup[]>;
  /** Our ids of the devices that stand for these members. */
  devicesOf(group: GroupPlace, members: readonly string[]): Promise<readonly string[]>;
}
