import { inject } from "tsyringe";
import type { Certificate, RevocationReason } from "../../domain/certificate.ts";
import {
  type Device,
  type DeviceStatus,
  endedAs,
  endsAs,
  hasLeft,
  hostStatusOf,
  isBarred,
  isHeld,
  liveStatusOf,
  userNamesOf,
  withHostStatus,
} from "../../domain/device.ts";
import type { LedgerEvent } from "../../domain/events.ts";
import { HOST_CLOCK_AHEAD, type HostUser } from "../../domain/host-event.ts";
import type { Principal } from "../../domain/principal.ts";
import { DEFAULT_REVOCATION, type RevokingEvent } from "../../domain/revocation-rules.ts";
import { CountersignError } from "../../errors.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK } from "../../tokens.ts";
import { Access, found } from "../access/access.ts";
import { DeploymentSteps } from "../deployments/deployment-steps.ts";
import type { StatusChanges } from "../certificates/status-changes.ts";
import { StatusTransactions } from "../certificates/status-transactions.ts";

/** What an event did to a device's certificates; serials in hex. */
export interface DeviceRevocation {
  readonly deviceId: string;
  /** Revoked for good. */
  readonly revoked: readonly string[];
  readonly held: readonly string[];
  /** Revoked before, and not to be trusted since an earlier time than was known. */
  readonly predated: readonly string[];
  readonly challengesBurned: number;
}

/** What came back when a device was found, or its user let in again. */
export interface DeviceRelease {
  readonly deviceId: string;
  /** Serials, hex. */
  readonly released: readonly string[];
}

/** How a device is left by what ends it. */
const ENDS = {
  wiped: "device.wiped",
  unenrolled: "device.unenrolled",
  decommissioned: "device.decommissioned",
  compromised: "device.compromised",
} as const satisfies Partial<Record<DeviceStatus, LedgerEvent>>;
export type EndedStatus = keyof typeof ENDS;

/** By which of a template's rules: whom an admin decommissions leaves as one that its host gives up. */
const ruleOf = (status: EndedStatus): RevokingEvent =>
  status === "decommissioned" ? "unenrolled" : status;

/** Revocation and suspension in the transaction of the event that causes it (L-08); what each event does is the template's rule. */
export class Revocations {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(StatusTransactions) private readonly statuses: StatusTransactions,
    @inject(DeploymentSteps) private readonly steps: DeploymentSteps,
  ) {}

  /**
   * One transaction: the device's status, every certificate that is not revoked yet revoked (also one whose signature is in flight), open challenges
   * burned, deployments removed, profiles called back. Twice is the same as once, but for a compromise that is told to have happened earlier: what is revoked
   * already is not to be trusted since then. `told`: when it happened, for the CRL's invalidityDate; now where the host's clock is a little ahead. Throws `invalid_input` for one that lies in the future.
   */
  async endDevice(
    principal: Principal,
    store: TenantStore,
    deviceId: string,
    status: EndedStatus,
    told?: Date,
  ): Promise<DeviceRevocation> {
    const since = this.since(told);
    return this.statuses.run(store, principal, status, async (tx, changes) => {
      const now = this.clock.now();
      const device = found(await tx.devices.get(deviceId), "device", deviceId);
      if (endsAs(device, status))
        await tx.devices.save({ ...endedAs(device, status), updatedAt: now });
      const done = await this.apply(tx, changes, device, ruleOf(status), { since });
      for (const deployment of (await tx.deployments.list({ deviceId }, { limit: 500 })).items)
        await this.steps.apply(tx, principal, deployment, { kind: "remove" }, { because: status });
      const result = { ...done, challengesBurned: await this.burn(principal, tx, deviceId) };
      await tx.ledger.append(
        this.access.entry(principal, ENDS[status], deviceId, {
          revoked: result.revoked.length,
          ...(since === undefined ? {} : { since, predated: result.predated.length }),
        }),
      );
      return result;
    });
  }

  /**
   * The ending came late, and something newer is known of the device: only what was issued before `at` ends. `told` as in `endDevice`; a
   * compromise that does not say it happened at `at`.
   */
  async endBefore(
    principal: Principal,
    store: TenantStore,
    deviceId: string,
    at: Date,
    status: EndedStatus,
    told: Date | undefined = status === "compromised" ? at : undefined,
  ): Promise<DeviceRevocation> {
    const since = this.since(told);
    return this.statuses.run(store, principal, status, async (tx, changes) => {
      const device = found(await tx.devices.get(deviceId), "device", deviceId);
      const done = await this.apply(tx, changes, device, ruleOf(status), { since, before: at });
      return { ...done, challengesBurned: 0 };
    });
  }

  /** The device gets nothing until it is found; its certificates are suspended. Nothing happens to one that has left, or whose keys are known to others. */
  async loseDevice(
    principal: Principal,
    store: TenantStore,
    deviceId: string,
  ): Promise<DeviceRevocation> {
    return this.statuses.run(store, principal, "lost", async (tx, changes) => {
      const device = found(await tx.devices.get(deviceId), "device", deviceId);
      const status = hostStatusOf(device);
      if (hasLeft({ status }) || status === "compromised")
        return { deviceId, revoked: [], held: [], predated: [], challengesBurned: 0 };
      if (status !== "lost")
        await tx.devices.save({
          ...withHostStatus(device, "lost"),
          updatedAt: this.clock.now(),
        });
      const done = await this.apply(tx, changes, device, "lost");
      const result = { ...done, challengesBurned: await this.burn(principal, tx, deviceId) };
      await tx.ledger.append(
        this.access.entry(principal, "device.lost", deviceId, {
          revoked: result.revoked.length,
          held: result.held.length,
        }),
      );
      return result;
    });
  }

  /** What was suspended because the device was lost comes back; a compromised one may be issued to again. Nothing happens to any other. */
  async findDevice(
    principal: Principal,
    store: TenantStore,
    deviceId: string,
  ): Promise<DeviceRelease> {
    return this.statuses.run(store, principal, "found", async (tx, changes) => {
      const device = found(await tx.devices.get(deviceId), "device", deviceId);
      const barred = isBarred(device);
      if (!barred && !isHeld(device)) return { deviceId, released: [] };
      if (barred)
        await tx.devices.save({
          ...withHostStatus(device, liveStatusOf(device)),
          updatedAt: this.clock.now(),
        });
      if (barred && !isHeld(device)) await this.sendAgain(tx, principal, deviceId);
      const released = await this.release(tx, changes, deviceId, "lost");
      await tx.ledger.append(
        this.access.entry(principal, "device.found", deviceId, { released: released.length }),
      );
      return { deviceId, released };
    });
  }

  /**
   * One transaction: his devices get nothing until he is let in again, also those that come to him later, and what they hold is dealt with by the
   * rule for a disabled user.
   */
  async disableUser(
    principal: Principal,
    store: TenantStore,
    { hostId, user }: HostUser,
    deviceIds: readonly string[],
  ): Promise<readonly DeviceRevocation[]> {
    return this.statuses.run(store, principal, "userDisabled", async (tx, changes) => {
      const now = this.clock.now();
      const results: DeviceRevocation[] = [];
      if (await tx.disabledUsers.add(hostId, user, now))
        await tx.ledger.append(
          this.access.entry(principal, "user.disabled", undefined, { host: hostId, user }),
        );
      for (const deviceId of deviceIds) {
        const device = found(await tx.devices.get(deviceId), "device", deviceId);
        if (device.userDisabledAt === undefined) {
          await tx.devices.save({ ...device, userDisabledAt: now, updatedAt: now });
          await tx.ledger.append(this.access.entry(principal, "device.user-disabled", deviceId));
        }
        const done = await this.apply(tx, changes, device, "userDisabled");
        results.push({ ...done, challengesBurned: await this.burn(principal, tx, deviceId) });
      }
      return results;
    });
  }

  /** One transaction: what was suspended because the user was disabled comes back, and what could not be sent meanwhile is sent. */
  async enableUser(
    principal: Principal,
    store: TenantStore,
    { hostId, user }: HostUser,
    deviceIds: readonly string[],
  ): Promise<readonly DeviceRelease[]> {
    return this.statuses.run(store, principal, "userEnabled", async (tx, changes) => {
      const devices = await tx.devices.byIds(deviceIds);
      // He may have been disabled by his name and let in again by his address.
      const names = [user, ...devices.flatMap(userNamesOf)];
      if (await tx.disabledUsers.remove(hostId, names))
        await tx.ledger.append(
          this.access.entry(principal, "user.enabled", undefined, { host: hostId, user, names }),
        );
      const results: DeviceRelease[] = [];
      for (const device of devices) {
        const { id: deviceId, userDisabledAt } = device;
        if (userDisabledAt !== undefined) {
          const enabled = { ...device, userDisabledAt: undefined, updatedAt: this.clock.now() };
          await tx.devices.save(enabled);
          await tx.ledger.append(this.access.entry(principal, "device.user-enabled", deviceId));
          await this.sendAgain(tx, principal, deviceId);
        }
        const released = await this.release(tx, changes, deviceId, "userDisabled");
        results.push({ deviceId, released });
      }
      return results;
    });
  }

  private since(told: Date | undefined): Date | undefined {
    const now = this.clock.now();
    if (told === undefined || told <= now) return told;
    if (told.getTime() <= now.getTime() + HOST_CLOCK_AHEAD) return now;
    const message = "lies in the future: compare the clocks";
    throw new CountersignError("invalid_input", `since: ${message}`, {
      issues: [{ path: "since", message }],
    });
  }

  /** The profiles that could not be made for a device that was barred. */
  private async sendAgain(tx: TenantStore, principal: Principal, deviceId: string): Promise<void> {
    const failed = { deviceId, state: "failed" } as const;
    for (const deployment of (await tx.deployments.list(failed, { limit: 500 })).items)
      if (deployment.reason === "publish-failed")
        await this.steps.apply(tx, principal, deployment, {
          kind: "assign",
          endpointId: deployment.endpointId,
        });
  }

  private async apply(
    tx: TenantStore,
    changes: StatusChanges,
    { id: deviceId }: Device,
    event: RevokingEvent,
    { since, before }: { readonly since?: Date | undefined; readonly before?: Date } = {},
  ): Promise<Omit<DeviceRevocation, "challengesBurned">> {
    const revoked: string[] = [];
    const held: string[] = [];
    const predated: string[] = [];
    const later = ({ issuedAt, createdAt }: Certificate): boolean =>
      before !== undefined && (issuedAt ?? createdAt) >= before;
    if (since !== undefined)
      for (const certificate of await endedOf(tx, deviceId)) {
        const rule = await ruleFor(tx, certificate, event);
        if (later(certificate) || rule === "keep" || certificate.notAfter <= since) continue;
        if (await changes.predate(certificate, rule, since)) predated.push(certificate.serial);
      }
    for (const certificate of await tx.certificates.liveOfDevice(deviceId, this.clock.now())) {
      if (later(certificate)) continue;
      const rule = await ruleFor(tx, certificate, event);
      if (rule === "keep") continue;
      if (rule === "certificateHold") {
        const cause = event === "userDisabled" ? "userDisabled" : "lost";
        if (await changes.hold(certificate, cause, undefined)) held.push(certificate.serial);
      } else if (await changes.revoke(certificate, rule, since)) revoked.push(certificate.serial);
    }
    return { deviceId, revoked, held, predated };
  }

  private async release(
    tx: TenantStore,
    changes: StatusChanges,
    deviceId: string,
    cause: "lost" | "userDisabled",
  ): Promise<readonly string[]> {
    const released: string[] = [];
    for (const certificate of await tx.certificates.liveOfDevice(deviceId, this.clock.now()))
      if (
        certificate.hold?.causes.includes(cause) === true &&
        (await changes.release(certificate, cause))
      )
        released.push(certificate.serial);
    return released;
  }

  private async burn(principal: Principal, tx: TenantStore, deviceId: string): Promise<number> {
    const burned = await tx.challenges.burnOfDevice(deviceId);
    if (burned.length > 0)
      await tx.ledger.append(
        this.access.entry(principal, "challenge.burned", deviceId, { challenges: burned }),
      );
    return burned.length;
  }
}

/** All of a device that is revoked for good; what is on hold is live. */
const endedOf = async (tx: TenantStore, deviceId: string): Promise<readonly Certificate[]> => {
  const ended: Certificate[] = [];
  let cursor: string | undefined;
  do {
    const page = await tx.certificates.list(
      { deviceId, status: "revoked" },
      { limit: 500, cursor },
    );
    ended.push(...page.items.filter(({ hold }) => hold === undefined));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return ended;
};

const ruleFor = async (
  tx: TenantStore,
  { templateId }: Certificate,
  event: RevokingEvent,
): Promise<RevocationReason | "keep"> => {
  const template = templateId === undefined ? undefined : await tx.templates.get(templateId);
  return template?.revocation?.[event] ?? DEFAULT_REVOCATION[event];
};
