import type { DeploymentState } from "./deployment.ts";
import { hasLeft, type DeviceStatus } from "./device.ts";

/** A device that a distribution has taken up. */
export interface DistributionTarget {
  readonly templateId: string;
  readonly deviceId: string;
  /** `waiting` for its time; `sent`: its profile was handed to the host; `failed`: it lacks something, and is tried again at `dueAt`. */
  readonly state: "waiting" | "sent" | "failed";
  readonly dueAt: Date | undefined;
  /** The version on trial that it takes part in. */
  readonly trial: number | undefined;
  /** Its profile is to be sent again although it has one. */
  readonly again: boolean;
  /** Why it failed; never a secret. */
  readonly failure: string | undefined;
  readonly updatedAt: Date;
}

/** A device as a walk finds it. */
export interface ScannedDevice {
  readonly deviceId: string;
  readonly status: DeviceStatus;
  /** Whether the version that serves means it. */
  readonly serving: boolean;
  /** Whether it takes part in the version on trial. */
  readonly trial: boolean;
  readonly target: Pick<DistributionTarget, "state" | "trial" | "again"> | undefined;
  /** Undefined: it has no live deployment of the template. */
  readonly deployment: DeploymentState | undefined;
}

/** What a walk goes by. */
export interface StepTerms {
  /** The version on trial. */
  readonly trial: { readonly number: number; readonly again: boolean } | undefined;
  /** Who took part in the trial before gets its profile again: what it has is of a version that was withdrawn. */
  readonly revert: boolean;
  /** What it lacked may be there now. */
  readonly retry: boolean;
  /** Who was sent a profile and has none any more gets it again: it has been away. */
  readonly back: boolean;
}

/** `send`: at its time in the spread, or at once for a trial. `forget`: there is nothing to take back. */
export type DistributionStep =
  | {
      readonly kind: "send";
      readonly trial: number | undefined;
      readonly again: boolean;
      readonly at: "once" | "spread";
    }
  | { readonly kind: "keep"; readonly trial: number | undefined }
  | { readonly kind: "leave" }
  | { readonly kind: "forget" };

/** What is to be done with one device; undefined: nothing. Pure. */
export const stepFor = (device: ScannedDevice, terms: StepTerms): DistributionStep | undefined => {
  const { target, deployment } = device;
  if (device.status !== "enrolled" && device.status !== "unmanaged")
    return target !== undefined && hasLeft(device) ? { kind: "forget" } : undefined;
  const wanted = device.serving || device.trial;
  if (!wanted)
    return target === undefined
      ? undefined
      : { kind: target.state === "sent" || deployment !== undefined ? "leave" : "forget" };
  const trial = device.trial ? terms.trial?.number : undefined;
  const rekeys = trial !== undefined && terms.trial?.again === true;
  const has = deployment !== undefined;
  if (target === undefined)
    return has && !rekeys
      ? { kind: "keep", trial }
      : { kind: "send", trial, again: has, at: trial === undefined ? "spread" : "once" };
  if (target.trial === trial && terms.retry && target.state === "failed")
    return { kind: "send", trial, again: target.again, at: "once" };
  if (target.trial === trial)
    return terms.back && target.state === "sent" && !has
      ? { kind: "send", trial, again: false, at: "once" }
      : undefined;
  if ((rekeys || terms.revert) && (has || target.state !== "sent"))
    return { kind: "send", trial, again: has, at: "once" };
  // Its turn in a trial has come, or the trial has become what serves.
  return target.state === "sent"
    ? { kind: "keep", trial }
    : { kind: "send", trial, again: target.again, at: "once" };
};
