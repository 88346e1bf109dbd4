import type { HookAdapter } from "../domain/hook-adapter.ts";
import type { HostEventRecord } from "../domain/host-event.ts";
import type {
  Inventory,
  InventoryFinding,
  InventoryItem,
  InventoryVerdict,
} from "../domain/inventory.ts";
import type { Page, PageRequest } from "./paging.ts";

/** What devices hold. */
export interface InventoryStore {
  /** `items` empty and both times undefined for a device of which nothing is known. */
  get(deviceId: string): Promise<Inventory>;
  /** Puts `items` in place of all that was there; `reportedAt` is when that was true. */
  replace(deviceId: string, reportedAt: Date, items: readonly InventoryItem[]): Promise<void>;
  /** The host was asked. */
  asked(deviceId: string, at: Date): Promise<void>;
  /** Over the fleet, device by device. */
  findings(verdict: InventoryVerdict, page: PageRequest): Promise<Page<InventoryFinding>>;
}

/** Events of hosts, by host and event id. */
export interface HostEventStore {
  /** The record that is there already, whatever its state; otherwise writes `record`, leased until `leaseUntil`, and answers undefined. */
  begin(record: HostEventRecord, leaseUntil: Date): Promise<HostEventRecord | undefined>;
  /** Takes one without an outcome, or a refused one, whose lease is over; false when another has it. */
  retake(record: HostEventRecord, now: Date, leaseUntil: Date): Promise<boolean>;
  /** Writes outcome, code, detail, result and our device id, and ends the lease. */
  finish(record: HostEventRecord): Promise<void>;
  /** Newest first by when they came in. */
  ofDevice(deviceId: string, page: PageRequest): Promise<Page<HostEventRecord>>;
  /** Forgets up to `limit` that were received before; answers how many. */
  purge(before: Date, limit: number): Promise<number>;
}

/** Adapter ids are unique in the whole installation: `insert` throws `conflict` also for another tenant's. */
export interface HookAdapterStore {
  insert(adapter: HookAdapter): Promise<void>;
  /** Throws `precondition_failed` unless the stored version is `version - 1`. */
  update(adapter: HookAdapter): Promise<void>;
  /** Notes its last use and nothing else: the version stays. */
  used(id: string, at: Date): Promise<void>;
  delete(id: string): Promise<boolean>;
  get(id: string): Promise<HookAdapter | undefined>;
  list(): Promise<readonly HookAdapter[]>;
}

/** Users that hosts have disabled, by the name the host said; letter case does not count. */
export interface DisabledUserStore {
  /** False when it is there already. */
  add(hostId: string, name: string, at: Date): Promise<boolean>;
  /** False when none was there. */
  remove(hostId: string, names: readonly string[]): Promise<boolean>;
  /** Since when one of these names is disabled; undefined when none is. */
  since(hostId: string, names: readonly string[]): Promise<Date | undefined>;
}
