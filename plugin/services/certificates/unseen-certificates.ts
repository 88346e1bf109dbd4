import { inject } from "tsyringe";
import type { Deployment } from "../../domain/deployment.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { Effect } from "../../ports/outbox.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK } from "../../tokens.ts";
import { StatusTransactions } from "./status-transactions.ts";

/** Milliseconds that a certificate lives on whose key was handed over, never seen on the device, and replaced: the answer may still arrive. */
const GRACE = 86_400_000;

/** Certificates with a key that was made here and handed over, and of which nobody knows where it went (P-05). */
export class UnseenCertificates {
  constructor(
    @inject(CLOCK) private readonly clock: Clock,
    @inject(StatusTransactions) private readonly statuses: StatusTransactions,
  ) {}

  /** Before another key is made for `deployment`: what it was given last and was never seen has a day left. */
  async note(store: TenantStore, { id, certificateId, seenAt }: Deployment): Promise<void> {
    if (certificateId !== undefined && seenAt === undefined)
      await this.giveADay(store, id, certificateId);
  }

  /** After it: another node may have made one in the same moment, which nobody has seen either. `before`: as it was read for `note`. */
  async noteOther(store: TenantStore, before: Deployment): Promise<void> {
    const now = await store.deployments.get(before.id);
    const other = now?.previousCertificateId;
    if (
      other !== undefined &&
      other !== before.certificateId &&
      other !== before.previousCertificateId
    )
      await this.giveADay(store, before.id, other);
  }

  private async giveADay(
    store: TenantStore,
    deploymentId: string,
    certificateId: string,
  ): Promise<void> {
    const certificate = await store.certificates.get(certificateId);
    // One that came over SCEP has its key on the device alone.
    if (certificate?.status !== "issued" || certificate.endpointId !== undefined) return;
    const authority = await store.authorities.get(certificate.authorityId);
    if (authority === undefined || authority.kind === "outside") return;
    const due = new Date(this.clock.now().getTime() + GRACE);
    await store.run((tx) =>
      tx.outbox.add({ kind: "revoke-unseen", certificateId, deploymentId }, due),
    );
  }

  /** Revokes it as superseded, unless no other came about, or the device was seen to hold it after all. */
  async revoke(
    store: TenantStore,
    { certificateId, deploymentId }: Extract<Effect, { readonly kind: "revoke-unseen" }>,
  ): Promise<void> {
    const principal = { id: "system:dispatcher" };
    await this.statuses.run(store, principal, "never-seen", async (tx, changes) => {
      const certificate = await tx.certificates.get(certificateId);
      const deployment = await tx.deployments.get(deploymentId);
      if (certificate?.deviceId === undefined || deployment?.certificateId === certificateId)
        return;
      const { items } = await tx.inventories.get(certificate.deviceId);
      if (items.some((item) => item.certificateId === certificateId)) return;
      await changes.revoke(certificate, "superseded", undefined, {
        replacedBy: deployment?.certificateId,
        deployment: deploymentId,
      });
    });
  }
}
