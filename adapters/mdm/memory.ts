import type { Device, MdmHost, RenderedProfile } from "../../plugin/sdk.ts";

/** What a device was sent. */
export interface Delivery {
  readonly commandId: string;
  readonly deviceId: string;
  readonly profileId: string;
  readonly profile: RenderedProfile;
}

/** An MDM host in memory, for the demo and for tests: it takes every command at once and forgets everything at its end. */
export interface MemoryHost extends MdmHost {
  /** Profiles on devices now, newest last. */
  readonly deliveries: readonly Delivery[];
}

export const memoryHost = (id = "demo"): MemoryHost => {
  const deliveries: Delivery[] = [];
  let commands = 0;
  const next = (): string => `${id}-${++commands}`;
  return {
    id,
    lazyRender: false,
    deliveries,
    async publishProfile(device: Device, offer) {
      const profile = await offer.render();
      const commandId = next();
      deliveries.push({ commandId, deviceId: device.id, profileId: offer.profileId, profile });
      return commandId;
    },
    removeProfile(device, profileId) {
      const at = deliveries.findIndex(
        (delivery) => delivery.deviceId === device.id && delivery.profileId === profileId,
      );
      if (at !== -1) deliveries.splice(at, 1);
      return Promise.resolve(next());
    },
  };
};
