import type { Platform } from "./device.ts";
import type { GroupKind } from "./host-group.ts";
import type { HeldCertificate } from "./inventory.ts";

/** Every kind of event that an MDM server reports; `HostEvents` has a method of each name. */
export const HOST_EVENT_KINDS = [
  "deviceEnrolled",
  "deviceWiped",
  "deviceUnenrolled",
  "deviceLost",
  "deviceFound",
  "deviceCompromised",
  "userDisabled",
  "userEnabled",
  "deviceInventory",
  "commandDelivered",
  "commandAcknowledged",
  "commandFailed",
  "templateAssigned",
  "templateRemoved",
  "deviceGroups",
  "groupChanged",
] as const;
export type HostEventKind = (typeof HOST_EVENT_KINDS)[number];

/** How far a host's clock may be ahead of ours, in milliseconds. */
export const HOST_CLOCK_AHEAD = 5 * 60_000;

/** What every event may say of itself. */
export interface EventMark {
  readonly hostId: string;
  /** The host's id of the event: the same one again changes nothing. 1 to 200 characters. */
  readonly eventId?: string | undefined;
  /** When it happened; now unless given. */
  readonly at?: Date | undefined;
}

/** Which device a host speaks of. */
export interface HostDevice extends EventMark {
  /** The host's own id of it. */
  readonly deviceId: string;
}
export interface EnrolledDevice extends HostDevice {
  readonly platform: Platform;
  readonly attributes: Readonly<Record<string, string>>;
  /** All device groups it is in, by the host's own ids; undefined: not said. */
  readonly groups?: readonly string[] | undefined;
}
/** All device groups a device is in now. */
export interface DeviceGroups extends HostDevice {
  readonly groups: readonly string[];
}
/** A group of the host: its name, who came and who left. */
export interface ChangedGroup extends EventMark {
  readonly groupId: string;
  readonly name?: string | undefined;
  /** `device` unless given or known. */
  readonly groupKind?: GroupKind | undefined;
  readonly added?: readonly string[] | undefined;
  readonly removed?: readonly string[] | undefined;
  /** It is no more: nobody is in it. */
  readonly deleted?: boolean | undefined;
}
export interface CompromisedDevice extends HostDevice {
  /** Since when its keys may be in other hands; the time of the event unless given. */
  readonly since?: Date | undefined;
}
/** All devices of a person: those of the host whose `username` or `email` it is. */
export interface HostUser extends EventMark {
  readonly user: string;
}
export interface TemplateEvent extends HostDevice {
  readonly templateId: string;
  readonly endpointId?: string | undefined;
}
export interface InventoryEvent extends HostDevice {
  readonly certificates: readonly HeldCertificate[];
  /** Whether that is all the device holds; only then is something missing. True unless given. */
  readonly complete?: boolean | undefined;
}
/** About a profile that the host was given: by the deployment's id. */
export interface CommandEvent extends HostDevice {
  readonly deploymentId: string;
  /** The host's id of the command; one that is not the last is over. */
  readonly commandId?: string | undefined;
}
export interface FailedCommand extends CommandEvent {
  /** The host's or the device's own words. */
  readonly error: string;
}

/** What each kind of event says. */
export interface HostEventBodies {
  readonly deviceEnrolled: EnrolledDevice;
  readonly deviceWiped: HostDevice;
  readonly deviceUnenrolled: HostDevice;
  readonly deviceLost: HostDevice;
  readonly deviceFound: HostDevice;
  readonly deviceCompromised: CompromisedDevice;
  readonly userDisabled: HostUser;
  readonly userEnabled: HostUser;
  readonly deviceInventory: InventoryEvent;
  readonly commandDelivered: CommandEvent;
  readonly commandAcknowledged: CommandEvent;
  readonly commandFailed: FailedCommand;
  readonly templateAssigned: TemplateEvent;
  readonly templateRemoved: TemplateEvent;
  readonly deviceGroups: DeviceGroups;
  readonly groupChanged: ChangedGroup;
}

/** An event of one kind. */
export type HostEventOf<Kind extends HostEventKind> = {
  readonly kind: Kind;
} & HostEventBodies[Kind];

/** One event of any kind, as hook adapters hand it in. */
export type HostEvent = { readonly [Kind in HostEventKind]: HostEventOf<Kind> }[HostEventKind];

/** `stale`: older than what is known, so that (some of) it no longer counts. */
export type HostEventOutcome = "done" | "stale" | "refused";

/** What is kept of an event, for idempotence and for the timeline; no secret and no attribute of a person. */
export interface HostEventRecord {
  readonly hostId: string;
  readonly eventId: string;
  readonly kind: HostEventKind;
  /** The host's id; undefined where the event names no device. */
  readonly hostDeviceId: string | undefined;
  /** Ours; undefined while it is unknown. */
  readonly deviceId: string | undefined;
  readonly at: Date;
  readonly receivedAt: Date;
  /** Undefined while it is being worked on. */
  readonly outcome: HostEventOutcome | undefined;
  /** Error code of a refused one. */
  readonly code: string | undefined;
  readonly detail: string | undefined;
  /** What it was answered, for whoever sends it again. */
  readonly result: unknown;
}
