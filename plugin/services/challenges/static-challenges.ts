import { inject } from "tsyringe";
import type { StaticPolicy } from "../../domain/endpoint.ts";
import { CountersignError } from "../../errors.ts";
import type {
  ChallengeContext,
  ChallengePolicy,
  Redemption,
  RequestedIdentity,
} from "../../ports/challenge-policy.ts";
import { EndpointSecrets } from "../endpoints/endpoint-secrets.ts";
import { refuseLocked } from "./locks.ts";
import { RequestedDevice } from "../devices/requested-device.ts";
import { replacedCertificate } from "./replaced-certificate.ts";
import { SecretBox } from "../access/secret-box.ts";
import { templateFor } from "../templates/trial-template.ts";

/** A secret shared by all devices of one template (foundations.md 5): the CSR's subject, checked against the pattern, says which device asks. */
export class StaticChallenges implements ChallengePolicy {
  readonly kind = "static";

  constructor(
    @inject(SecretBox) private readonly secrets: SecretBox,
    @inject(EndpointSecrets) private readonly endpointSecrets: EndpointSecrets,
    @inject(RequestedDevice) private readonly devices: RequestedDevice,
  ) {}

  async redeem(
    context: ChallengeContext,
    secret: string,
    request: RequestedIdentity,
  ): Promise<Redemption | undefined> {
    const { store, endpoint, templates } = context;
    const mac = this.endpointSecrets.mac(endpoint.id, secret);
    let hit: StaticPolicy | undefined;
    for (const policy of endpoint.policies) {
      // Every policy is compared, whichever fits: the time says nothing.
      if (policy.kind === "static" && this.secrets.same(policy.mac, mac)) hit = policy;
    }
    if (hit === undefined) return undefined;
    const { templateId, unknownDevice } = hit;
    const template = templates.find(({ id }) => id === templateId);
    if (template === undefined)
      throw new CountersignError(
        "challenge_refused",
        `template ${templateId} is not at this endpoint`,
      );
    const device = await this.devices.find(context, template, request, unknownDevice);
    context.known?.({ deviceId: device.id, templateId: template.id });
    // A dynamic challenge is burned by the lock; this secret is good for all devices.
    if (template.attempts.limit > 0) {
      const deployment = await store.deployments.find(device.id, template.id);
      if (deployment !== undefined) refuseLocked(deployment);
    }
    return {
      template: await templateFor(store, template, device.id),
      device,
      subjectSource: "request",
      challengeId: undefined,
      expiresAt: undefined,
      replaces: await replacedCertificate(store, template, device),
    };
  }
}
