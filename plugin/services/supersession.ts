import type { Deployment } from "../domain/deployment.ts";
import type { Principal } from "../domain/principal.ts";
import type { TenantStore } from "../ports/stores.ts";
import { scopeOf } from "./crl-scope-of.ts";

/**
 * Deals with what a deployment's certificate replaces, in the transaction `tx` in which the new one was seen on the device: kept, or revoked as
 * superseded, as the template says (L-07). Also what was issued in between and never seen. Answers the deployment without it.
 */
export const endSuperseded = async (
  tx: TenantStore,
  principal: Pick<Principal, "id">,
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
      if (!(await tx.certificates.revoke(old.id, now, "superseded", undefined))) continue;
      await tx.crls.markDirty(await scopeOf(tx, old), now);
      await tx.ledger.append({
        event: "certificate.revoked",
        principal: principal.id,
        at: now,
        subjectId: old.id,
        data: {
          ...{ serial: old.serial, reason: "superseded", device: deviceId },
          ...{ because: "renewed", replacedBy: certificateId },
        },
      });
    }
  }
  const settled = { ...deployment, previousCertificateId: undefined };
  await tx.deployments.save(settled);
  return settled;
};
