import { createHash } from "node:crypto";
import { inject } from "tsyringe";
import { type Device, INDEXED_ATTRIBUTES, isLive, UNMANAGED_HOST } from "../../domain/device.ts";
import { variablesOf } from "../../domain/device-variables.ts";
import { formatDn } from "../../domain/distinguished-name.ts";
import type { StaticPolicy } from "../../domain/endpoint.ts";
import { type Captures, sanMatcher, subjectMatcher } from "../../domain/subject-matcher.ts";
import type { Template } from "../../domain/template.ts";
import { CountersignError } from "../../errors.ts";
import type { Clock, Random } from "../../ports/ambient.ts";
import type { ChallengeContext, RequestedIdentity } from "../../ports/challenge-policy.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK, RANDOM } from "../../tokens.ts";
import { liveProblem, refuseUnlessLive } from "./refuse-unless-live.ts";

/** Finds out which device asks by the names of its request, where nothing else says so (foundations.md 5). */
export class RequestedDevice {
  constructor(
    @inject(CLOCK) private readonly clock: Clock,
    @inject(RANDOM) private readonly random: Random,
  ) {}

  /**
   * The one live device whose attributes are what the template's pattern captures; where none fits and the endpoint wants it so, an unmanaged one,
   * made if need be. Throws `claim_mismatch`, `device_gone`, `user_disabled`.
   */
  async find(
    context: Pick<ChallengeContext, "store" | "endpoint">,
    template: Template,
    request: RequestedIdentity,
    unknownDevice: StaticPolicy["unknownDevice"],
  ): Promise<Device> {
    const captures = capturesOf(template, request);
    if (captures === undefined) {
      throw new CountersignError(
        "claim_mismatch",
        `the request's names do not fit template ${template.id}`,
      );
    }
    const fitting = await matchDevices(context.store, captures);
    const live = fitting.filter(isLive);
    // One that was wiped must not come back as an unmanaged one; one that came back under a new host id has left the old one behind.
    if (live.length === 0 && fitting.length > 0) {
      const barred = fitting.find((device) => liveProblem(device)?.code === "user_disabled");
      if (barred !== undefined) refuseUnlessLive(barred);
      throw new CountersignError("device_gone", "the device with the request's names is gone");
    }
    const device =
      fitting.length === 0 && unknownDevice === "unmanaged"
        ? await this.unmanaged(context, request, captures)
        : live[0];
    if (device === undefined || live.length > 1)
      throw new CountersignError("claim_mismatch", "no single device fits the request's names");
    refuseUnlessLive(device);
    return device;
  }

  /** The same names at the same endpoint are the same unmanaged device. */
  private async unmanaged(
    { store, endpoint }: Pick<ChallengeContext, "store" | "endpoint">,
    request: RequestedIdentity,
    captures: Captures,
  ): Promise<Device> {
    const names = JSON.stringify([endpoint.id, formatDn(request.subject), request.sans]);
    const hostDeviceId = createHash("sha256").update(names).digest("hex").slice(0, 40);
    return store.run(async (tx) => {
      const existing = await tx.devices.byHostId(UNMANAGED_HOST, hostDeviceId);
      if (existing !== undefined) return existing;
      const now = this.clock.now();
      const device: Device = {
        id: this.random.uuid(),
        hostId: UNMANAGED_HOST,
        hostDeviceId,
        platform: "other",
        status: "unmanaged",
        statusAt: now,
        attributes: Object.fromEntries(captures),
        createdAt: now,
        updatedAt: now,
      };
      await tx.devices.save(device);
      await tx.ledger.append({
        event: "device.created",
        principal: `system:scep:${endpoint.id}`,
        at: now,
        subjectId: device.id,
        data: { unmanaged: true, subject: formatDn(request.subject) },
      });
      return device;
    });
  }
}

const capturesOf = (template: Template, request: RequestedIdentity): Captures | undefined => {
  const captures = subjectMatcher(template.subject)(request.subject);
  return captures && sanMatcher(template.sans)(request.sans, captures);
};

/** More candidates than this for one value are no single device anyway. */
const CANDIDATES = 20;

/** The devices of hosts whose attributes are what the pattern captured. */
const matchDevices = async (store: TenantStore, captures: Captures): Promise<readonly Device[]> => {
  const key = INDEXED_ATTRIBUTES.find((name) => captures.has(name));
  if (key === undefined) return [];
  const candidates = await store.devices.byAttribute(key, captures.get(key) ?? "", CANDIDATES);
  return candidates.filter(
    (device) =>
      device.hostId !== UNMANAGED_HOST &&
      [...captures].every(
        ([name, value]) => variablesOf(device)[name]?.toLowerCase() === value.toLowerCase(),
      ),
  );
};
