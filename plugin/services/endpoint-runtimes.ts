import { inject } from "tsyringe";
import type { Authority } from "../domain/authority.ts";
import type { Endpoint } from "../domain/endpoint.ts";
import type { Template } from "../domain/template.ts";
import { type ParsedCertificate, parseCertificate } from "../pki/certificate.ts";
import type { Clock } from "../ports/ambient.ts";
import type { CaBackend, CaBackendFactory } from "../ports/ca-backend.ts";
import type { Decrypter, Signer } from "../ports/keys.ts";
import type { Directory, TenantStore } from "../ports/stores.ts";
import { CA_BACKENDS, CLOCK, DIRECTORY } from "../tokens.ts";
import { found } from "./access.ts";
import { chainOf } from "./ca-chain.ts";
import { Keyring } from "./keyring.ts";
import { CountersignError } from "../errors.ts";

/** All that a request at one endpoint needs, read once and kept for a moment. */
export interface EndpointRuntime {
  readonly store: TenantStore;
  readonly endpoint: Endpoint;
  readonly authority: Authority;
  readonly templates: readonly Template[];
  readonly backend: CaBackend;
  readonly ra: {
    readonly id: string;
    readonly certificate: ParsedCertificate;
    readonly signer: Signer;
    readonly decrypter: Decrypter;
  };
  /** DER: issuing CA, intermediates, root; without the RA. */
  readonly chain: readonly Uint8Array[];
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
      if (this.clock.now().getTime() - runtime.readAt < FRESH) return runtime;
      if (this.kept.get(endpointId) === kept) this.kept.delete(endpointId);
    }
    const shared = this.kept.get(endpointId);
    if (shared !== undefined) return shared;
    const reading = this.read(endpointId);
    this.kept.set(endpointId, reading);
    // A failed look-up is not kept: unknown ids must not fill the memory.
    reading.catch(() => this.kept.delete(endpointId));
    return reading;
  }

  forget(endpointId: string): void {
    this.kept.delete(endpointId);
  }

  forgetAll(): void {
    this.kept.clear();
  }

  private async read(endpointId: string): Promise<EndpointRuntime> {
    const tenant = await this.directory.tenantOfEndpoint(endpointId);
    const store = tenant === undefined ? undefined : this.directory.open(tenant);
    const endpoint = await store?.endpoints.get(endpointId);
    if (store === undefined || endpoint?.enabled !== true)
      throw new CountersignError("endpoint_disabled", `no endpoint ${endpointId}`);
    const authority = found(
      await store.authorities.get(endpoint.authorityId),
      "authority",
      endpoint.authorityId,
    );
    const ra = found(await store.ras.get(endpoint.raId ?? ""), "RA of endpoint", endpointId);
    const templates = await Promise.all(
      endpoint.templateIds.map(async (id) => found(await store.templates.get(id), "template", id)),
    );
    const signer =
      authority.keyRef === undefined ? undefined : await this.keyring.signer(authority.keyRef);
    const factory = this.backends.find(({ kind }) => kind === "internal");
    return {
      store,
      endpoint,
      authority,
      templates,
      backend: found(factory, "CA backend", "internal").create(authority, signer),
      ra: {
        id: ra.id,
        certificate: parseCertificate(found(ra.certificate, "certificate of RA", ra.id)),
        signer: await this.keyring.signer(ra.keyRef),
        decrypter: await this.keyring.decrypter(ra.keyRef),
      },
      chain: endpoint.chain.length > 0 ? endpoint.chain : await chainOf(store, authority),
      readAt: this.clock.now().getTime(),
    };
  }
}
