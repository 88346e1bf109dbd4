import { systemPrincipal } from "./domain/principal.ts";
import { DEFAULT_TENANT, type TenantId } from "./domain/tenant.ts";
import type { HostEvents } from "./services/host-events.ts";

/** The events an MDM server reports; the same names stand in the manifest and at `/api/v1/hooks`. */
export const HOOKS = [
  "deviceEnrolled",
  "deviceWiped",
  "deviceUnenrolled",
  "templateAssigned",
  "templateRemoved",
] as const;
export type HookName = (typeof HOOKS)[number];

/** One event: whose tenant (default `default`), and what `HostEvents` takes. */
export type HookEvent<Name extends HookName> = Parameters<HostEvents[Name]>[1] & {
  readonly tenant?: TenantId;
};

/** What a host calls when something happens to a device. Each event may be reported twice. */
export type Hooks = {
  readonly [Name in HookName]: (event: HookEvent<Name>) => ReturnType<HostEvents[Name]>;
};

/** Hooks act as a system principal with just the right to report (foundations.md 35). `events` throws `not_running` before start. */
export const createHooks = (events: () => HostEvents): Hooks => {
  const act = (tenant: TenantId = DEFAULT_TENANT) =>
    systemPrincipal("hooks", tenant, ["host-events:report"]);
  return {
    deviceEnrolled: async ({ tenant, ...event }) => events().deviceEnrolled(act(tenant), event),
    deviceWiped: async ({ tenant, ...event }) => events().deviceWiped(act(tenant), event),
    deviceUnenrolled: async ({ tenant, ...event }) => events().deviceUnenrolled(act(tenant), event),
    templateAssigned: async ({ tenant, ...event }) => events().templateAssigned(act(tenant), event),
    templateRemoved: async ({ tenant, ...event }) => events().templateRemoved(act(tenant), event),
  };
};
