import { hash } from "node:crypto";
import { inject } from "tsyringe";
import { CountersignError, type ErrorCode } from "../../errors.ts";
import type { ParsedCsr } from "../../pki/certificate-request.ts";
import { type ParsedCertificate, tryParseCertificate } from "../../pki/certificate.ts";
import { verifyIssued } from "../../pki/chain.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { Redemption } from "../../ports/challenge-policy.ts";
import { CLOCK } from "../../tokens.ts";
import type { EndpointRuntime } from "../endpoints/endpoint-runtimes.ts";
import { renewalRefused, requireRenewable, requireSameNames } from "./renewal-rules.ts";
import { RequestedDevice } from "../devices/requested-device.ts";

/** A signer's certificate by a CA that the endpoint trusts besides its own. */
export interface ForeignSigner {
  readonly kind: "foreign";
  readonly certificate: ParsedCertificate;
  /** Lower-case hex. */
  readonly fingerprint: string;
}

const ANY_USE = "2.5.29.37.0";
/** What is wrong with the certificate that signed and not with the device. */
const OF_THE_CERTIFICATE: ReadonlySet<ErrorCode> = new Set(["claim_mismatch", "bad_message"]);

/** Renewals signed with a certificate of another CA (RFC 8894 section 2.3), where an endpoint names that CA: devices move without a challenge. */
export class ForeignRenewals {
  constructor(
    @inject(CLOCK) private readonly clock: Clock,
    @inject(RequestedDevice) private readonly devices: RequestedDevice,
  ) {}

  /** Undefined for a certificate of nobody whom the endpoint names. */
  recognise({ endpoint }: EndpointRuntime, der: Uint8Array): ForeignSigner | undefined {
    if (endpoint.foreignRenewal === undefined) return undefined;
    const certificate = tryParseCertificate(der);
    const issued = endpoint.foreignRenewal.authorities.some((ca) => verifyIssued(der, ca));
    return certificate !== undefined && issued
      ? { kind: "foreign", certificate, fingerprint: hash("sha256", der, "hex") }
      : undefined;
  }

  /**
   * What the signer's certificate is good for: the template that the endpoint names, for the device that its names fit, with the same subject
   * and no name added. It must have been for what the template's certificates are for. Throws `renewal_refused`,
   * `device_gone`, `user_disabled`.
   */
  async redeem(
    runtime: EndpointRuntime,
    { certificate }: ForeignSigner,
    csr: ParsedCsr,
  ): Promise<Redemption> {
    try {
      return await this.redeemed(runtime, certificate, csr);
    } catch (error) {
      // An outside CA may have written extensions that cannot be read.
      if (!(error instanceof CountersignError) || !OF_THE_CERTIFICATE.has(error.code)) throw error;
      throw renewalRefused(error.detail);
    }
  }

  private async redeemed(
    { endpoint, templates, store }: EndpointRuntime,
    certificate: ParsedCertificate,
    csr: ParsedCsr,
  ): Promise<Redemption> {
    const template = templates.find(({ id }) => id === endpoint.foreignRenewal?.templateId);
    if (endpoint.foreignRenewal === undefined || template === undefined)
      throw renewalRefused("no template of this endpoint renews certificates of another CA");
    if (certificate.basicConstraints?.cA === true)
      throw renewalRefused("a CA certificate cannot renew");
    if (certificate.keyUsages?.includes("digitalSignature") === false)
      throw renewalRefused("the certificate that signed is not for signatures");
    const uses = certificate.extendedKeyUsages;
    const lacking = template.extendedKeyUsages.find(
      (oid) => uses?.includes(oid) === false && !uses.includes(ANY_USE),
    );
    if (lacking !== undefined)
      throw renewalRefused(`the certificate that signed is not for ${lacking}`);
    requireRenewable(template, certificate, certificate.notBefore, this.clock.now());
    requireSameNames(certificate, csr);
    const names = { subject: certificate.subject, sans: certificate.sans };
    return {
      template,
      device: await this.devices.find(
        { store, endpoint },
        template,
        names,
        endpoint.foreignRenewal.unknownDevice,
      ),
      subjectSource: names,
      challengeId: undefined,
      expiresAt: undefined,
      replaces: undefined,
    };
  }
}
