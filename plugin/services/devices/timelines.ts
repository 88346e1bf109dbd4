import { inject } from "tsyringe";
import type { Certificate } from "../../domain/certificate.ts";
import type { Deployment } from "../../domain/deployment.ts";
import { nextStepOf } from "../../domain/deployment-states.ts";
import type { Device } from "../../domain/device.ts";
import type { Principal } from "../../domain/principal.ts";
import type { TenantStore } from "../../ports/stores.ts";
import type { Clock } from "../../ports/ambient.ts";
import { CLOCK } from "../../tokens.ts";
import { Access, found } from "../access/access.ts";
import { intuneRenewals } from "./intune-renewals.ts";
import {
  ofChallenge,
  ofHostEvent,
  ofLedger,
  type TimelineEntry,
  toRevokeOutside,
} from "./timeline-entries.ts";

/** Where one template stands on the device. */
export interface TimelineDeployment extends Pick<
  Deployment,
  "id" | "templateId" | "state" | "since" | "nextActionAt" | "reason" | "failure" | "attempts"
> {
  readonly nextStep: string;
}

/** All that is known of how a device came to its certificates, or why it did not. */
export interface Timeline {
  readonly device: Pick<Device, "id" | "hostId" | "hostDeviceId" | "platform" | "status">;
  readonly deployments: readonly TimelineDeployment[];
  /** Newest first. */
  readonly entries: readonly TimelineEntry[];
  /** There is more than was asked for. */
  readonly more: boolean;
}

/** Rows of one kind that are looked at; the newest. */
const MOST = 500;

/** Joins what hosts reported, commands, challenges, SCEP requests, verdicts and certificates of one device (issue T5: a failure explains itself). */
export class Timelines {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** `limit`: 1 to 500 entries. Throws `not_found`. */
  async of(principal: Principal, deviceId: string, limit: number): Promise<Timeline> {
    const store = this.access.open(principal, "devices:read");
    const device = found(await store.devices.get(deviceId), "device", deviceId);
    const all = { limit: MOST };
    const deployments = (await store.deployments.list({ deviceId }, all)).items;
    const certificates = (await store.certificates.list({ deviceId }, all)).items;
    const approvals = (await store.pending.list({ deviceId }, all)).items;
    const subjectIds = [device, ...deployments, ...certificates, ...approvals].map(({ id }) => id);
    const ledger = await store.ledger.list({ subjectIds }, { limit });
    const events = await store.hostEvents.ofDevice(deviceId, { limit });
    const challenges = await store.challenges.ofDevice(deviceId, limit);
    const entries = [
      ...ledger.items.flatMap((row) => ofLedger(row) ?? []),
      ...events.items.map(ofHostEvent),
      ...challenges.map(ofChallenge),
      ...(await outsideWork(store, certificates)),
      ...intuneRenewals({
        ...{ device, certificates, deployments },
        ...{ templates: await store.templates.list(), now: this.clock.now() },
      }),
    ].sort((a, b) => b.at.getTime() - a.at.getTime());
    const { id, hostId, hostDeviceId, platform, status } = device;
    return {
      device: { id, hostId, hostDeviceId, platform, status },
      deployments: deployments.map(standing),
      entries: entries.slice(0, limit),
      more:
        entries.length > limit ||
        [ledger.cursor, events.cursor].some((cursor) => cursor !== undefined) ||
        challenges.length === limit,
    };
  }
}

const standing = (deployment: Deployment): TimelineDeployment => ({
  id: deployment.id,
  templateId: deployment.templateId,
  state: deployment.state,
  since: deployment.since,
  nextActionAt: deployment.nextActionAt,
  reason: deployment.reason,
  failure: deployment.failure,
  attempts: deployment.attempts,
  nextStep: nextStepOf(deployment),
});

const outsideWork = async (
  store: TenantStore,
  certificates: readonly Certificate[],
): Promise<readonly TimelineEntry[]> => {
  const authorities = new Map((await store.authorities.list()).map((one) => [one.id, one]));
  return certificates.flatMap((certificate) => {
    const authority = authorities.get(certificate.authorityId);
    return (authority && toRevokeOutside(certificate, authority)) ?? [];
  });
};
