import type { HostEventBodies, HostEventKind } from "./domain/host-event.ts";
import { HOST_EVENT_KINDS } from "./domain/host-event.ts";
import { type Principal, systemPrincipal } from "./domain/principal.ts";
import { DEFAULT_TENANT, type TenantId } from "./domain/tenant.ts";
import type { RenderedProfile } from "./ports/mdm-host.ts";
import type { Deployments } from "./services/deployments/deployments.ts";
import type { EventIntake, EventResult } from "./services/hosts/event-intake.ts";
import type { Tenants } from "./services/access/tenants.ts";

/** The events an MDM server reports; the same names stand in the manifest and at `/api/v1/hooks`. */
export const HOOKS = HOST_EVENT_KINDS;
export type HookName = HostEventKind;

/** One event: whose tenant (default `default`), and what its kind takes. */
export type HookEvent<Name extends HookName> = HostEventBodies[Name] & {
  readonly tenant?: TenantId;
};

/** A device takes the command of a profile. */
export interface ProfileTaken {
  readonly tenant?: TenantId;
  readonly deploymentId: string;
  /** Apple's profile is signed; not unless told so. */
  readonly sign?: boolean;
}

/** What a host calls when something happens to a device. Each event may be reported twice. */
export type Hooks = {
  readonly [Name in HookName]: (event: HookEvent<Name>) => Promise<EventResult<Name>>;
} & {
  /** The profile, rendered now with a fresh challenge: for a host that no longer has the offer it was made (foundations.md 28). */
  readonly profileTaken: (taken: ProfileTaken) => Promise<RenderedProfile>;
};

/** What the hooks work with. */
export interface HookServices {
  readonly intake: Pick<EventIntake, "report">;
  readonly deployments: Pick<Deployments, "profile">;
  readonly tenants: Pick<Tenants, "require">;
}

/**
 * Hooks act as a system principal with just the right to report (foundations.md 35); a tenant that does not exist is `not_found`. `services`
 * throws `not_running` before start.
 */
export const createHooks = (services: () => HookServices): Hooks => {
  const act = async (
    tenant: TenantId = DEFAULT_TENANT,
    right: "host-events:report" | "challenges:mint" = "host-events:report",
  ): Promise<Principal> => {
    await services().tenants.require(tenant);
    return systemPrincipal("hooks", tenant, [right]);
  };
  const report =
    (kind: HookName) =>
    async ({ tenant, ...event }: HookEvent<HookName>): Promise<unknown> =>
      services().intake.report(await act(tenant), { ...event, kind });
  return {
    ...(Object.fromEntries(HOOKS.map((kind) => [kind, report(kind)])) as unknown as Hooks),
    profileTaken: async ({ tenant, deploymentId, sign }) =>
      services().deployments.profile(await act(tenant, "challenges:mint"), deploymentId, { sign }),
  };
};
