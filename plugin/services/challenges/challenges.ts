import { inject } from "tsyringe";
import { addDuration, parseDuration } from "../../domain/duration.ts";
import type { Endpoint } from "../../domain/endpoint.ts";
import type { Principal } from "../../domain/principal.ts";
import { CountersignError } from "../../errors.ts";
import type { Clock, Random } from "../../ports/ambient.ts";
import type {
  ChallengeContext,
  ChallengePolicy,
  Redemption,
  RequestedIdentity,
} from "../../ports/challenge-policy.ts";
import type { Settings } from "../../ports/settings.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK, RANDOM, SETTINGS } from "../../tokens.ts";
import { Access, found } from "../access/access.ts";
import { ChallengeAlarms, type ChallengeUse } from "./challenge-alarms.ts";
import { DynamicChallenges, dynamicScope } from "./dynamic-challenges.ts";
import { refuseLocked } from "./locks.ts";
import { SecretBox } from "../access/secret-box.ts";
import { StaticChallenges } from "./static-challenges.ts";
import { refuseUnlessLive } from "../devices/refuse-unless-live.ts";

export interface ChallengeRequest {
  readonly deviceId: string;
  readonly templateId: string;
  /** The first enabled endpoint with this template and a dynamic policy unless given. */
  readonly endpointId?: string | undefined;
  /** ISO 8601; the template's unless given. */
  readonly lifetime?: string | undefined;
}

/** A minted challenge; the secret is shown this once and kept nowhere. */
export interface MintedChallenge {
  readonly id: string;
  readonly secret: string;
  readonly expiresAt: Date;
  readonly endpointId: string;
  readonly scepUrl: string | undefined;
}

/** Mints dynamic challenges and redeems every kind at an endpoint. */
export class Challenges {
  private readonly policies: readonly ChallengePolicy[];

  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(RANDOM) private readonly random: Random,
    @inject(SETTINGS) private readonly settings: Settings,
    @inject(SecretBox) private readonly secrets: SecretBox,
    @inject(ChallengeAlarms) private readonly alarms: ChallengeAlarms,
    @inject(StaticChallenges) staticChallenges: StaticChallenges,
    @inject(DynamicChallenges) dynamicChallenges: DynamicChallenges,
  ) {
    this.policies = [staticChallenges, dynamicChallenges];
  }

  async mint(principal: Principal, request: ChallengeRequest): Promise<MintedChallenge> {
    return this.mintIn(principal, this.access.open(principal, "challenges:mint"), request);
  }

  /** For a profile that is being rendered. */
  async mintIn(
    principal: Principal,
    store: TenantStore,
    request: ChallengeRequest,
  ): Promise<MintedChallenge> {
    const template = found(
      await store.templates.get(request.templateId),
      "template",
      request.templateId,
    );
    if (template.delivery === "pkcs12")
      throw new CountersignError(
        "policy_refused",
        `template ${template.id} has its keys made here: there is nothing to ask for with a challenge`,
      );
    const device = found(await store.devices.get(request.deviceId), "device", request.deviceId);
    refuseUnlessLive(device);
    const deployment = await store.deployments.find(device.id, template.id);
    if (deployment !== undefined) refuseLocked(deployment);
    const endpoint = await endpointFor(store, template.id, request.endpointId);
    if (!endpoint.policies.some(({ kind }) => kind === "dynamic")) {
      throw new CountersignError(
        "policy_refused",
        `endpoint ${endpoint.id} takes no dynamic challenges`,
      );
    }
    const now = this.clock.now();
    const secret = Buffer.from(this.random.bytes(16)).toString("hex").toUpperCase();
    const challenge = {
      id: this.random.uuid(),
      endpointId: endpoint.id,
      templateId: template.id,
      deviceId: device.id,
      state: "open" as const,
      expiresAt: addDuration(now, parseDuration(request.lifetime ?? template.challengeLifetime)),
      certificateId: undefined,
      spentByKey: undefined,
      failures: 0,
      createdAt: now,
    };
    await store.run(async (tx) => {
      await tx.challenges.insert(challenge, this.secrets.mac(dynamicScope(endpoint.id), secret));
      await tx.ledger.append(
        this.access.entry(principal, "challenge.minted", challenge.id, {
          device: device.id,
          template: template.id,
          endpoint: endpoint.id,
          expiresAt: challenge.expiresAt.toISOString(),
        }),
      );
    });
    return {
      id: challenge.id,
      secret,
      expiresAt: challenge.expiresAt,
      endpointId: endpoint.id,
      scepUrl:
        this.settings.scepUrl === undefined ? undefined : `${this.settings.scepUrl}/${endpoint.id}`,
    };
  }

  /** Asks the endpoint's policies in order. Throws `challenge_refused`, `claim_mismatch`, `device_gone`, `user_disabled`. */
  async redeem(
    context: ChallengeContext,
    secret: string | undefined,
    request: RequestedIdentity,
  ): Promise<Redemption> {
    if (secret === undefined || secret === "")
      throw new CountersignError("challenge_refused", "no challenge");
    const kinds = new Set(context.endpoint.policies.map(({ kind }) => kind));
    for (const kind of kinds) {
      const redemption = await this.policies
        .find((policy) => policy.kind === kind)
        ?.redeem(context, secret, request);
      if (redemption !== undefined) return redemption;
    }
    throw new CountersignError("challenge_refused", "no policy knows it");
  }

  /** Does what a redeemed challenge is good for. When that is refused, it counts against a one-time challenge, which is locked at its limit (E-17). */
  async using<T>(
    { store, endpoint }: Pick<ChallengeContext, "store" | "endpoint">,
    { challengeId }: Redemption,
    asking: ChallengeUse,
    use: () => Promise<T>,
  ): Promise<T> {
    if (challengeId === undefined) return use();
    this.alarms.enter(challengeId, asking);
    try {
      return await use();
    } catch (error) {
      if (isRefusal(error)) {
        const beside = this.alarms.others(challengeId, asking);
        await store.challenges.countFailure(challengeId);
        if (error.code === "challenge_refused")
          await this.alarms.refused(store, endpoint.id, challengeId, asking, beside);
      }
      throw error;
    } finally {
      this.alarms.leave(challengeId, asking);
    }
  }
}

/** Not our own faults, and not the limits themselves. */
const isRefusal = (error: unknown): error is CountersignError =>
  error instanceof CountersignError && error.facts.http < 429;

/** Throws `not_found` unless an enabled endpoint offers the template. */
export const endpointFor = async (
  store: TenantStore,
  templateId: string,
  endpointId: string | undefined,
): Promise<Endpoint> => {
  const offering = (await store.endpoints.list()).filter(
    (endpoint) =>
      endpoint.enabled &&
      endpoint.templateIds.includes(templateId) &&
      (endpointId === undefined || endpoint.id === endpointId),
  );
  const endpoint =
    offering.find(({ policies }) => policies.some(({ kind }) => kind === "dynamic")) ?? offering[0];
  return found(endpoint, "enabled endpoint with template", templateId);
};
