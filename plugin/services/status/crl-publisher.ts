import { inject } from "tsyringe";
import type { Authority } from "../../domain/authority.ts";
import type { CrlScope } from "../../domain/crl-scope.ts";
import { CountersignError } from "../../errors.ts";
import type { Clock, Metrics, Random } from "../../ports/ambient.ts";
import type { CrlRecord, CrlRevisions } from "../../ports/crl-store.ts";
import type { Settings } from "../../ports/settings.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK, METRICS, RANDOM, SETTINGS } from "../../tokens.ts";
import { CrlBuilder } from "./crl-builder.ts";

/** Milliseconds: longer than a page takes; prolonged while a list is built. */
const LEASE = 30_000;
/** How long a fetch waits for a node that is at work on the same list; then it goes ahead, and the number decides. */
const PATIENCE = 5_000;
const PAUSE = 50;

/** Who asked for a list. */
export type PublishedBecause = "revocation" | "schedule" | "request";

/** Publishes the lists of every scope: one node at a time, numbers that only grow, nothing twice. */
export class CrlPublisher {
  private readonly running = new Map<string, Promise<CrlRecord>>();
  private readonly node: string;

  constructor(
    @inject(CLOCK) private readonly clock: Clock,
    @inject(SETTINGS) private readonly settings: Settings,
    @inject(METRICS) private readonly metrics: Metrics,
    @inject(CrlBuilder) private readonly builder: CrlBuilder,
    @inject(RANDOM) random: Random,
  ) {
    this.node = random.uuid();
  }

  /**
   * The complete list to serve now. While lists are short a fetch after a revocation signs a new one; a long one is built in the background, within
   * `crl.revocationSeconds`. While none can be signed, the last one is served as long as it is valid. Throws `key_*` after that.
   */
  async current(store: TenantStore, authority: Authority, shard = 0): Promise<CrlRecord> {
    const scope = { authorityId: authority.id, shard };
    const latest = await store.crls.latest(scope);
    const revisions = await store.crls.revisions(scope);
    if (latest !== undefined && !this.mustSign(authority, latest, revisions)) return latest;
    try {
      return await this.publish(store, authority, shard, revisions.dirty, "revocation");
    } catch (error) {
      // The schedule tries on, logs it, and an alert tells of a list that is overdue.
      if (latest === undefined || latest.nextUpdate <= this.clock.now()) throw error;
      return latest;
    }
  }

  /** Whether a list was not renewed when it was time; the last one of a deleted authority needs no renewal. */
  isOld({ status }: Authority, latest: CrlRecord): boolean {
    if (status === "deleted") return false;
    const renewAt = latest.thisUpdate.getTime() + this.settings.crlInterval * 1000;
    return renewAt <= this.clock.now().getTime();
  }

  /** Whether the background has to sign a list now: in half of the time allowed, so that the rest is left for building it. */
  isDue(
    authority: Authority,
    latest: CrlRecord,
    { dirty, published, dirtySince }: CrlRevisions,
  ): boolean {
    const waited = this.clock.now().getTime() - (dirtySince?.getTime() ?? 0);
    return (
      this.isOld(authority, latest) ||
      (dirty > published && waited >= this.settings.crlRevocation * 500)
    );
  }

  /** Signs and stores a list that covers revision `dirty`, and its delta; callers of one moment share it. */
  async publish(
    store: TenantStore,
    authority: Authority,
    shard: number,
    dirty: number,
    because: PublishedBecause,
  ): Promise<CrlRecord> {
    const key = `${store.tenant}/${authority.id}/${shard}`;
    for (;;) {
      const running = this.running.get(key);
      if (running === undefined) break;
      // That list may have been read before this caller's revocation.
      const list = await running.catch(() => undefined);
      const { published } = await store.crls.revisions({ authorityId: authority.id, shard });
      if (list !== undefined && published >= dirty && because === "revocation") return list;
    }
    const started = this.signAlone(store, authority, { authorityId: authority.id, shard }, because);
    const shared = started.finally(() => this.running.delete(key));
    this.running.set(key, shared);
    return shared;
  }

  private mustSign(authority: Authority, latest: CrlRecord, revisions: CrlRevisions): boolean {
    if (this.isOld(authority, latest)) return true;
    if (revisions.dirty === revisions.published) return false;
    const waited = this.clock.now().getTime() - (revisions.dirtySince?.getTime() ?? 0);
    return (
      latest.entries <= this.settings.crlAtOnceEntries ||
      waited >= this.settings.crlRevocation * 1000
    );
  }

  private async signAlone(
    store: TenantStore,
    authority: Authority,
    scope: CrlScope,
    because: PublishedBecause,
  ): Promise<CrlRecord> {
    const lease = `crl/${scope.authorityId}/${scope.shard}`;
    await this.waitForLease(store, lease);
    try {
      // Another node may have made it meanwhile.
      const latest =
        because === "request" ? undefined : await this.sufficient(store, authority, scope);
      if (latest !== undefined) return latest;
      return await this.sign(store, authority, scope, because, () => this.take(store, lease));
    } finally {
      await store.leases.give(lease, this.node);
    }
  }

  private async waitForLease(store: TenantStore, lease: string): Promise<void> {
    for (let left = PATIENCE; left > 0; left -= PAUSE) {
      if (await this.take(store, lease)) return;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }

  /** The latest list if it says all and is not old. */
  private async sufficient(
    store: TenantStore,
    authority: Authority,
    scope: CrlScope,
  ): Promise<CrlRecord | undefined> {
    const latest = await store.crls.latest(scope);
    const { dirty, published } = await store.crls.revisions(scope);
    if (latest === undefined || dirty !== published || this.isOld(authority, latest))
      return undefined;
    return latest;
  }

  private take(store: TenantStore, lease: string): Promise<boolean> {
    const now = this.clock.now();
    return store.leases.take(lease, this.node, now, new Date(now.getTime() + LEASE));
  }

  private async sign(
    store: TenantStore,
    authority: Authority,
    scope: CrlScope,
    because: PublishedBecause,
    prolong: () => Promise<unknown>,
  ): Promise<CrlRecord> {
    const begun = this.clock.now();
    // Before the rows are read: what is revoked from here on makes the list dirty again.
    const { dirty, dirtySince, base } = await store.crls.revisions(scope);
    let prolongedAt = begun.getTime();
    const complete = await this.builder.complete(store, authority, scope.shard, async () => {
      const now = this.clock.now().getTime();
      if (now - prolongedAt < LEASE / 3) return;
      prolongedAt = now;
      await prolong();
    });
    const delta = await this.builder.delta(store, authority, complete, base);
    await store.crls.stage(complete);
    if (delta !== undefined) await store.crls.stage(delta);
    const newBase =
      base === undefined || begun.getTime() - base.at.getTime() >= this.settings.crlInterval * 1000;
    const stored = await store.run(async (tx) => {
      if (!(await tx.crls.insert(complete, delta))) return false;
      await tx.crls.markPublished(scope, dirty, begun);
      if (authority.deltaCrl && newBase)
        await tx.crls.setBase(scope, { number: complete.number, at: begun });
      await tx.ledger.append({
        event: "crl.published",
        principal: "system:crl",
        at: begun,
        subjectId: authority.id,
        data: {
          because,
          shard: scope.shard,
          number: complete.number.toString(),
          entries: complete.entries,
          delta: delta?.entries,
        },
      });
      return true;
    });
    this.metrics.count("countersign_crls_published_total", { stored: String(stored) });
    if (stored) {
      this.measure(begun, dirtySince);
      return complete;
    }
    // Another node was faster with a higher number: its list holds at least what ours does, or the next fetch makes a newer one.
    const latest = await store.crls.latest(scope);
    if (latest === undefined)
      throw new CountersignError("busy", "another node signs this list now", { retryAfter: 1 });
    return latest;
  }

  private measure(begun: Date, dirtySince: Date | undefined): void {
    const now = this.clock.now().getTime();
    this.metrics.observe("countersign_crl_build_seconds", (now - begun.getTime()) / 1000);
    if (dirtySince === undefined) return;
    const seconds = Math.max(0, now - dirtySince.getTime()) / 1000;
    this.metrics.observe("countersign_time_to_revoked_seconds", seconds, { seen: "crl" });
  }
}
