import { inject } from "tsyringe";
import type { RevocationReason } from "../domain/certificate.ts";
import type { DeviceStatus } from "../domain/device.ts";
import type { Principal } from "../domain/principal.ts";
import type { Clock, Metrics } from "../ports/ambient.ts";
import type { TenantStore } from "../ports/stores.ts";
import { CLOCK, METRICS } from "../tokens.ts";
import { Access, found } from "./access.ts";
import { DeploymentSteps } from "./deployment-steps.ts";

/** What a wipe or an unenrolment did. */
export interface WipeResult {
  readonly deviceId: string;
  /** Serials, hex. */
  readonly revoked: readonly string[];
  readonly challengesBurned: number;
}

/** Revocation in the transaction of the event that causes it (L-08). */
export class Revocations {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(METRICS) private readonly metrics: Metrics,
    @inject(DeploymentSteps) private readonly steps: DeploymentSteps,
  ) {}

  /**
   * One transaction: the device's status, every live certificate revoked (also one whose signature is in flight), open challenges burned,
   * deployments removed, profiles called back. Twice is the same as once.
   */
  async endDevice(
    principal: Principal,
    store: TenantStore,
    deviceId: string,
    status: Extract<DeviceStatus, "wiped" | "unenrolled" | "decommissioned">,
  ): Promise<WipeResult> {
    const now = this.clock.now();
    const reason: RevocationReason = "cessationOfOperation";
    const result = await store.run(async (tx) => {
      const device = found(await tx.devices.get(deviceId), "device", deviceId);
      if (device.status !== status) await tx.devices.save({ ...device, status, updatedAt: now });
      const revoked: string[] = [];
      const authorities = new Set<string>();
      for (const certificate of await tx.certificates.liveOfDevice(deviceId, now)) {
        if (!(await tx.certificates.revoke(certificate.id, now, reason, undefined))) continue;
        revoked.push(certificate.serial);
        authorities.add(certificate.authorityId);
        await tx.ledger.append(
          this.access.entry(principal, "certificate.revoked", certificate.id, {
            serial: certificate.serial,
            reason,
            device: deviceId,
            because: status,
          }),
        );
      }
      for (const authorityId of authorities) await tx.crls.markDirty(authorityId);
      const burned = await tx.challenges.burnOfDevice(deviceId);
      if (burned.length > 0)
        await tx.ledger.append(
          this.access.entry(principal, "challenge.burned", deviceId, { challenges: burned }),
        );
      for (const deployment of (await tx.deployments.list({ deviceId }, { limit: 500 })).items) {
        await this.steps.apply(tx, principal, deployment, { kind: "remove" }, { because: status });
      }
      await tx.ledger.append(
        this.access.entry(principal, `device.${status}`, deviceId, { revoked: revoked.length }),
      );
      return { deviceId, revoked, challengesBurned: burned.length };
    });
    this.metrics.count("countersign_revocations_total", { because: status }, result.revoked.length);
    return result;
  }

  /** Revokes one certificate; false when it was not live. */
  async revoke(
    principal: Principal,
    store: TenantStore,
    id: string,
    reason: RevocationReason,
    invalidityDate: Date | undefined,
  ): Promise<boolean> {
    const done = await store.run(async (tx) => {
      const certificate = found(await tx.certificates.get(id), "certificate", id);
      if (!(await tx.certificates.revoke(id, this.clock.now(), reason, invalidityDate)))
        return false;
      await tx.crls.markDirty(certificate.authorityId);
      await tx.ledger.append(
        this.access.entry(principal, "certificate.revoked", id, {
          serial: certificate.serial,
          reason,
          device: certificate.deviceId,
        }),
      );
      return true;
    });
    if (done) this.metrics.count("countersign_revocations_total", { because: "admin" });
    return done;
  }
}
