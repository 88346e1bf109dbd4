import type { TemplateChange } from "./template.ts";

/** Everybody at once: every device, or every device that has a user. */
export const EVERYBODY = ["devices", "users"] as const;
export type Everybody = (typeof EVERYBODY)[number];

/**
 * What becomes of a device that is no longer meant: its profile stays (`keep`), is taken off (`remove`), or is taken off and its
 * certificates of the template are revoked as cessationOfOperation (`revoke`).
 */
export const LEAVING_RULES = ["keep", "remove", "revoke"] as const;
export type LeavingRule = (typeof LEAVING_RULES)[number];

/** How far a published version has come. */
export const STAGES = ["test", "group", "everybody"] as const;
export type Stage = (typeof STAGES)[number];

/** Whom a template is for; groups by `groupKey`. What is excluded is so whatever includes it. */
export interface Audience {
  readonly everybody: Everybody | undefined;
  readonly includes: readonly string[];
  readonly excludes: readonly string[];
}

/** What an admin saves as a draft. Test device and staged group belong to the audience. */
export interface DistributionPlan extends Audience {
  /** Goes first, alone. */
  readonly testDeviceId: string | undefined;
  /** Goes second. */
  readonly stagedGroupId: string | undefined;
  /** ISO 8601: over how long delivering to everybody is spread. */
  readonly over: string;
  readonly leaving: LeavingRule;
  /** Where devices enrol; found by itself unless given. */
  readonly endpointId: string | undefined;
  /** What of the template this version changes; empty: the template as it is. */
  readonly change: TemplateChange;
}

/** One version: a draft, or what was published. */
export interface DistributionVersion {
  /** From 1. */
  readonly number: number;
  readonly plan: DistributionPlan;
  readonly by: string;
  readonly at: Date;
}

/** A version that has not reached everybody yet. */
export interface TrialVersion extends DistributionVersion {
  readonly stage: "test" | "group";
  readonly stageAt: Date;
}

/**
 * How one template is distributed. `serving` is what everybody has; `trial` is a later version on its way, which only its test device and
 * staged group have; `draft` is saved and delivers nothing.
 */
export interface Distribution {
  /** Of the template. */
  readonly id: string;
  readonly draft: DistributionVersion | undefined;
  readonly trial: TrialVersion | undefined;
  readonly serving: DistributionVersion | undefined;
  /** The rule of what was withdrawn last, for its devices, where nothing serves. */
  readonly left?: LeavingRule | undefined;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The number of the next draft: one over all that was published or is on its way. */
export const nextNumber = ({ trial, serving }: Pick<Distribution, "trial" | "serving">): number =>
  Math.max(trial?.number ?? 0, serving?.number ?? 0) + 1;

/** The stage a version begins with. */
export const firstStage = ({ testDeviceId, stagedGroupId }: DistributionPlan): Stage =>
  testDeviceId !== undefined ? "test" : stagedGroupId !== undefined ? "group" : "everybody";

/** The stage after one. */
export const nextStage = ({ stage, plan }: TrialVersion): Stage =>
  stage === "test" && plan.stagedGroupId !== undefined ? "group" : "everybody";

/** Whether a version changes what certificates say, so that who takes part gets a new one. */
export const changesTemplate = ({ plan }: DistributionVersion): boolean =>
  Object.keys(plan.change).length > 0;

/** Every group that any part of a distribution names. */
export const groupsNamed = ({ draft, trial, serving }: Distribution): ReadonlySet<string> =>
  new Set(
    [draft, trial, serving].flatMap((version) =>
      version === undefined ? [] : groupsOf(version.plan),
    ),
  );

/** Every group that a plan names. */
export const groupsOf = ({
  includes,
  excludes,
  stagedGroupId,
}: DistributionPlan): readonly string[] => [
  ...includes,
  ...excludes,
  ...(stagedGroupId === undefined ? [] : [stagedGroupId]),
];
