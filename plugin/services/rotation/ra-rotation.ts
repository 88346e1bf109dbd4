import { inject } from "tsyringe";
import { addDays } from "../../domain/duration.ts";
import type { Endpoint } from "../../domain/endpoint.ts";
import type { Principal } from "../../domain/principal.ts";
import { heirOf, isLiveRa, type Ra } from "../../domain/ra.ts";
import { reignAt, settledAt } from "../../domain/roll-over.ts";
import { parseCertificate } from "../../pki/certificate.ts";
import type { Clock, Logger, Metrics } from "../../ports/ambient.ts";
import { providerOf } from "../../ports/keys.ts";
import type { RotationSettings, Settings } from "../../ports/settings.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK, LOGGER, METRICS, SETTINGS } from "../../tokens.ts";
import { Access, found } from "../access/access.ts";
import { EndpointRuntimes } from "../endpoints/endpoint-runtimes.ts";
import { Keyring } from "../signing/keyring.ts";
import { Ras } from "../endpoints/ras.ts";

/**
 * Replaces RAs on schedule (K-08): some time before one ends, a key and a certificate are made ahead and announced at its endpoints; then they
 * take over, the old one opens envelopes for the overlap, and is retired.
 */
export class RaRotation {
  private readonly rotation: RotationSettings;

  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(LOGGER) private readonly logger: Logger,
    @inject(METRICS) private readonly metrics: Metrics,
    @inject(SETTINGS) settings: Settings,
    @inject(Keyring) private readonly keyring: Keyring,
    @inject(Ras) private readonly ras: Ras,
    @inject(EndpointRuntimes) private readonly runtimes: EndpointRuntimes,
  ) {
    this.rotation = settings.rotation;
  }

  /** Does for one tenant what is due. `principal` manages its configuration. */
  async run(store: TenantStore, principal: Principal): Promise<void> {
    const now = this.clock.now();
    const soon = addDays(now, this.rotation.raDaysBefore);
    for (const ra of await store.ras.list()) {
      if (ra.retiredAt !== undefined || ra.notAfter === undefined || ra.notAfter > soon) continue;
      const served = (await store.endpoints.list()).filter(
        (endpoint) => reignAt(endpoint, now).raId === ra.id,
      );
      // The certificate of a `single` authority is renewed with the authority.
      if (served.length > 0 && ra.origin !== "single")
        await this.replace(store, principal, ra, served);
    }
    await this.retire(store, principal);
  }

  private async replace(
    store: TenantStore,
    principal: Principal,
    ra: Ra,
    served: readonly Endpoint[],
  ): Promise<void> {
    const now = this.clock.now();
    const heir = heirOf(ra.id, await store.ras.list()) ?? (await this.make(store, principal, ra));
    if (heir === undefined || !isLiveRa(heir, now)) {
      this.metrics.count("countersign_ra_rotation_waits_total");
      this.logger.warn(
        { ra: ra.id, notAfter: ra.notAfter, successor: heir?.id },
        "an RA ends soon and its successor has no certificate yet: bring it",
      );
      return;
    }
    for (const endpoint of served) await this.announce(store, principal, endpoint, ra, heir);
  }

  /** An outside CA has to certify the successor of an RA that it has certified; one that was given is replaced by one of our own. */
  private async make(store: TenantStore, principal: Principal, ra: Ra): Promise<Ra | undefined> {
    const authority = await store.authorities.get(ra.authorityId);
    const algorithm =
      ra.certificate === undefined ? undefined : parseCertificate(ra.certificate).publicKey;
    const wanted = {
      authorityId: ra.authorityId,
      keyStore: providerOf(ra.keyRef),
      keyAlgorithm: algorithm?.algorithm,
      replaces: ra.id,
      ...(ra.origin === "given" ? {} : { subject: ra.subject }),
    };
    const outside = ra.origin === "csr" || authority?.keyRef === undefined;
    const { id } = outside
      ? await this.ras.request(principal, wanted)
      : await this.ras.issue(principal, wanted);
    this.logger.info({ ra: ra.id, successor: id, outside }, "the successor of an RA is made");
    return store.ras.get(id);
  }

  private async announce(
    store: TenantStore,
    principal: Principal,
    { id }: Endpoint,
    ra: Ra,
    heir: Ra,
  ): Promise<void> {
    const { announceDays, overlapDays } = this.rotation;
    const now = this.clock.now();
    await store.run(async (tx) => {
      const stored = await tx.endpoints.get(id);
      const endpoint = stored === undefined ? undefined : settledAt(stored, now);
      if (endpoint?.raId !== ra.id) return;
      const usual = addDays(now, announceDays);
      const end = ra.notAfter ?? now;
      const announced = endpoint.next;
      // The successor of the authority brings an RA of its own, unless it comes too late.
      if (announced !== undefined && announced.from < end) return;
      const from = usual < end ? usual : now;
      const next = {
        authorityId: endpoint.authorityId,
        raId: heir.id,
        from,
        until: addDays(from, overlapDays),
      };
      const changed = announced === undefined ? { next } : withRa(endpoint, heir, next.until);
      await tx.endpoints.update({
        ...endpoint,
        ...changed,
        version: endpoint.version + 1,
        updatedAt: now,
      });
      await tx.ledger.append(
        this.access.entry(principal, "endpoint.changed", id, {
          rollOver: { raId: heir.id, from: from.toISOString(), because: "the RA ends" },
        }),
      );
    });
    this.runtimes.forget(id);
  }

  /** Puts away RAs that no endpoint knows any more and that have been replaced or have ended. */
  private async retire(store: TenantStore, principal: Principal): Promise<void> {
    const now = this.clock.now();
    const retired = await store.run(async (tx) => {
      const used = new Set((await tx.endpoints.list()).flatMap((endpoint) => knownTo(endpoint)));
      const all = await tx.ras.list();
      const over = all.filter(
        (ra) =>
          ra.retiredAt === undefined &&
          !used.has(ra.id) &&
          ((ra.notAfter !== undefined && ra.notAfter <= now) || heirIsUsed(ra, all, used)),
      );
      for (const ra of over) {
        await tx.ras.update({ ...ra, retiredAt: now });
        await tx.ledger.append(
          this.access.entry(principal, "ra.retired", ra.id, {
            authority: ra.authorityId,
            keyDestroyed: this.destroys(ra),
          }),
        );
      }
      return over;
    });
    for (const ra of retired) {
      this.logger.info({ ra: ra.id }, "RA retired");
      if (this.destroys(ra)) await this.keyring.destroy(ra.keyRef);
    }
  }

  private destroys(ra: Ra): boolean {
    return this.rotation.destroyRetiredRaKeys && ra.origin !== "single";
  }
}

const knownTo = ({ raId, next, retiredRas }: Endpoint): readonly (string | undefined)[] => [
  raId,
  next?.raId,
  ...retiredRas.map((old) => old.raId),
];

const heirIsUsed = (ra: Ra, all: readonly Ra[], used: ReadonlySet<string | undefined>): boolean => {
  const heir = heirOf(ra.id, all);
  return heir !== undefined && used.has(heir.id);
};

/** Another RA at once, while the roll-over of the authority is still to come. */
const withRa = (
  endpoint: Endpoint,
  heir: Ra,
  until: Date,
): Pick<Endpoint, "raId" | "retiredRas"> => ({
  raId: heir.id,
  retiredRas: [
    ...endpoint.retiredRas,
    {
      raId: found(endpoint.raId, "RA of endpoint", endpoint.id),
      authorityId: endpoint.authorityId,
      until,
    },
  ],
});
