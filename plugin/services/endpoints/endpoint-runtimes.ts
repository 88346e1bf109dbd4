import { inject } from "tsyringe";
import type { Authority } from "../../domain/authority.ts";
import { type Cap, capsOver } from "../../domain/cap.ts";
import type { Endpoint } from "../../domain/endpoint.ts";
import { reignAt } from "../../domain/roll-over.ts";
import type { Template } from "../../domain/template.ts";
import { CountersignError } from "../../errors.ts";
import { type ParsedCertificate, parseCertificate } from "../../pki/certificate.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { CaBackend, CaBackendFactory } from "../../ports/ca-backend.ts";
import type { Decrypter, Signer } from "../../ports/keys.ts";
import type { Directory, TenantStore } from "../../ports/stores.ts";
import { CA_BACKENDS, CLOCK, DIRECTORY } from "../../tokens.ts";
import { found } from "../access/access.ts";
import { chainOf } from "../signing/ca-chain.ts";
import { Keyring } from "../signing/keyring.ts";

/** An RA and the authority that issues for requests addressed to it. */
export interface RaWay {
  readonly raId: string;
  readonly certificate: ParsedCertificate;
  readonly signer: Signer;
  readonly decrypter: Decrypter;
  readonly authority: Authority;
  readonly authorityCertificate: ParsedCertificate;
  readonly backend: CaBackend;
  /** Whether certificates of this authority stand under a cap, its own or the tenant's. */
  readonly capped: boolean;
  /** DER: issuing CA, intermediates, root; without the RA. */
  readonly chain: readonly Uint8Array[];
}

/** All that a request at one endpoint needs, read once and kept for a moment. */
export interface EndpointRuntime {
  readonly store: TenantStore;
  readonly endpoint: Endpoint;
  readonly templates: readonly Template[];
  readonly current: RaWay;
  /** Announced by GetNextCACert, and used already by clients that have fetched it. */
  readonly next: RaWay | undefined;
  /** Current, next, and those retired but within their overlap. */
  readonly ways: readonly RaWay[];
  /** Milliseconds since 1970. */
  readonly readAt: number;
}

/** Milliseconds after which another node's change is seen. Changes made here are seen at once. */
const FRESH = 1000;

/** The runtimes of enabled endpoints by path id; a hot SCEP request reads the database once a second, not five times. */
export class EndpointRuntimes {
  private readonly kept = new Map<string, Promise<EndpointRuntime>>();

  constructor(
    @inject(DIRECTORY) private readonly directory: Directory,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(CA_BACKENDS) private readonly backends: readonly CaBackendFactory[],
    @inject(Keyring) private readonly keyring: Keyring,
  ) {}

  /** Throws `endpoint_disabled` for an unknown or a disabled endpoint alike. */
  async get(endpointId: string): Promise<EndpointRuntime> {
    const kept = this.kept.get(endpointId);
    if (kept !== undefined) {
      const runtime = await kept;
      const age = this.clock.now().getTime() - runtime.readAt;
      if (age >= 0 && age < FRESH) return runtime;
      if (this.kept.get(endpointId) === kept) this.kept.delete(endpointId);
    }
    const shared = this.kept.get(endpointId);
    if (shared !== undefined) return shared;
    const reading = this.read(endpointId);
    this.kept.set(endpointId, reading);
    // A failed look-up is not kept: unknown ids must not fill the memory.
    reading.catch(() => {
      if (this.kept.get(endpointId) === reading) this.kept.delete(endpointId);
    });
    return reading;
  }

  forget(endpointId: string): void {
    this.kept.delete(endpointId);
  }

  /** After a change of something that many endpoints share. */
  forgetAll(): void {
    this.kept.clear();
  }

  private async read(endpointId: string): Promise<EndpointRuntime> {
    const now = this.clock.now();
    const tenant = await this.directory.tenantOfEndpoint(endpointId);
    const store = tenant === undefined ? undefined : this.directory.open(tenant);
    const endpoint = await store?.endpoints.get(endpointId);
    if (store === undefined || endpoint?.enabled !== true)
      throw new CountersignError("endpoint_disabled", `no endpoint ${endpointId}`);
    const reign = reignAt(endpoint, now);
    const caps = await store.caps.list();
    const offered = await Promise.all(
      endpoint.templateIds.map(async (id) => found(await store.templates.get(id), "template", id)),
    );
    // A template whose keys are made here takes no request of a device.
    const templates = offered.filter(({ delivery }) => delivery === "scep");
    const current = await this.way(store, endpoint, caps, reign.authorityId, reign.raId);
    const next =
      reign.next &&
      (await this.way(store, endpoint, caps, reign.next.authorityId, reign.next.raId));
    const retired = await Promise.all(
      reign.retired.map(({ authorityId, raId }) =>
        this.way(store, endpoint, caps, authorityId, raId),
      ),
    );
    return {
      store,
      endpoint,
      templates,
      current,
      next,
      ways: [current, ...(next === undefined ? [] : [next]), ...retired],
      readAt: now.getTime(),
    };
  }

  private async way(
    store: TenantStore,
    endpoint: Endpoint,
    caps: readonly Cap[],
    authorityId: string,
    raId: string | undefined,
  ): Promise<RaWay> {
    const authority = found(await store.authorities.get(authorityId), "authority", authorityId);
    const ra = found(await store.ras.get(raId ?? ""), "RA of endpoint", endpoint.id);
    const backend = found(
      this.backends.find(({ kind }) => kind === "internal"),
      "CA backend",
      "internal",
    );
    const signer =
      authority.keyRef === undefined ? undefined : await this.keyring.signer(authority.keyRef);
    return {
      raId: ra.id,
      certificate: parseCertificate(found(ra.certificate, "certificate of RA", ra.id)),
      signer: await this.keyring.signer(ra.keyRef),
      decrypter: await this.keyring.decrypter(ra.keyRef),
      authority,
      authorityCertificate: parseCertificate(
        found(authority.certificate, "certificate of authority", authorityId),
      ),
      backend: backend.create(authority, signer),
      capped: caps.some(({ subject }) => capsOver(authorityId).includes(subject)),
      chain:
        endpoint.chain.length > 0 && authorityId === endpoint.authorityId
          ? endpoint.chain
          : await chainOf(store, authority),
    };
  }
}
