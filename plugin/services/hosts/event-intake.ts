import { inject } from "tsyringe";
import type { Device } from "../../domain/device.ts";
import type { EventMark, HostEventKind, HostEventOf } from "../../domain/host-event.ts";
import type { Principal } from "../../domain/principal.ts";
import { CountersignError } from "../../errors.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { Access, found } from "../access/access.ts";
import { type CommandResult, DeploymentCommands } from "../deployments/deployment-commands.ts";
import { EventLog, type Settled } from "../deployments/event-log.ts";
import { GroupEvents } from "../distribution/group-events.ts";
import { HostEvents } from "./host-events.ts";
import { Inventories, type ReportResult } from "./inventories.ts";
import { type EndedStatus, Revocations } from "../revocation/revocations.ts";

/** One event with what is known of its device before it. */
interface Report<Kind extends HostEventKind> {
  readonly principal: Principal;
  readonly store: TenantStore;
  readonly event: HostEventOf<Kind>;
  readonly device: Device | undefined;
  /** When it happened, by our clock at the latest now. */
  readonly at: Date;
}

/** What each kind of event is answered with. */
export type EventResult<Kind extends HostEventKind> = Kind extends keyof HostEvents
  ? Awaited<ReturnType<HostEvents[Kind]>>
  : Kind extends "deviceInventory"
    ? ReportResult
    : Kind extends keyof GroupEvents
      ? Awaited<ReturnType<GroupEvents[Kind]>>
      : CommandResult;

/** What is done with each kind of event. */
type Handlers = {
  readonly [Kind in HostEventKind]: (report: Report<Kind>) => Promise<EventResult<Kind>>;
};

/** Kinds that give a device its status, in the order they happened and not in the order they came. */
const STATUS_KINDS = new Set<HostEventKind>([
  "deviceEnrolled",
  "deviceWiped",
  "deviceUnenrolled",
  "deviceLost",
  "deviceFound",
  "deviceCompromised",
]);
/** After these the keys of before are gone or in other hands, whatever came later. */
const ENDINGS = {
  deviceWiped: "wiped",
  deviceUnenrolled: "unenrolled",
  deviceCompromised: "compromised",
} as const satisfies Partial<Record<HostEventKind, EndedStatus>>;

/**
 * The one door for what MDM servers report: in-process hooks, the admin API and signed webhooks. Each event counts once; one that comes late does not
 * undo what happened after it.
 */
export class EventIntake {
  private readonly handlers: Handlers;

  constructor(
    @inject(Access) private readonly access: Access,
    @inject(EventLog) private readonly log: EventLog,
    @inject(HostEvents) events: HostEvents,
    @inject(Inventories) inventories: Inventories,
    @inject(DeploymentCommands) commands: DeploymentCommands,
    @inject(Revocations) private readonly revocations: Revocations,
    @inject(GroupEvents) groups: GroupEvents,
  ) {
    this.handlers = {
      deviceEnrolled: ({ principal, event }) => events.deviceEnrolled(principal, event),
      deviceWiped: ({ principal, event }) => events.deviceWiped(principal, event),
      deviceUnenrolled: ({ principal, event }) => events.deviceUnenrolled(principal, event),
      deviceLost: ({ principal, event }) => events.deviceLost(principal, event),
      deviceFound: ({ principal, event }) => events.deviceFound(principal, event),
      deviceCompromised: ({ principal, event, at }) =>
        events.deviceCompromised(principal, { ...event, since: event.since ?? at }),
      userDisabled: ({ principal, event }) => events.userDisabled(principal, event),
      userEnabled: ({ principal, event }) => events.userEnabled(principal, event),
      templateAssigned: ({ principal, event }) => events.templateAssigned(principal, event),
      templateRemoved: ({ principal, event }) => events.templateRemoved(principal, event),
      deviceGroups: ({ principal, store, event, device }) =>
        groups.deviceGroups(principal, store, known(device, event), event.groups),
      groupChanged: ({ principal, store, event }) => groups.groupChanged(principal, store, event),
      deviceInventory: ({ principal, store, event, device, at }) =>
        inventories.reportIn(principal, store, known(device, event), {
          ...{ certificates: event.certificates, at, complete: event.complete ?? true },
        }),
      commandDelivered: ({ principal, store, event, device }) =>
        commands.delivered(principal, store, known(device, event), event),
      commandAcknowledged: ({ principal, store, event, device }) =>
        commands.acknowledged(principal, store, known(device, event), event),
      commandFailed: ({ principal, store, event, device }) =>
        commands.failed(principal, store, known(device, event), event),
    };
  }

  /** Answers what the handler of its kind answers. Throws `not_found` for a device that the tenant does not have, and what `EventLog.once` throws. */
  async report<Kind extends HostEventKind>(
    principal: Principal,
    event: HostEventOf<Kind>,
  ): Promise<EventResult<Kind>> {
    const store = this.access.open(principal, "host-events:report");
    const naming: Naming = event;
    checkMark(naming);
    const device = await deviceOf(store, naming);
    const key = { ...event, hostDeviceId: naming.deviceId, deviceId: device?.id };
    return this.log.once(store, key, async (at): Promise<Settled<EventResult<Kind>>> => {
      const report: Report<Kind> = { principal, store, event, device, at };
      const gives = STATUS_KINDS.has(event.kind);
      if (gives && device !== undefined && at < device.statusAt)
        return (await this.late(report, device)) as Settled<EventResult<Kind>>;
      const result = await this.handlers[event.kind](report);
      const after = device ?? (await deviceOf(store, naming));
      if (gives && after !== undefined) await stamp(store, after.id, at);
      return { result, outcome: "done", deviceId: after?.id };
    });
  }

  /** Something newer is known: an end still ends what was there before it, everything else is over. */
  private async late<Kind extends HostEventKind>(
    { principal, store, event, at }: Report<Kind>,
    device: Device,
  ): Promise<Settled<unknown>> {
    const detail = `the device's status is of ${device.statusAt.toISOString()}`;
    const settled = { outcome: "stale", detail, deviceId: device.id } as const;
    if (event.kind === "deviceEnrolled") return { ...settled, result: device };
    const ended = ENDINGS[event.kind as keyof typeof ENDINGS] as EndedStatus | undefined;
    const result =
      ended === undefined
        ? {
            ...{ deviceId: device.id, revoked: [], held: [], predated: [] },
            ...{ released: [], challengesBurned: 0 },
          }
        : await this.revocations.endBefore(principal, store, device.id, at, ended, sinceOf(event));
    return { ...settled, result };
  }
}

/** When a compromise happened, which may be long before it was reported. */
const sinceOf = (
  event: HostEventOf<HostEventKind> & { readonly since?: Date | undefined },
): Date | undefined => event.since;

const known = (device: Device | undefined, { hostId, deviceId }: Named): Device =>
  found(device, `device of host ${hostId}`, deviceId);

interface Named {
  readonly hostId: string;
  readonly deviceId: string;
}

/** What an event may name. */
interface Naming extends EventMark {
  readonly deviceId?: string;
}

const deviceOf = async (
  store: TenantStore,
  { hostId, deviceId }: Naming,
): Promise<Device | undefined> =>
  deviceId === undefined ? undefined : store.devices.byHostId(hostId, deviceId);

const stamp = (store: TenantStore, id: string, at: Date): Promise<void> =>
  store.run(async (tx) => {
    const device = await tx.devices.get(id);
    if (device !== undefined && device.statusAt.getTime() !== at.getTime())
      await tx.devices.save({ ...device, statusAt: at });
  });

const checkMark = ({ hostId, eventId }: Naming): void => {
  const issues = [
    ...(hostId === "" || hostId.length > 100
      ? [{ path: "hostId", message: "1 to 100 characters" }]
      : []),
    ...(eventId === "" || (eventId ?? "").length > 200
      ? [{ path: "eventId", message: "1 to 200 characters" }]
      : []),
  ];
  if (issues.length > 0)
    throw new CountersignError("invalid_input", "the event cannot be taken", { issues });
};
