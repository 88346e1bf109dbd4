import { inject } from "tsyringe";
import type { Deployment } from "../../domain/deployment.ts";
import type { Principal } from "../../domain/principal.ts";
import type { Clock } from "../../ports/ambient.ts";
import { CLOCK } from "../../tokens.ts";
import { Access, found } from "../access/access.ts";
import { Deployments } from "../deployments/deployments.ts";

export interface RenewNowRequest {
  readonly deviceId: string;
  /** All of the device's unless given. */
  readonly templateId?: string | undefined;
}

/** Renewal of one device by hand. */
export class DeviceRenewals {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(Deployments) private readonly deployments: Deployments,
  ) {}

  /**
   * Makes the device's certificates due now, before all others and also in quiet hours; only the caps hold. Where none is there or none was
   * seen through, the profile is sent again. Answers the deployments. Throws `not_found`, and `limit_exceeded` for one that is locked.
   */
  async renewNow(principal: Principal, request: RenewNowRequest): Promise<readonly Deployment[]> {
    const store = this.access.open(principal, "deployments:manage");
    const { deviceId, templateId } = request;
    found(await store.devices.get(deviceId), "device", deviceId);
    const { items } = await store.deployments.list({ deviceId, templateId }, { limit: 500 });
    const live = items.filter(({ state }) => state !== "removed");
    if (live.length === 0) found(undefined, "deployment of device", deviceId);
    const answers: Deployment[] = [];
    for (const deployment of live) {
      const resting = deployment.state === "issued" || deployment.state === "installed";
      if (resting && deployment.certificateId !== undefined) {
        await store.run(async (tx) => {
          const [row] = await tx.renewals.byIds([deployment.id]);
          if (row === undefined) return;
          const due = { id: row.id, from: row.renewAt, to: this.clock.now(), byHand: true };
          await tx.renewals.change([due]);
          await tx.ledger.append(
            this.access.entry(principal, "renewal.requested", deployment.id, {
              device: deviceId,
              template: deployment.templateId,
              certificate: row.certificateId,
            }),
          );
        });
        answers.push(deployment);
      } else
        answers.push(
          await this.deployments.publish(principal, {
            deviceId,
            templateId: deployment.templateId,
            endpointId: deployment.endpointId,
          }),
        );
    }
    return answers;
  }
}
