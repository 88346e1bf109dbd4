import { type Principal, systemPrincipal } from "./domain/principal.ts";
import { DEFAULT_TENANT, type TenantId } from "./domain/tenant.ts";
import type { HostEvents } from "./services/host-events.ts";
import type { Tenants } from "./services/tenants.ts";

/** The events an MDM server reports; the same names stand in the manifest and at `/api/v1/hooks`. */
export const HOOKS = [
  "deviceEnrolled",
  "deviceWiped",
  "deviceUnenrolled",
  "deviceLost",
  "deviceFound",
  "deviceCompromised",
  "userDisabled",
  "userEnabled",
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

/** What the hooks work with. */
export interface HookServices {
  readonly events: HostEvents;
  readonly tenants: Pick<Tenants, "require">;
}

/**
 * Hooks act as a system principal with just the right to report (foundations.md 35); a tenant that does not exist is `not_found`. `services`
 * throws `not_running` before start.
 */
export const createHooks = (services: () => HookServices): Hooks => {
  const act = async (tenant: TenantId = DEFAULT_TENANT): Promise<Principal> => {
    await services().tenants.require(tenant);
    return systemPrincipal("hooks", tenant, ["host-events:report"]);
  };
  const events = (): HostEvents => services().events;
  return {
    deviceEnrolled: async ({ tenant, ...event }) =>
      events().deviceEnrolled(await act(tenant), event),
    deviceWiped: async ({ tenant, ...event }) => events().deviceWiped(await act(tenant), event),
    deviceUnenrolled: async ({ tenant, ...event }) =>
      events().deviceUnenrolled(await act(tenant), event),
    deviceLost: async ({ tenant, ...event }) => events().deviceLost(await act(tenant), event),
    deviceFound: async ({ tenant, ...event }) => events().deviceFound(await act(tenant), event),
    deviceCompromised: async ({ tenant, ...event }) =>
      events().deviceCompromised(await act(tenant), event),
    userDisabled: async ({ tenant, ...event }) => events().userDisabled(await act(tenant), event),
    userEnabled: async ({ tenant, ...event }) => events().userEnabled(await act(tenant), event),
    templateAssigned: async ({ tenant, ...event }) =>
      events().templateAssigned(await act(tenant), event),
    templateRemoved: async ({ tenant, ...event }) =>
      events().templateRemoved(await act(tenant), event),
  };
};
