import { inject } from "tsyringe";
import type { Principal } from "../../domain/principal.ts";
import { CountersignError } from "../../errors.ts";
import type { RenderedProfile } from "../../ports/mdm-host.ts";
import type { ProfileBasics, ProfileRenderer } from "../../ports/profile-renderer.ts";
import { found } from "../access/access.ts";
import { DeploymentSteps } from "./deployment-steps.ts";
import { type ContainerOrder, Pkcs12Containers } from "./pkcs12-containers.ts";
import { ProfileSigner } from "./profile-signer.ts";
import { RefusalLog } from "../ledger/refusal-log.ts";
import { refuseUnlessLive } from "../devices/refuse-unless-live.ts";

/** One profile with a key that is made for it. */
export interface Pkcs12ProfileOrder extends Omit<ContainerOrder, "principal"> {
  readonly principal: Principal;
  readonly renderer: ProfileRenderer;
  readonly basics: ProfileBasics;
  readonly sign: boolean;
}

/** Profiles that hand over a key made at the CA (P-05). Each call makes a new key, unless one is being made for the deployment just now. */
export class Pkcs12Profiles {
  constructor(
    @inject(Pkcs12Containers) private readonly containers: Pkcs12Containers,
    @inject(ProfileSigner) private readonly signer: ProfileSigner,
    @inject(DeploymentSteps) private readonly steps: DeploymentSteps,
    @inject(RefusalLog) private readonly refusals: RefusalLog,
  ) {}

  /**
   * Throws what issuing throws; a refusal is in the ledger then, and the deployment has failed with it. `conflict` where the certificate is on
   * the device already, `template_impossible` for a platform that takes no such profile, `device_gone` when the device is gone meanwhile.
   */
  async render(order: Pkcs12ProfileOrder): Promise<RenderedProfile> {
    const { deployment, renderer } = order;
    if (deployment.state === "installed")
      throw new CountersignError(
        "conflict",
        `the certificate of deployment ${deployment.id} is on the device: renew it or publish it again for a new key`,
      );
    if (renderer.renderPkcs12 === undefined)
      throw new CountersignError(
        "template_impossible",
        `profiles for ${renderer.platform} hand over no key`,
      );
    try {
      const container = await this.containers.make(order);
      try {
        const profile = renderer.renderPkcs12({ ...order.basics, ...container });
        const signed = order.sign
          ? await this.signer.sign(order.store, order.authority, profile)
          : profile;
        await refuseUnlessWanted(order);
        return signed;
      } catch (failure) {
        await this.containers.discard(order, container.certificate);
        throw failure;
      }
    } catch (error) {
      if (error instanceof CountersignError) await this.refused(order, error);
      throw error;
    }
  }

  /** Shown in the timeline. What passes by itself (a limit, a key store that is busy) is left to whoever asks again. */
  private async refused(
    { store, principal, deployment, device, template }: Pkcs12ProfileOrder,
    { code, detail, facts }: CountersignError,
  ): Promise<void> {
    await this.refusals.record(store, {
      endpoint: undefined,
      label: code,
      detail,
      source: principal.id,
      transactionId: undefined,
      device: device.id,
      deployment: deployment.id,
      template: template.id,
    });
    if (facts.http < 429)
      await this.steps.applyTo(store, principal, deployment.id, {
        kind: "fail",
        reason: "issuance-refused",
        detail,
      });
  }
}

/** A wipe or a removal that came in between wins: nothing is handed out after it. */
const refuseUnlessWanted = async ({
  store,
  deployment,
  device,
}: Pkcs12ProfileOrder): Promise<void> => {
  refuseUnlessLive(found(await store.devices.get(device.id), "device", device.id));
  const now = await store.deployments.get(deployment.id);
  if (now === undefined || now.state === "removed")
    throw new CountersignError("device_gone", `deployment ${deployment.id} is removed`);
};
