import { inject } from "tsyringe";
import type { ChallengePolicySetting, StaticPolicy } from "../../domain/endpoint.ts";
import { CountersignError } from "../../errors.ts";
import type { Random } from "../../ports/ambient.ts";
import { RANDOM } from "../../tokens.ts";
import { SecretBox } from "../access/secret-box.ts";

/** A challenge policy as an admin gives it. A static one with the `id` of a stored one may leave its secret out, and keeps it. */
export type PolicyInput =
  | {
      readonly kind: "static";
      readonly templateId: string;
      readonly secret?: string | undefined;
      readonly id?: string | undefined;
      readonly unknownDevice?: "refuse" | "unmanaged" | undefined;
    }
  | { readonly kind: "dynamic" };

/** Characters; shorter static secrets can be guessed. */
export const SHORTEST_SECRET = 8;

/** The static secrets of endpoints: sealed for those who may read them, and as keyed MACs to compare with. */
export class EndpointSecrets {
  constructor(
    @inject(RANDOM) private readonly random: Random,
    @inject(SecretBox) private readonly secrets: SecretBox,
  ) {}

  /** The policies to store, in the order given. Throws `invalid_input` for a new one without a good secret. */
  seal(
    endpointId: string,
    input: readonly PolicyInput[],
    stored: readonly ChallengePolicySetting[],
  ): readonly ChallengePolicySetting[] {
    return input.map((policy, index) => {
      if (policy.kind === "dynamic") return { kind: "dynamic", id: this.random.uuid() };
      const kept = stored.find((other) => other.kind === "static" && other.id === policy.id);
      if (policy.secret === undefined && kept?.kind === "static") {
        return {
          ...kept,
          templateId: policy.templateId,
          unknownDevice: policy.unknownDevice ?? kept.unknownDevice,
        };
      }
      if (policy.secret === undefined || policy.secret.length < SHORTEST_SECRET) {
        throw new CountersignError("invalid_input", "a static challenge needs a secret", {
          issues: [
            {
              path: `policies.${index}.secret`,
              message: `at least ${SHORTEST_SECRET} characters; an empty one never means open`,
            },
          ],
        });
      }
      const id = this.random.uuid();
      return {
        kind: "static",
        id,
        templateId: policy.templateId,
        unknownDevice: policy.unknownDevice ?? "refuse",
        sealed: this.secrets.seal(sealContext(endpointId, id), policy.secret),
        mac: this.mac(endpointId, policy.secret),
      };
    });
  }

  /** A static secret in clear, for a profile or for who may read secrets. */
  open(endpointId: string, { id, sealed }: StaticPolicy): string {
    return this.secrets.unseal(sealContext(endpointId, id), sealed);
  }

  /** What a secret is compared by: good at this endpoint only. */
  mac(endpointId: string, secret: string): string {
    return this.secrets.mac(`static/${endpointId}`, secret);
  }
}

const sealContext = (endpointId: string, policyId: string): string =>
  `endpoint/${endpointId}/policy/${policyId}`;
