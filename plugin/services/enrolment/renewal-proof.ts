import { hash } from "node:crypto";
import { inject } from "tsyringe";
import type { Certificate } from "../../domain/certificate.ts";
import { CountersignError } from "../../errors.ts";
import type { ParsedCsr } from "../../pki/certificate-request.ts";
import { type ParsedCertificate, tryParseCertificate } from "../../pki/certificate.ts";
import { verifyIssued } from "../../pki/chain.ts";
import type { TransientCertificate } from "../../pki/transient-certificate.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { Redemption } from "../../ports/challenge-policy.ts";
import { CLOCK } from "../../tokens.ts";
import type { EndpointRuntime } from "../endpoints/endpoint-runtimes.ts";
import { ForeignRenewals, type ForeignSigner } from "./foreign-renewals.ts";
import { renewalRefused, requireRenewable, requireSameNames } from "./renewal-rules.ts";
import { refuseUnlessLive } from "../devices/refuse-unless-live.ts";
import { SuspectCertificates } from "../certificates/suspect-certificates.ts";
import { templateFor } from "../templates/trial-template.ts";

/** A signer's certificate that an authority of this endpoint has really issued; whether it may renew is another question. */
export interface OwnSigner {
  readonly kind: "own";
  readonly certificate: ParsedCertificate;
  readonly row: Certificate;
  /** Lower-case hex. */
  readonly fingerprint: string;
}
export type KnownSigner = OwnSigner | ForeignSigner;

/** Judges who signed: a renewal is authenticated by the certificate it replaces, whatever its message type (scep.md fact 9). */
export class RenewalProof {
  constructor(
    @inject(CLOCK) private readonly clock: Clock,
    @inject(ForeignRenewals) private readonly foreign: ForeignRenewals,
    @inject(SuspectCertificates) private readonly suspects: SuspectCertificates,
  ) {}

  /** Undefined for a transient certificate, for one by somebody else's key under our name (case 30), and for one of ours that the store does not know. */
  async recognise(
    runtime: EndpointRuntime,
    { raw: der, issuer }: TransientCertificate,
  ): Promise<KnownSigner | undefined> {
    for (const { authority, authorityCertificate } of runtime.ways) {
      // Byte by byte, as the lint has it for all that is issued here: nearly every first enrolment ends here, unread.
      if (Buffer.compare(issuer, authorityCertificate.subjectRaw) !== 0) continue;
      const certificate = tryParseCertificate(der);
      if (certificate === undefined || !verifyIssued(der, authorityCertificate.der)) continue;
      const row = await runtime.store.certificates.bySerial(authority.id, certificate.serial);
      const fingerprint = hash("sha256", der, "hex");
      if (row !== undefined) return { kind: "own", certificate, row, fingerprint };
      if (Buffer.compare(der, authorityCertificate.der) === 0) continue;
      const { store, endpoint } = runtime;
      await this.suspects.note(
        store,
        { id: `system:scep:${endpoint.id}` },
        { certificate, fingerprint, authorityId: authority.id, endpointId: endpoint.id },
      );
    }
    return this.foreign.recognise(runtime, der);
  }

  /**
   * The renewal that `signer` asks for: same template, same subject, no name added, not revoked, in its window. Throws `renewal_refused`, `device_gone`.
   */
  async redeem(runtime: EndpointRuntime, signer: KnownSigner, csr: ParsedCsr): Promise<Redemption> {
    if (signer.kind === "foreign") return this.foreign.redeem(runtime, signer, csr);
    const { row, certificate } = signer;
    if (row.role !== "subscriber" || row.deviceId === undefined)
      throw renewalRefused(`a certificate for ${row.role} cannot renew`);
    if (row.status !== "issued")
      throw renewalRefused(`the certificate that signed is ${row.status}`);
    const offered = runtime.templates.find(({ id }) => id === row.templateId);
    if (offered === undefined)
      throw renewalRefused(`template ${row.templateId ?? "?"} is not at this endpoint`);
    const template = await templateFor(runtime.store, offered, row.deviceId);
    // Back-dating must not open the window early (T-06).
    const issuedAt = row.issuedAt ?? certificate.notBefore;
    requireRenewable(template, certificate, issuedAt, this.clock.now());
    requireSameNames(certificate, csr);
    const device = await runtime.store.devices.get(row.deviceId);
    if (device === undefined)
      throw new CountersignError("device_gone", `device ${row.deviceId} is unknown`);
    refuseUnlessLive(device);
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
