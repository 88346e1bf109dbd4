import { inject } from "tsyringe";
import type { Metrics } from "../../ports/ambient.ts";
import type { CrlRecord } from "../../ports/crl-store.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { METRICS } from "../../tokens.ts";

/** Octets of a list that is kept in memory; longer ones are read from the database as they are sent. */
const KEPT = 1024 * 1024;
/** Octets of all lists that are kept. */
const ROOM = 16 * KEPT;

/** The octets of published lists. */
export class CrlBodies {
  private readonly kept = new Map<string, Uint8Array>();
  private size = 0;

  constructor(@inject(METRICS) private readonly metrics: Metrics) {}

  /** Whole when it is short, otherwise in parts as they are read. */
  async of(store: TenantStore, list: CrlRecord): Promise<Uint8Array | AsyncIterable<Uint8Array>> {
    if (list.size > KEPT) return store.crls.parts(list);
    const key = [store.tenant, list.authorityId, list.shard, list.kind].join("/");
    const known = this.kept.get(key);
    // The digest and not the number, which a restored database may give out again.
    if (known !== undefined && this.digests.get(known) === list.sha256) return known;
    const body = await this.whole(store, list);
    this.keep(key, body, list.sha256);
    return body;
  }

  private async whole(store: TenantStore, list: CrlRecord): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for await (const part of store.crls.parts(list)) parts.push(part);
    return parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts);
  }

  private readonly digests = new WeakMap<Uint8Array, string>();

  private keep(key: string, body: Uint8Array, sha256: string): void {
    this.drop(key);
    this.kept.set(key, body);
    this.digests.set(body, sha256);
    this.size += body.length;
    for (const oldest of this.kept.keys()) {
      if (this.size <= ROOM) break;
      this.drop(oldest);
    }
    this.metrics.gauge("countersign_crl_cache_bytes", this.size);
  }

  private drop(key: string): void {
    this.size -= this.kept.get(key)?.length ?? 0;
    this.kept.delete(key);
  }
}
