import { inject } from "tsyringe";
import { limitsOf } from "../../domain/endpoint-limits.ts";
import { CountersignError } from "../../errors.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { Settings } from "../../ports/settings.ts";
import type {
  ChallengeContext,
  ChallengePolicy,
  Redemption,
} from "../../ports/challenge-policy.ts";
import { CLOCK, SETTINGS } from "../../tokens.ts";
import { replacedCertificate } from "./replaced-certificate.ts";
import { SecretBox } from "../access/secret-box.ts";
import { templateFor } from "../templates/trial-template.ts";
import { liveProblem } from "../devices/refuse-unless-live.ts";

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
    @inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async redeem(
    { store, endpoint, templates, known }: ChallengeContext,
    secret: string,
  ): Promise<Redemption | undefined> {
    const presented = await store.challenges.presented(
      endpoint.id,
      this.secrets.mac(dynamicScope(endpoint.id), secret),
    );
    if (presented === undefined) return undefined;
    const { challenge, device } = presented;
    known?.(challenge);
    const { perChallenge } = limitsOf(endpoint, this.settings.limits);
    if (challenge.failures >= perChallenge)
      throw new CountersignError(
        "limit_exceeded",
        `challenge ${challenge.id} is locked after ${perChallenge} failed tries`,
      );
    const template = templates.find(({ id }) => id === challenge.templateId);
    const refuse = async (error: CountersignError): Promise<never> => {
      await store.challenges.countFailure(challenge.id);
      throw error;
    };
    if (template === undefined || device === undefined)
      return refuse(new CountersignError("challenge_refused", "its template or device is gone"));
    if (challenge.state === "burned")
      return refuse(new CountersignError("challenge_refused", "it was burned"));
    if (challenge.expiresAt <= this.clock.now())
      return refuse(
        new CountersignError(
          "challenge_lapsed",
          `it ran out at ${challenge.expiresAt.toISOString()}`,
        ),
      );
    const barred = liveProblem(device);
    if (barred !== undefined) return refuse(barred);
    return {
      template: await templateFor(store, template, device.id),
      device,
      subjectSource: "template",
      challengeId: challenge.id,
      expiresAt: challenge.expiresAt,
      replaces: await replacedCertificate(store, template, device),
    };
  }
}
