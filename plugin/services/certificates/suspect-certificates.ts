import { inject } from "tsyringe";
import { formatDn } from "../../domain/distinguished-name.ts";
import type { Principal } from "../../domain/principal.ts";
import type { ParsedCertificate } from "../../pki/certificate.ts";
import type { Clock, Logger } from "../../ports/ambient.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK, LOGGER } from "../../tokens.ts";

/** A certificate with a good signature of an authority of ours, of which the store knows nothing. */
export interface SuspectCertificate {
  readonly certificate: ParsedCertificate;
  readonly authorityId: string;
  /** SHA-256 of the DER, lower-case hex. */
  readonly fingerprint: string;
  /** Where it was shown: at an endpoint, or on a device. */
  readonly endpointId?: string;
  readonly deviceId?: string;
}

/**
 * Lists what was signed with our keys and is not known: issued after a backup that was restored without the tail of its ledger, or signed past
 * this server (foundations.md 33). Such a certificate renews nothing. The list is the ledger's rows `certificate.unknown`, one each.
 */
export class SuspectCertificates {
  constructor(
    @inject(CLOCK) private readonly clock: Clock,
    @inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Whoever shows it again changes nothing. */
  async note(
    { tenant, ledger }: TenantStore,
    { id: principal }: Pick<Principal, "id">,
    { certificate, authorityId, fingerprint, endpointId, deviceId }: SuspectCertificate,
  ): Promise<void> {
    const event = "certificate.unknown";
    const { items } = await ledger.list({ event, subjectId: fingerprint }, { limit: 1 });
    if (items.length > 0) return;
    const facts = {
      ...{ authority: authorityId, serial: certificate.serial },
      ...(endpointId === undefined ? {} : { endpoint: endpointId }),
      ...(deviceId === undefined ? {} : { device: deviceId }),
      subject: formatDn(certificate.subject),
      notAfter: certificate.notAfter.toISOString(),
    };
    this.logger.error({ tenant, fingerprint, ...facts }, "a certificate of ours is not known here");
    await ledger.append({
      event,
      principal,
      at: this.clock.now(),
      subjectId: fingerprint,
      data: facts,
    });
  }
}
