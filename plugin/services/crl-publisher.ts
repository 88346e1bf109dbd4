import { inject } from "tsyringe";
import { type Authority, schemeOfAuthority } from "../domain/authority.ts";
import { buildCrl } from "../pki/crl.ts";
import { parseCertificate } from "../pki/certificate.ts";
import type { Clock, Metrics } from "../ports/ambient.ts";
import type { Settings } from "../ports/settings.ts";
import type { CrlRecord, RevokedEntry, TenantStore } from "../ports/stores.ts";
import { CLOCK, METRICS, SETTINGS } from "../tokens.ts";
import { found } from "./access.ts";
import { Keyring } from "./keyring.ts";

/** Entries read at once; a million go through in 113 MB (foundations.md 29). */
const PAGE = 2000;

/** Signs complete CRLs, on demand after a revocation and when the last one has grown old. */
export class CrlPublisher {
  private readonly running = new Map<string, Promise<CrlRecord>>();

  constructor(
    @inject(CLOCK) private readonly clock: Clock,
    @inject(SETTINGS) private readonly settings: Settings,
    @inject(METRICS) private readonly metrics: Metrics,
    @inject(Keyring) private readonly keyring: Keyring,
  ) {}

  /** The list to serve now: the last one, unless something was revoked since or it is older than the interval. */
  async current(store: TenantStore, authority: Authority): Promise<CrlRecord> {
    const latest = await store.crls.latest(authority.id);
    const { dirty, published } = await store.crls.revisions(authority.id);
    const renewAt =
      latest === undefined ? 0 : latest.thisUpdate.getTime() + this.settings.crlInterval * 1000;
    if (latest !== undefined && dirty === published && renewAt > this.clock.now().getTime())
      return latest;
    return this.publish(store, authority);
  }

  /** Signs and stores a new list; callers of one moment share it. */
  async publish(store: TenantStore, authority: Authority): Promise<CrlRecord> {
    const key = `${store.tenant}/${authority.id}`;
    const { dirty } = await store.crls.revisions(authority.id);
    const running = this.running.get(key);
    if (running !== undefined) {
      // That list may have been read before this caller's revocation; it looks again once it is out.
      await running;
      return this.current(store, authority);
    }
    const started = this.sign(store, authority, dirty).finally(() => this.running.delete(key));
    this.running.set(key, started);
    return started;
  }

  /** A signed list that is not stored yet. */
  async build(store: TenantStore, authority: Authority): Promise<CrlRecord> {
    const signer = await this.keyring.signer(
      found(authority.keyRef, "key of authority", authority.id),
    );
    const issuer = parseCertificate(
      found(authority.certificate, "certificate of authority", authority.id),
    );
    const last = await store.crls.latest(authority.id);
    const now = this.clock.now();
    const thisUpdate = new Date(Math.floor(now.getTime() / 1000) * 1000);
    const nextUpdate = new Date(thisUpdate.getTime() + this.settings.crlLifetime * 1000);
    // foundations.md 14: survives restores and several nodes.
    const seconds = BigInt(Math.floor(now.getTime() / 1000));
    const number = last !== undefined && last.number >= seconds ? last.number + 1n : seconds;
    const der = await buildCrl({
      issuerRaw: issuer.subjectRaw,
      akiHex: issuer.subjectKeyIdentifier ?? authority.subjectKeyId,
      number,
      thisUpdate,
      nextUpdate,
      entries: revokedEntries(store, authority.id, now),
      scheme: schemeOfAuthority(authority),
      signer,
    });
    return { authorityId: authority.id, number, thisUpdate, nextUpdate, der };
  }

  private async sign(store: TenantStore, authority: Authority, dirty: number): Promise<CrlRecord> {
    const crl = await this.build(store, authority);
    const stored = await store.run(async (tx) => {
      if (!(await tx.crls.insert(crl))) return false;
      await tx.crls.markPublished(authority.id, dirty);
      return true;
    });
    this.metrics.count("countersign_crls_published_total", { stored: String(stored) });
    // Another node was faster with a higher number: its list holds at least what ours does, or the next fetch makes a newer one.
    return stored
      ? crl
      : found(await store.crls.latest(authority.id), "CRL of authority", authority.id);
  }
}

async function* revokedEntries(
  store: TenantStore,
  authorityId: string,
  now: Date,
): AsyncGenerator<readonly RevokedEntry[]> {
  for (let after: string | undefined; ;) {
    const page = await store.certificates.revokedPage(authorityId, now, after, PAGE);
    if (page.length > 0) yield page;
    if (page.length < PAGE) return;
    after = page[page.length - 1]?.serial;
  }
}
