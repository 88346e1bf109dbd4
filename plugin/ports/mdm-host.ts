import type { Device, Platform } from "../domain/device.ts";
import type { HostEvent } from "../domain/host-event.ts";
import type { ListedGroup } from "../domain/host-group.ts";
import type { HeldCertificate } from "../domain/inventory.ts";
import type { TenantId } from "../domain/tenant.ts";

/** What a device installs; bytes with their type and a file name. */
export interface RenderedProfile {
  readonly platform: Platform;
  readonly contentType: string;
  readonly fileName: string;
  readonly body: Uint8Array;
}

/** A profile on offer. `render` mints the challenge, so call it when the device takes the command, at most once a delivery. */
export interface ProfileOffer {
  readonly deploymentId: string;
  /** Stable over renewals. */
  readonly profileId: string;
  render(): Promise<RenderedProfile>;
}

/** A call of `/hooks/<adapter>` as it came in. */
export interface HookRequest {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
  /** The adapter's secrets that are good now, the newest first. */
  readonly secrets: readonly string[];
  readonly now: Date;
}

/** A page of a host's answer; undefined `cursor`: that was all. */
export interface HostPage<T> {
  readonly items: readonly T[];
  readonly cursor: string | undefined;
}

/** The MDM server's side. Every command answers the host's command id. */
export interface MdmHost {
  readonly id: string;
  /**
   * Whether the host renders only when the device takes the command (foundations.md 28). After a restart, when the offer is gone, it asks
   * `hooks.profileTaken` with the deployment's id. One that cannot wait renders at once; the challenge then lives longer.
   */
  readonly lazyRender: boolean;
  publishProfile(device: Device, offer: ProfileOffer): Promise<string>;
  removeProfile(device: Device, profileId: string): Promise<string>;
  /** The host's view of a device now; undefined when it does not know it. */
  device?(
    hostDeviceId: string,
  ): Promise<
    { readonly platform: Platform; readonly attributes: Record<string, string> } | undefined
  >;
  /** All certificates the device holds; undefined when the device has to be asked and `deviceInventory` will report them. */
  inventory?(device: Device): Promise<readonly HeldCertificate[] | undefined>;
  /** Asks for a wipe. The device counts as wiped when the host reports `deviceWiped`, not before; a host that does not agree throws. */
  wipe?(device: Device, because: string): Promise<string>;
  /** The groups of one tenant, a page at a time; `cursor` is what the page before answered. Absent where groups are reported, or there are none. */
  groups?(tenant: TenantId, cursor: string | undefined): Promise<HostPage<ListedGroup>>;
  /**
   * Who is in a group, a page at a time: the host's ids of devices, or users by the name that devices carry as `username` or `email`. A throw leaves
   * the group as it was known.
   */
  groupMembers?(
    tenant: TenantId,
    groupId: string,
    cursor: string | undefined,
  ): Promise<HostPage<string>>;
  /** Whether user and device groups may stand beside each other across include and exclude. True unless given; an admin's word goes before it. */
  readonly mixedGroups?: boolean;
  /**
   * Reads a call in the host's own format and checks its signature. Throws `unauthenticated`, `invalid_input`. Without it `/hooks/<adapter>` takes
   * our own format.
   */
  parseHook?(request: HookRequest): Promise<readonly HostEvent[]>;
}
