import { inject } from "tsyringe";
import type { DeploymentEvent } from "../../domain/deployment-machine.ts";
import type { ErrorCode } from "../../errors.ts";
import { ERRORS } from "../../errors.ts";
import type { PendingRequest } from "../../ports/challenge-store.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { DeploymentSteps } from "../deployments/deployment-steps.ts";

/** A request that was refused although it is known whose it is. */
export interface FailedAttempt {
  readonly deviceId: string;
  readonly templateId: string;
  readonly label: ErrorCode | "opaque";
  readonly detail: string;
}

/** What a device cannot help: it is sent a new profile, or is gone, or was held up by us. */
const NOT_COUNTED = new Set<string>([
  "challenge_lapsed",
  "deployment_locked",
  "device_gone",
  "user_disabled",
  "limit_exceeded",
  "cap_reached",
  "opaque",
]);

/** Counts failed attempts against the limit of the template (L-05). */
export class Attempts {
  constructor(@inject(DeploymentSteps) private readonly steps: DeploymentSteps) {}

  /** Notes one; the deployment is locked at the limit. A device without a deployment has none to lock. */
  async failed(
    store: TenantStore,
    principal: { readonly id: string },
    { deviceId, templateId, label, detail }: FailedAttempt,
  ): Promise<void> {
    if (label === "opaque" || NOT_COUNTED.has(label) || ERRORS[label].http >= 429) return;
    await store.run((tx) =>
      this.move(tx, principal, { deviceId, templateId }, { kind: "refuse", detail }),
    );
  }

  /** The request waits for approval; inside the caller's transaction. */
  async waits(
    tx: TenantStore,
    principal: { readonly id: string },
    request: Pick<PendingRequest, "deviceId" | "templateId" | "expiresAt">,
  ): Promise<void> {
    await this.move(tx, principal, request, { kind: "ask", until: request.expiresAt });
  }

  /** Somebody has denied it; inside the caller's transaction. */
  async denied(
    tx: TenantStore,
    principal: { readonly id: string },
    request: Pick<PendingRequest, "deviceId" | "templateId">,
    detail: string,
  ): Promise<void> {
    await this.move(tx, principal, request, { kind: "fail", reason: "approval-denied", detail });
  }

  private async move(
    tx: TenantStore,
    principal: { readonly id: string },
    { deviceId, templateId }: Pick<PendingRequest, "deviceId" | "templateId">,
    event: DeploymentEvent,
  ): Promise<void> {
    const deployment = await tx.deployments.find(deviceId, templateId);
    if (deployment !== undefined) await this.steps.apply(tx, principal, deployment, event);
  }
}
