import type {
  Device,
  HeldCertificate,
  MdmHost,
  ProfileOffer,
  RenderedProfile,
} from "../../plugin/sdk.ts";
import type { AgentProfile } from "../../templates/profile/agent-json.ts";

/** An MDM server as they are: it keeps commands until the device comes for them. */
export interface LazyHost extends MdmHost {
  /** What waits for devices, oldest first, with the id of the command. */
  readonly offers: readonly {
    readonly device: Device;
    readonly offer: ProfileOffer;
    readonly id: string;
  }[];
  readonly removed: readonly string[];
  readonly wipes: readonly string[];
  /** Certificates on devices, by our device id; undefined: the device has to be asked. */
  readonly holds: Map<string, readonly HeldCertificate[]>;
  /** From now on every command fails like this; undefined ends it. */
  fail(message: string | undefined): void;
}

export const lazyHost = (id = "mdm"): LazyHost => {
  const offers: { device: Device; offer: ProfileOffer; id: string }[] = [];
  const removed: string[] = [];
  const wipes: string[] = [];
  const holds = new Map<string, readonly HeldCertificate[]>();
  let failure: string | undefined;
  let commands = 0;
  const command = (): string => {
    if (failure !== undefined) throw new Error(failure);
    commands += 1;
    return `${id}-${commands}`;
  };
  return {
    ...{ id, lazyRender: true, offers, removed, wipes, holds },
    fail: (message) => (failure = message),
    publishProfile: async (device, offer) => {
      const taken = command();
      offers.push({ device, offer, id: taken });
      return Promise.resolve(taken);
    },
    removeProfile: async (_device, profileId) => {
      const taken = command();
      removed.push(profileId);
      return Promise.resolve(taken);
    },
    inventory: (device) => Promise.resolve(holds.get(device.id)),
    wipe: async (device, because) => {
      const taken = command();
      wipes.push(`${device.id}: ${because}`);
      return Promise.resolve(taken);
    },
  };
};

/** The SCEP part of a profile for a device without a payload of its own. */
export const scepOf = (profile: RenderedProfile): AgentProfile["scep"] =>
  (JSON.parse(Buffer.from(profile.body).toString()) as AgentProfile).scep;

/** Looks again and again for six seconds. */
export const until = async (
  what: string,
  holds: () => Promise<boolean> | boolean,
): Promise<void> => {
  for (let i = 0; i < 120; i += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`never: ${what}`);
};
