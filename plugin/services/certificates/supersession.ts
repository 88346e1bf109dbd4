import type { Deployment } from "../../domain/deployment.ts";
import type { TenantStore } from "../../ports/stores.ts";
import type { StatusChanges } from "./status-changes.ts";

/**
 * Deals with what a deployment's certificate replaces, in the transaction `tx` in which the new one was seen on the device: kept, or revoked as
 * superseded, as the template says (L-07). Also what was issued in between and never seen. Answers the deployment without it.
 */
export const endSuperseded = async (
  tx: TenantStore,
  changes: StatusChanges,
  deployment: Deployment,
  now: Date,
): Promise<Deployment> => {
  const { previousCertificateId, certificateId, deviceId, templateId } = deployment;
  if (previousCertificateId === undefined || certificateId === undefined) return deployment;
  const template = await tx.templates.get(templateId);
  if (template?.oldCertificate === "revoke") {
    const live = await tx.certificates.liveOfDevice(deviceId, now);
    const issuedAt = live.find(({ id }) => id === certificateId)?.issuedAt;
    for (const old of live) {
      const before =
        issuedAt !== undefined && old.issuedAt !== undefined && old.issuedAt < issuedAt;
      if (old.templateId !== templateId || old.id === certificateId) continue;
      if (!before && old.id !== previousCertificateId) continue;
      await changes.revoke(old, "superseded", undefined, { replacedBy: certificateId });
    }
  }
  const settled = { ...deployment, previousCertificateId: undefined };
  await tx.deployments.save(settled);
  return settled;
};
