import type { Device, Platform } from "../domain/device.ts";

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

/** The MDM server's side. Every call answers the host's command id. */
export interface MdmHost {
  readonly id: string;
  /** Whether the host renders only when the device takes the command (foundations.md 28). */
  readonly lazyRender: boolean;
  publishProfile(device: Device, offer: ProfileOffer): Promise<string>;
  removeProfile(device: Device, profileId: string): Promise<string>;
  /** The host's view of a device now; undefined when it does not know it. */
  device?(
    hostDeviceId: string,
  ): Promise<
    { readonly platform: Platform; readonly attributes: Record<string, string> } | undefined
  >;
}
