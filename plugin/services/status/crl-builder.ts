import { inject } from "tsyringe";
import { type Authority, crlPath, schemeOfAuthority } from "../../domain/authority.ts";
import { type CrlScope, serialsOf } from "../../domain/crl-scope.ts";
import type { TenantId } from "../../domain/tenant.ts";
import { parseCertificate } from "../../pki/certificate.ts";
import { buildCrlParts } from "../../pki/crl.ts";
import type { CrlEntry, PackedEntries } from "../../pki/crl-entries.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { CrlKind, CrlRevisions, RevocationScope, SignedCrl } from "../../ports/crl-store.ts";
import type { Settings } from "../../ports/settings.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK, SETTINGS } from "../../tokens.ts";
import { found } from "../access/access.ts";
import { Keyring } from "../signing/keyring.ts";

/** Entries read at once: some milliseconds of work for the database, less than one here. */
const PAGE = 4000;
/** Milliseconds: how far the clocks of two nodes may differ before a delta leaves something out. */
const CLOCK_SLACK = 600_000;

/** The addresses of a scope's lists, as its certificates and the lists themselves name them. */
export const crlUrls = (tenant: TenantId, authority: Authority, shard: number) => {
  const at = (kind: CrlKind): string =>
    authority.publicUrl + crlPath(tenant, authority, shard, kind);
  return { complete: at("complete"), delta: at("delta") };
};

/** All scopes of an authority. */
export const scopesOf = (authority: Authority): readonly CrlScope[] =>
  Array.from({ length: authority.crlShards }, (_, shard) => ({ authorityId: authority.id, shard }));

/** Signs lists; storing them is the publisher's. */
export class CrlBuilder {
  constructor(
    @inject(CLOCK) private readonly clock: Clock,
    @inject(SETTINGS) private readonly settings: Settings,
    @inject(Keyring) private readonly keyring: Keyring,
  ) {}

  /** A complete list with the next number: max(last + 1, unix seconds), so that it survives restores and several nodes (foundations.md 14). */
  async complete(
    store: TenantStore,
    authority: Authority,
    shard: number,
    onPage?: () => Promise<void>,
  ): Promise<SignedCrl> {
    const now = this.clock.now();
    const last = await store.crls.latest({ authorityId: authority.id, shard });
    const seconds = BigInt(Math.floor(now.getTime() / 1000));
    const number = last !== undefined && last.number >= seconds ? last.number + 1n : seconds;
    const keptFrom = this.expiredKeptFrom(authority, now);
    const scope = { authorityId: authority.id, ...serialsOf(shard, authority.crlShards) };
    return this.sign(store, authority, {
      ...{ shard, kind: "complete", number, baseNumber: undefined, now, onPage },
      lifetime: await this.lifetime(store, authority, now),
      expiredCertsOnCrl: keptFrom,
      read: async (after) => {
        const pack = await store.certificates.revokedPack(scope, keptFrom, after, PAGE);
        return { page: pack, entries: pack.entries, last: pack.last };
      },
    });
  }

  /** The delta that goes with a complete list; undefined where the authority has none, or before the first base. */
  async delta(
    store: TenantStore,
    authority: Authority,
    complete: SignedCrl,
    base: CrlRevisions["base"],
  ): Promise<SignedCrl | undefined> {
    if (!authority.deltaCrl || base === undefined) return undefined;
    const scope: RevocationScope = {
      authorityId: authority.id,
      ...serialsOf(complete.shard, authority.crlShards),
    };
    const since = new Date(base.at.getTime() - CLOCK_SLACK);
    const { shard, number, thisUpdate, nextUpdate } = complete;
    const whole = (nextUpdate.getTime() - thisUpdate.getTime()) / 1000;
    return this.sign(store, authority, {
      ...{ shard, kind: "delta", number, baseNumber: base.number, now: thisUpdate },
      lifetime:
        authority.status === "deleted" ? whole : Math.min(whole, 2 * this.settings.crlInterval),
      expiredCertsOnCrl: undefined,
      read: async (after) => {
        const page = await store.certificates.changedPage(scope, since, after, PAGE);
        return { page, entries: page.length, last: page.at(-1)?.serial };
      },
    });
  }

  /** Certificates that expired at this moment or later are still listed (X.509, expiredCertsOnCRL). */
  expiredKeptFrom(authority: Authority, now: Date): Date {
    const kept = Math.max(
      now.getTime() - this.settings.crlKeepExpired * 1000,
      authority.notBefore?.getTime() ?? 0,
    );
    return new Date(Math.floor(kept / 1000) * 1000);
  }

  /** Seconds. The list of a deleted authority is its last: it holds until the last certificate has ended (foundations.md 29). */
  private async lifetime(
    store: TenantStore,
    { id, status }: Authority,
    now: Date,
  ): Promise<number> {
    const { crlLifetime } = this.settings;
    if (status !== "deleted") return crlLifetime;
    const end = (await store.certificates.lastEnd(id))?.getTime() ?? 0;
    return Math.max(crlLifetime, Math.ceil((end - now.getTime()) / 1000) + 1);
  }

  private async sign(store: TenantStore, authority: Authority, wanted: Wanted): Promise<SignedCrl> {
    const { shard, kind, number, baseNumber, expiredCertsOnCrl } = wanted;
    const signer = await this.keyring.signer(
      found(authority.keyRef, "key of authority", authority.id),
    );
    const issuer = parseCertificate(
      found(authority.certificate, "certificate of authority", authority.id),
    );
    const thisUpdate = new Date(Math.floor(wanted.now.getTime() / 1000) * 1000);
    const nextUpdate = new Date(thisUpdate.getTime() + wanted.lifetime * 1000);
    const urls = crlUrls(store.tenant, authority, shard);
    const list = await buildCrlParts({
      issuerRaw: issuer.subjectRaw,
      akiHex: issuer.subjectKeyIdentifier ?? authority.subjectKeyId,
      ...{ number, thisUpdate, nextUpdate, baseNumber, expiredCertsOnCrl, signer },
      entries: pagesOf(wanted),
      scheme: schemeOfAuthority(authority),
      // Of both kinds: a delta has the scope of its base (RFC 5280 section 5.2.4).
      shardUrl: authority.crlShards > 1 ? urls.complete : undefined,
      deltaUrl: kind === "complete" && authority.deltaCrl ? urls.delta : undefined,
    });
    return {
      ...{ authorityId: authority.id, shard, kind, number, baseNumber, thisUpdate, nextUpdate },
      ...list,
    };
  }
}

interface Read {
  readonly page: readonly CrlEntry[] | PackedEntries;
  readonly entries: number;
  /** The highest serial; undefined when there is none. */
  readonly last: string | undefined;
}

interface Wanted {
  readonly shard: number;
  readonly kind: CrlKind;
  readonly number: bigint;
  readonly baseNumber: bigint | undefined;
  readonly now: Date;
  /** Seconds. */
  readonly lifetime: number;
  readonly expiredCertsOnCrl: Date | undefined;
  readonly read: (after: string | undefined) => Promise<Read>;
  readonly onPage?: (() => Promise<void>) | undefined;
}

async function* pagesOf({ read, onPage }: Wanted): AsyncGenerator<Read["page"]> {
  let next = read(undefined);
  for (;;) {
    const { page, entries, last } = await next;
    const more = entries === PAGE;
    // The database reads on while this page is encoded.
    if (more) {
      next = read(last);
      // Nobody may wait for it any more when the page before it failed.
      next.catch(() => undefined);
    }
    if (entries > 0) yield page;
    if (!more) return;
    await onPage?.();
  }
}
