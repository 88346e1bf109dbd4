import { hash } from "node:crypto";
import { inject } from "tsyringe";
import type { Certificate } from "../domain/certificate.ts";
import { isLive } from "../domain/device.ts";
import { addDuration, parseDuration } from "../domain/duration.ts";
import { parseRenewalWindow, renewalWindowStart } from "../domain/renewal-window.ts";
import { CountersignError } from "../errors.ts";
import type { ParsedCsr } from "../pki/certificate-request.ts";
import { type ParsedCertificate, parseCertificate } from "../pki/certificate.ts";
import { verifyIssued } from "../pki/chain.ts";
import { sameName } from "../pki/name.ts";
import type { Clock } from "../ports/ambient.ts";
import type { Redemption } from "../ports/challenge-policy.ts";
import { CLOCK } from "../tokens.ts";
import type { EndpointRuntime } from "./endpoint-runtimes.ts";

/** A signer's certificate that an authority of this endpoint has really issued; whether it may renew is another question. */
export interface KnownSigner {
  readonly certificate: ParsedCertificate;
  readonly row: Certificate;
  /** Lower-case hex. */
  readonly fingerprint: string;
}

/** Judges who signed: a renewal is authenticated by the certificate it replaces, whatever its message type (scep.md fact 9). */
export class RenewalProof {
  constructor(@inject(CLOCK) private readonly clock: Clock) {}

  /** Undefined for a transient certificate and for one by somebody else's key under our name (case 30). */
  async recognise(runtime: EndpointRuntime, der: Uint8Array): Promise<KnownSigner | undefined> {
    const certificate = tryParse(der);
    if (certificate === undefined) return undefined;
    for (const { authority, authorityCertificate } of runtime.ways) {
      if (!sameName(certificate.issuerRaw, authorityCertificate.subjectRaw)) continue;
      if (!verifyIssued(der, authorityCertificate.der)) continue;
      const row = await runtime.store.certificates.bySerial(authority.id, certificate.serial);
      if (row !== undefined) return { certificate, row, fingerprint: hash("sha256", der, "hex") };
    }
    return undefined;
  }

  /**
   * The renewal that `signer` asks for: same template, same subject, no name added, not revoked, in its window. Throws `renewal_refused`, `device_gone`.
   */
  async redeem(runtime: EndpointRuntime, signer: KnownSigner, csr: ParsedCsr): Promise<Redemption> {
    const { row, certificate } = signer;
    if (row.role !== "subscriber" || row.deviceId === undefined)
      throw refused(`a certificate for ${row.role} cannot renew`);
    if (row.status !== "issued") throw refused(`the certificate that signed is ${row.status}`);
    const template = runtime.templates.find(({ id }) => id === row.templateId);
    if (template === undefined)
      throw refused(`template ${row.templateId ?? "?"} is not at this endpoint`);
    if (template.scepRenewal === "off")
      throw refused(`template ${template.id} does not renew by SCEP`);
    const now = this.clock.now();
    if (certificate.notBefore > now) throw refused("the certificate that signed is not valid yet");
    if (now > addDuration(certificate.notAfter, parseDuration(template.renewalGrace))) {
      throw refused(`the certificate that signed ended at ${certificate.notAfter.toISOString()}`);
    }
    if (template.scepRenewal === "in-window") {
      const opens = renewalWindowStart(parseRenewalWindow(template.renewalWindow), {
        // Back-dating must not open the window early (T-06).
        issuedAt: row.issuedAt ?? certificate.notBefore,
        notAfter: certificate.notAfter,
      });
      if (now < opens) throw refused(`the renewal window opens at ${opens.toISOString()}`);
    }
    const held = new Set(certificate.sans.map(({ type, value }) => `${type}:${value}`));
    const added = csr.sans.find(({ type, value }) => !held.has(`${type}:${value}`));
    if (!sameName(csr.subjectRaw, certificate.subjectRaw))
      throw refused("the subject is not that of the certificate that signed");
    if (added !== undefined || csr.unsupportedSans > 0)
      throw refused(`the request adds the name ${added?.value ?? "of an unknown kind"}`);
    const device = await runtime.store.devices.get(row.deviceId);
    if (device === undefined || !isLive(device))
      throw new CountersignError(
        "device_gone",
        `device ${row.deviceId} is ${device?.status ?? "unknown"}`,
      );
    return {
      template,
      device,
      subjectSource: { subject: certificate.subject, sans: certificate.sans },
      challengeId: undefined,
      expiresAt: undefined,
      replaces: row.id,
    };
  }
}

const refused = (detail: string): CountersignError =>
  new CountersignError("renewal_refused", detail);

const tryParse = (der: Uint8Array): ParsedCertificate | undefined => {
  try {
    return parseCertificate(der);
  } catch {
    return undefined;
  }
};
