import { inject } from "tsyringe";
import { type Authority, tellsStatus } from "../../domain/authority.ts";
import { type Principal, requireScope } from "../../domain/principal.ts";
import { reignAt } from "../../domain/roll-over.ts";
import { type ParsedCertificate, parseCertificate } from "../../pki/certificate.ts";
import { ocspRequestFor, readOcspResponse } from "../../pki/ocsp-ask.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { Settings } from "../../ports/settings.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK, SETTINGS } from "../../tokens.ts";
import { Access, found } from "../access/access.ts";
import { statusUrls } from "../signing/ca-certificates.ts";
import { crlUrls, scopesOf } from "./crl-builder.ts";
import { publishesCrls } from "./crl-schedule.ts";
import { looked, publicAnswer, type PublicFinding, type Worry } from "./public-look.ts";
import { lookAtList } from "./public-list-look.ts";

const STATUS_REMEDY =
  "Correct DNS, proxy or cache in front of it; sign a list anew by countersign authority publish-crl.";
const SCEP_REMEDY =
  "Correct DNS, proxy or cache in front of it, and `scepUrl`, which devices are told; it must lead to this server.";
/** Without one of these a client falls back to weaker ways or gives up (RFC 8894 section 3.5.2). */
const NEEDED = ["AES", "POSTPKIOperation", "SCEPStandard", "SHA-256"] as const;
/** What the TLS client says of a certificate that this machine does not trust; devices may. */
const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/;

/**
 * What relying parties and devices get of an authority from its public URLs, compared with what should be there: CA certificate, lists, OCSP, and
 * of every enabled endpoint GetCACaps and GetCACert.
 */
export class PublicChecks {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Empty for an authority that publishes nothing here: one that is pending, deleted, or elsewhere. */
  async run(principal: Principal, id: string): Promise<readonly PublicFinding[]> {
    const store = this.access.open(principal, "authorities:read");
    requireScope(principal, id);
    const authority = found(await store.authorities.get(id), "authority", id);
    const { certificate, kind, status } = authority;
    const serves = status === "active" || status === "retired";
    if (certificate === undefined || kind === "outside" || !serves) return [];
    const { caIssuers } = statusUrls({ tenant: store.tenant, authority });
    return [
      await looked("CA certificate", caIssuers, STATUS_REMEDY, () =>
        sameCertificate(caIssuers, certificate),
      ),
      ...(await this.lists(store, authority, parseCertificate(certificate))),
      ...(await this.ocsp(store, authority, certificate)),
      ...(await this.scep(store, id, certificate)),
    ];
  }

  private async lists(
    store: TenantStore,
    authority: Authority,
    issuer: ParsedCertificate,
  ): Promise<readonly PublicFinding[]> {
    const now = this.clock.now();
    // The last list of one that is over is not renewed.
    if (!publishesCrls(authority, now)) return [];
    const findings: PublicFinding[] = [];
    for (const scope of scopesOf(authority))
      for (const kind of ["complete", "delta"] as const) {
        const published = () => store.crls.latest(scope, kind);
        // A delta comes with the second list.
        if (kind === "delta" && (!authority.deltaCrl || (await published()) === undefined))
          continue;
        const url = crlUrls(store.tenant, authority, scope.shard)[kind];
        const terms = { issuer, published, everySeconds: this.settings.crlInterval, now };
        findings.push(await looked("CRL", url, STATUS_REMEDY, () => lookAtList(url, terms)));
      }
    return findings;
  }

  private async ocsp(
    store: TenantStore,
    authority: Authority,
    certificate: Uint8Array,
  ): Promise<readonly PublicFinding[]> {
    const url = statusUrls({ tenant: store.tenant, authority }).ocsp;
    const now = this.clock.now();
    // A certificate of the authority that is surely good: that of its responder.
    const responder = authority.ocspResponder?.certificate;
    if (url === undefined || responder === undefined || !tellsStatus(authority, now)) return [];
    const { serial } = parseCertificate(responder);
    return [
      await looked("OCSP", url, STATUS_REMEDY, async () => {
        const asked = ocspRequestFor(parseCertificate(certificate), serial);
        const { bytes } = await publicAnswer(url, asked);
        const { status, nextUpdate } = readOcspResponse(bytes, certificate, serial);
        if (status !== "good") throw new Error(`says ${status} of its own responder`);
        if (nextUpdate !== undefined && nextUpdate <= now)
          throw new Error(`its answer ended on ${nextUpdate.toISOString()}`);
        return "answers, signed by its responder";
      }),
    ];
  }

  private async scep(
    store: TenantStore,
    authorityId: string,
    certificate: Uint8Array,
  ): Promise<readonly PublicFinding[]> {
    const { scepUrl } = this.settings;
    const now = this.clock.now();
    const findings: PublicFinding[] = [];
    for (const endpoint of await store.endpoints.list()) {
      const serves = endpoint.enabled && reignAt(endpoint, now).authorityId === authorityId;
      if (!serves || scepUrl === undefined) continue;
      const url = `${scepUrl}/${endpoint.id}`;
      for (const [check, look] of [
        ["GetCACaps", () => capabilitiesAt(url)],
        ["GetCACert", () => holdsCertificate(url, certificate)],
      ] as const)
        findings.push(await looked(check, url, SCEP_REMEDY, () => trusting(look)));
    }
    return findings;
  }
}

const sameCertificate = async (url: string, der: Uint8Array): Promise<string> => {
  if (Buffer.compare((await publicAnswer(url)).bytes, der) !== 0)
    throw new Error("is another certificate");
  return "is the CA certificate";
};

const capabilitiesAt = async (url: string): Promise<string> => {
  const { bytes } = await publicAnswer(`${url}?operation=GetCACaps`);
  const said = new Set(Buffer.from(bytes).toString("latin1").split(/\r?\n/));
  const missing = NEEDED.filter((keyword) => !said.has(keyword));
  if (missing.length > 0) throw new Error(`GetCACaps does not say ${missing.join(", ")}`);
  return `GetCACaps says ${[...said].filter((word) => word !== "").join(", ")}`;
};

const holdsCertificate = async (url: string, der: Uint8Array): Promise<string> => {
  // One certificate, or a certs-only message that holds each as it is.
  const { bytes } = await publicAnswer(`${url}?operation=GetCACert`);
  if (!Buffer.from(bytes).includes(Buffer.from(der)))
    throw new Error("GetCACert does not hold the CA's certificate");
  return "GetCACert holds the CA's certificate";
};

const trusting = async (look: () => Promise<string>): Promise<string | Worry> => {
  try {
    return await look();
  } catch (failure) {
    const { code } = ((failure as Error).cause ?? {}) as { readonly code?: unknown };
    if (typeof code !== "string" || !UNTRUSTED.test(code)) throw failure;
    return {
      message: `its TLS certificate is not trusted on this machine (${code}), so it was not looked at`,
      remedy:
        "Start the server with NODE_EXTRA_CA_CERTS naming the CA of the listener's certificate.",
    };
  }
};
