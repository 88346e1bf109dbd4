import { inject } from "tsyringe";
import type { Authority } from "../../domain/authority.ts";
import type { Certificate } from "../../domain/certificate.ts";
import type { Deployment } from "../../domain/deployment.ts";
import { type Device, isLive } from "../../domain/device.ts";
import { variablesOf } from "../../domain/device-variables.ts";
import { formatDn } from "../../domain/distinguished-name.ts";
import { renderSubject } from "../../domain/subject-pattern.ts";
import type { Template } from "../../domain/template.ts";
import { CountersignError } from "../../errors.ts";
import type { Clock, Random } from "../../ports/ambient.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK, RANDOM } from "../../tokens.ts";
import { DeploymentSteps } from "../deployments/deployment-steps.ts";
import { issuerOf } from "./inventory-judge.ts";
import type { ReadCertificate } from "./inventory-reading.ts";

/** Certificates that an outside authority has issued to devices directly: they become known when a device is seen to hold them. */
export class OutsideCertificates {
  constructor(
    @inject(CLOCK) private readonly clock: Clock,
    @inject(RANDOM) private readonly random: Random,
    @inject(DeploymentSteps) private readonly steps: DeploymentSteps,
  ) {}

  /** Inside the caller's transaction: keeps what is new, and moves its deployment to `issued`. */
  async adopt(
    tx: TenantStore,
    principal: { readonly id: string },
    device: Device,
    held: readonly ReadCertificate[],
  ): Promise<void> {
    const outside = (await tx.authorities.list()).filter(({ kind }) => kind === "outside");
    if (outside.length === 0 || !isLive(device)) return;
    const wanted = await this.wanted(tx, device.id, outside);
    if (wanted.length === 0) return;
    // The older first, so that the newest is the one that stays.
    for (const one of [...held].sort((a, b) => timeOf(a) - timeOf(b))) {
      const authority = issuerOf(one, outside);
      if (authority === undefined || one.notAfter === undefined) continue;
      if ((await tx.certificates.bySerial(authority.id, one.serial)) !== undefined) continue;
      const fit = fitting(wanted, authority, device, one);
      if (fit === undefined) continue;
      const certificate = this.rowOf(one, one.notAfter, authority, fit, device);
      await tx.certificates.insert(certificate, one.parsed?.der);
      await tx.ledger.append({
        event: "certificate.found",
        principal: principal.id,
        at: this.clock.now(),
        subjectId: certificate.id,
        data: {
          ...{ device: device.id, authority: authority.id, template: fit.template.id },
          ...{ serial: certificate.serial, subject: certificate.subject },
        },
      });
      const current = await tx.deployments.get(fit.deployment.id);
      const newer =
        current?.certificateEndsAt === undefined || current.certificateEndsAt < one.notAfter;
      if (current !== undefined && newer && one.notAfter > this.clock.now())
        await this.steps.apply(tx, principal, current, {
          kind: "issue",
          certificateId: certificate.id,
          endsAt: one.notAfter,
        });
    }
  }

  private async wanted(
    tx: TenantStore,
    deviceId: string,
    outside: readonly Authority[],
  ): Promise<readonly Wanted[]> {
    const wanted: Wanted[] = [];
    for (const deployment of (await tx.deployments.list({ deviceId }, { limit: 500 })).items) {
      if (deployment.state === "removed") continue;
      const template = await tx.templates.get(deployment.templateId);
      if (template !== undefined && outside.some(({ id }) => id === template.authorityId))
        wanted.push({ deployment, template });
    }
    return wanted;
  }

  private rowOf(
    held: ReadCertificate,
    notAfter: Date,
    authority: Authority,
    { template }: Wanted,
    device: Device,
  ): Certificate {
    const now = this.clock.now();
    const notBefore = held.parsed?.notBefore ?? now;
    return {
      id: this.random.uuid(),
      authorityId: authority.id,
      role: "subscriber",
      status: "issued",
      serial: held.serial,
      subject: held.subject ?? "",
      sans: [],
      notBefore,
      notAfter,
      fingerprintSha256: held.fingerprintSha256,
      templateId: template.id,
      templateVersion: template.version,
      endpointId: undefined,
      raId: undefined,
      deviceId: device.id,
      createdAt: now,
      issuedAt: notBefore > now ? now : notBefore,
      revokedAt: undefined,
      revocationReason: undefined,
      invalidityDate: undefined,
      hold: undefined,
    };
  }
}

interface Wanted {
  readonly deployment: Deployment;
  readonly template: Template;
}

/** The deployment whose subject it has; the only one of that authority where the subject was not kept. Never one of several. */
const fitting = (
  wanted: readonly Wanted[],
  authority: Authority,
  device: Device,
  held: ReadCertificate,
): Wanted | undefined => {
  const candidates = wanted.filter(({ template }) => template.authorityId === authority.id);
  const named = candidates.filter(({ template }) => subjectOf(template, device) === held.subject);
  const fits = named.length > 0 ? named : candidates;
  return fits.length === 1 ? fits[0] : undefined;
};

const subjectOf = (template: Template, device: Device): string | undefined => {
  try {
    return formatDn(renderSubject(template.subject, variablesOf(device)));
  } catch (error) {
    if (error instanceof CountersignError) return undefined;
    throw error;
  }
};

const timeOf = ({ notAfter }: ReadCertificate): number => notAfter?.getTime() ?? 0;
