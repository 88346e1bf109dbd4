import type { CertificateStatus } from "../domain/certificate.ts";
import type { DeploymentState } from "../domain/deployment.ts";
import type { RenewalRules } from "../domain/renewal-rules.ts";
import type { RenewalGroup, RenewalGroupMember } from "../domain/renewal-group.ts";

/** A deployment with what the planner needs of its certificate. */
export interface RenewalRow {
  /** Of the deployment. */
  readonly id: string;
  readonly deviceId: string;
  readonly templateId: string;
  readonly state: DeploymentState;
  readonly certificateId: string;
  readonly certificateStatus: CertificateStatus;
  /** The version of the template it was issued by. */
  readonly templateVersion: number;
  readonly authorityId: string;
  readonly issuedAt: Date;
  readonly notAfter: Date;
  /** When the planner looks at it; undefined: not by itself. 1970: not planned yet. */
  readonly renewAt: Date | undefined;
  /** Asked for by hand: goes first. */
  readonly byHand: boolean;
}

/** Another due time; it counts only while the stored one is still `from`, so that of two nodes one wins. */
export interface RenewalChange {
  readonly id: string;
  readonly from: Date | undefined;
  readonly to: Date | undefined;
  readonly byHand?: boolean;
}

/** When the deployments of one tenant are renewed. Cost follows what is asked for, not how many there are. */
export interface RenewalStore {
  /** Those due at `until` or before, in order of their due time, at most `limit`, after the row that a page before ended with. */
  due(
    until: Date,
    limit: number,
    after?: Pick<RenewalRow, "id" | "renewAt">,
  ): Promise<readonly RenewalRow[]>;
  /** Live ones of a template that have a certificate, in order of id. */
  ofTemplate(
    templateId: string,
    afterId: string | undefined,
    limit: number,
  ): Promise<readonly RenewalRow[]>;
  /** Live ones that have a certificate; in no order. */
  byIds(ids: readonly string[]): Promise<readonly RenewalRow[]>;
  /** Answers the ids of those that were changed. */
  change(changes: readonly RenewalChange[]): Promise<readonly string[]>;
  /** How many renewals of an authority were started from `from` on, by hours of UTC. */
  started(
    authorityId: string,
    from: Date,
  ): Promise<readonly { readonly hour: Date; readonly count: number }[]>;
  /** Counts `by` more in the hour of `now`, and forgets hours that are over for more than `keepMs`. */
  countStarted(authorityId: string, now: Date, by: number, keepMs: number): Promise<void>;
  /**
   * The right to sweep alone until `until`; false while another holder's runs. It only spares nodes each other's work: what must be exact
   * is so without it.
   */
  lease(holder: string, now: Date, until: Date): Promise<boolean>;
  /** Ends the lease of this holder; nothing when another has it. */
  giveBack(holder: string): Promise<void>;
}

/** Rules of one authority as they are stored; `version` counts their changes. */
export interface StoredRenewalRules {
  readonly authorityId: string;
  readonly rules: RenewalRules;
  readonly version: number;
  readonly updatedAt: Date;
}
export interface RenewalRuleStore {
  list(): Promise<readonly StoredRenewalRules[]>;
  /** Throws `precondition_failed` unless the stored version is the one before (0: none). */
  save(stored: StoredRenewalRules): Promise<void>;
}

/** Members keep the order they were given in. */
export interface RenewalGroupStore {
  insert(group: RenewalGroup, members: readonly RenewalGroupMember[]): Promise<void>;
  /** False when the group is not in state `from` any more. */
  change(group: RenewalGroup, from: RenewalGroup["state"]): Promise<boolean>;
  get(id: string): Promise<RenewalGroup | undefined>;
  /** Newest first. */
  list(limit: number): Promise<readonly RenewalGroup[]>;
  running(): Promise<readonly RenewalGroup[]>;
  members(groupId: string): Promise<readonly RenewalGroupMember[]>;
  saveMembers(groupId: string, members: readonly RenewalGroupMember[]): Promise<void>;
}
