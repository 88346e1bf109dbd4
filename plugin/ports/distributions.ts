import type { Everybody } from "../domain/distribution.ts";
import type { DistributionTarget, ScannedDevice } from "../domain/distribution-step.ts";
import type { DeploymentState } from "../domain/deployment.ts";
import type { GroupPlace } from "../domain/host-group.ts";

/** An audience with its groups looked up. */
export interface ResolvedAudience {
  readonly everybody: Everybody | undefined;
  readonly includes: readonly GroupPlace[];
  readonly excludes: readonly GroupPlace[];
  /** Single devices, by our ids. */
  readonly deviceIds: readonly string[];
}

/** Whose devices are looked for; undefined: nobody's. */
export interface ScanAudiences {
  readonly serving: ResolvedAudience | undefined;
  readonly trial: ResolvedAudience | undefined;
}

/** Targets by state and by how far their deployment is. */
export interface TargetCount {
  readonly state: DistributionTarget["state"];
  readonly trial: number | undefined;
  readonly deployment: DeploymentState | undefined;
  readonly count: number;
}

/** Whom templates reach. */
export interface TargetStore {
  /** Inserts, or replaces. */
  save(targets: readonly DistributionTarget[]): Promise<void>;
  delete(templateId: string, deviceIds: readonly string[]): Promise<void>;
  get(templateId: string, deviceId: string): Promise<DistributionTarget | undefined>;
  /** Those due at `now`, soonest first. */
  due(now: Date, limit: number): Promise<readonly DistributionTarget[]>;
  counts(templateId: string): Promise<readonly TargetCount[]>;
  /**
   * The devices among the next `span` of the tenant, in order of id after `after`, that an audience means or that are targets. `last` is
   * where the next look begins; undefined at the end. One bounded query, however large groups are.
   */
  scan(
    templateId: string,
    audiences: ScanAudiences,
    after: string | undefined,
    span: number,
  ): Promise<{ readonly devices: readonly ScannedDevice[]; readonly last: string | undefined }>;
  /** The same of these devices. */
  scanThese(
    templateId: string,
    audiences: ScanAudiences,
    deviceIds: readonly string[],
  ): Promise<readonly ScannedDevice[]>;
}
