import type { RevocationReason } from "../domain/certificate.ts";
import type { Page, PageRequest } from "./paging.ts";

/** An outward effect written in the transaction of the change that causes it; performed later, at least once. */
export type Effect =
  | { readonly kind: "publish-profile"; readonly deploymentId: string }
  | { readonly kind: "remove-profile"; readonly deviceId: string; readonly profileId: string }
  /** Ask the host what the device holds. */
  | { readonly kind: "scan-device"; readonly deviceId: string }
  /** Ask the host to wipe the device, as its template says after too many failed attempts. */
  | { readonly kind: "wipe-device"; readonly deviceId: string; readonly deploymentId: string }
  /** `release`: a suspension is over. */
  | {
      readonly kind: "revoke-outside";
      readonly authorityId: string;
      readonly serial: string;
      readonly reason: RevocationReason | "release";
      /** Since when it is not to be trusted, where that is known. */
      readonly invalidityDate?: Date;
    }
  /** A key that was made here, handed over and never seen on the device: its certificate, once another has taken its place. */
  | {
      readonly kind: "revoke-unseen";
      readonly certificateId: string;
      readonly deploymentId: string;
    }
  /** One message of an alert to one of its receivers. */
  | {
      readonly kind: "notify";
      readonly ruleId: string;
      readonly channel: number;
      readonly message: AlertMessage;
    };

/** A change of an alert's state, as it is told. */
export interface AlertMessage {
  readonly state: "firing" | "resolved" | "test";
  readonly rule: string;
  readonly subject: string;
  readonly text: string;
  readonly at: Date;
}

export interface OutboxEntry {
  readonly id: string;
  readonly effect: Effect;
  /** Claims before this one. */
  readonly attempts: number;
}

/** An entry as an admin sees it. */
export interface OutboxRow {
  readonly id: string;
  readonly effect: Effect;
  /** `dead`: given up; it waits for somebody to send it again. */
  readonly state: "waiting" | "dead";
  readonly attempts: number;
  /** Undefined for what the version before has written. */
  readonly createdAt: Date | undefined;
  /** When it is tried next; undefined for a dead one. */
  readonly dueAt: Date | undefined;
  readonly deadAt: Date | undefined;
  /** Why it failed last. */
  readonly reason: string | undefined;
}

export interface OutboxStore {
  add(effect: Effect, at: Date): Promise<void>;
  /** The same for many, in few statements. */
  addAll(effects: readonly Effect[], at: Date): Promise<void>;
  /** Claims up to `limit` due entries by conditional UPDATE until `leaseUntil`; correct with several nodes. */
  claim(limit: number, now: Date, leaseUntil: Date): Promise<readonly OutboxEntry[]>;
  /** Prolongs the lease of a claimed entry; false when another node has claimed it since. */
  hold(entry: OutboxEntry, leaseUntil: Date): Promise<boolean>;
  /** The effect is done. Nothing happens when another node has claimed the entry since; so with `retry` and `bury`. */
  done(entry: OutboxEntry): Promise<void>;
  retry(entry: OutboxEntry, at: Date, reason: string): Promise<void>;
  /** Makes it a dead letter. */
  bury(entry: OutboxEntry, at: Date, reason: string): Promise<void>;
  get(id: string): Promise<OutboxRow | undefined>;
  /** Newest first. */
  list(
    filter: { readonly state?: OutboxRow["state"] | undefined },
    page: PageRequest,
  ): Promise<Page<OutboxRow>>;
  /** Due at once, with its attempts counted anew; false when it is not there. Inside `run`. */
  resend(id: string, at: Date): Promise<boolean>;
  /** How many wait since `before` or longer, and how many are dead. */
  counts(before: Date): Promise<{ readonly late: number; readonly dead: number }>;
}
