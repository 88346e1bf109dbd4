import { inject } from "tsyringe";
import { type Authority, tellsStatus } from "../../domain/authority.ts";
import { parseCertificate } from "../../pki/certificate.ts";
import type { Clock, Logger } from "../../ports/ambient.ts";
import type { Settings } from "../../ports/settings.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK, LOGGER, SETTINGS } from "../../tokens.ts";

/**
 * Lets retired authorities end: once their last certificate has ended, and the time is over for which lists and answers promise to tell of it
 * still (`crl.keepExpiredSeconds`), they sign no more lists and answer no more OCSP requests. The last list goes on being served.
 */
export class AuthorityEndings {
  constructor(
    @inject(CLOCK) private readonly clock: Clock,
    @inject(LOGGER) private readonly logger: Logger,
    @inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Before another list or responder is signed: whether a retired authority is over, which is then written down, once. */
  async endIfOver(store: TenantStore, authority: Authority): Promise<boolean> {
    if (authority.status !== "retired" || !tellsStatus(authority, this.clock.now())) return false;
    if (!(await this.isOver(store, authority))) return false;
    const { id } = authority;
    await store.run(async (tx) => {
      const current = await tx.authorities.get(id);
      // Another node has done it.
      if (current === undefined || current.endedAt !== undefined) return;
      const now = this.clock.now();
      await tx.authorities.update({ ...current, endedAt: now, version: current.version + 1 });
      await tx.ledger.append({
        event: "authority.ended",
        principal: "system:crl",
        at: now,
        subjectId: id,
        data: {},
      });
      this.logger.info({ tenant: store.tenant, authority: id }, "a retired authority has ended");
    });
    return true;
  }

  private async isOver(store: TenantStore, authority: Authority): Promise<boolean> {
    const last = await store.certificates.lastRelied(authority.id, ownSerials(authority));
    const until = (last?.getTime() ?? 0) + this.settings.crlKeepExpired * 1000;
    return until <= this.clock.now().getTime();
  }
}

/** A root has issued its own certificates, on which nobody asks it. */
const ownSerials = ({ certificate, pastCertificates }: Authority): readonly string[] =>
  [...(certificate === undefined ? [] : [certificate]), ...pastCertificates].map(
    (der) => parseCertificate(der).serial,
  );
