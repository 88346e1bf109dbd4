import { inject } from "tsyringe";
import { isLive } from "../domain/device.ts";
import { CountersignError } from "../errors.ts";
import type { Clock } from "../ports/ambient.ts";
import type { ChallengeContext, ChallengePolicy, Redemption } from "../ports/challenge-policy.ts";
import { CLOCK } from "../tokens.ts";
import { SecretBox } from "./secret-box.ts";

/** What a dynamic challenge's MAC is bound to. */
export const dynamicScope = (endpointId: string): string => `dynamic/${endpointId}`;

/**
 * Minted, one-time, short-lived, bound to one device and one template: the template's subject for that device is issued whatever the CSR
 * claims (decision 6). A spent one is still answered here, since a re-sent request gets its certificate again; `reserve` decides.
 */
export class DynamicChallenges implements ChallengePolicy {
  readonly kind = "dynamic";

  constructor(
    @inject(SecretBox) private readonly secrets: SecretBox,
    @inject(CLOCK) private readonly clock: Clock,
  ) {}

  async redeem(
    { store, endpoint, templates }: ChallengeContext,
    secret: string,
  ): Promise<Redemption | undefined> {
    const challenge = await store.challenges.byMac(
      endpoint.id,
      this.secrets.mac(dynamicScope(endpoint.id), secret),
    );
    if (challenge === undefined) return undefined;
    const template = templates.find(({ id }) => id === challenge.templateId);
    const device = await store.devices.get(challenge.deviceId);
    if (template === undefined || device === undefined)
      throw new CountersignError("challenge_refused", "its template or device is gone");
    if (challenge.state === "burned")
      throw new CountersignError("challenge_refused", "it was burned");
    if (challenge.expiresAt <= this.clock.now())
      throw new CountersignError(
        "challenge_refused",
        `it ran out at ${challenge.expiresAt.toISOString()}`,
      );
    if (!isLive(device))
      throw new CountersignError("device_gone", `device ${device.id} is ${device.status}`);
    return {
      template,
      device,
      subjectSource: "template",
      challengeId: challenge.id,
      expiresAt: challenge.expiresAt,
      replaces: undefined,
    };
  }
}
