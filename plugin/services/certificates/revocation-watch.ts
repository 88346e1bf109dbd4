import { inject } from "tsyringe";
import type { CrlScope } from "../../domain/crl-scope.ts";
import type { TenantId } from "../../domain/tenant.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { Directory } from "../../ports/stores.ts";
import { CLOCK, DIRECTORY } from "../../tokens.ts";

/** Milliseconds after which the revocations of other nodes are looked for. Those of this node are known at once. */
const FRESH = 1000;
/** Scopes that are watched; beyond it all are forgotten and found again as they are asked for. */
const MOST_SCOPES = 20_000;

/** A scope whose answers are kept. What was kept under another generation is not to be used. */
export interface WatchedScope {
  readonly tenant: TenantId;
  readonly scope: CrlScope;
  generation: number;
  /** `markDirty` calls that were known when it was looked at last. */
  dirty: number;
}

const keyOf = (tenant: TenantId, { authorityId, shard }: CrlScope): string =>
  `${tenant}/${authorityId}/${shard}`;

/** Tells whether anything was revoked, suspended or released in a scope since an answer was made: one query a second over all scopes that are asked about. */
export class RevocationWatch {
  private scopes = new Map<string, WatchedScope>();
  private checkedAt = Number.NEGATIVE_INFINITY;
  private checking: Promise<void> | undefined;

  constructor(
    @inject(DIRECTORY) private readonly directory: Directory,
    @inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** False when `refresh` is to be awaited before anything kept is used; `now` in milliseconds. */
  isFresh(now: number): boolean {
    const age = now - this.checkedAt;
    return age >= 0 && age < FRESH;
  }

  /** Looks for revocations of other nodes; callers of one moment share the query. Throws what the database throws. */
  refresh(): Promise<void> {
    this.checking ??= this.check().finally(() => (this.checking = undefined));
    return this.checking;
  }

  /** The scope as it is watched from now on; undefined members are looked up. */
  async watch(tenant: TenantId, scope: CrlScope): Promise<WatchedScope> {
    const key = keyOf(tenant, scope);
    const known = this.scopes.get(key);
    if (known !== undefined) return known;
    const [dirty = 0] = await this.directory.statusRevisions([{ tenant, ...scope }]);
    const other = this.scopes.get(key);
    if (other !== undefined) return other;
    if (this.scopes.size >= MOST_SCOPES) this.forgetAll();
    const watched = { tenant, scope, generation: 0, dirty };
    this.scopes.set(key, watched);
    return watched;
  }

  /** Known at once what a transaction of this node has changed; to be called when it has committed. */
  changed(tenant: TenantId, scopes: readonly CrlScope[]): void {
    for (const scope of scopes) {
      const watched = this.scopes.get(keyOf(tenant, scope));
      if (watched !== undefined) watched.generation += 1;
    }
  }

  private async check(): Promise<void> {
    const now = this.clock.now().getTime();
    const watched = [...this.scopes.values()];
    const counts =
      watched.length === 0
        ? []
        : await this.directory.statusRevisions(
            watched.map(({ tenant, scope }) => ({ tenant, ...scope })),
          );
    watched.forEach((each, index) => {
      const dirty = counts[index] ?? 0;
      if (dirty === each.dirty) return;
      each.dirty = dirty;
      each.generation += 1;
    });
    this.checkedAt = now;
  }

  private forgetAll(): void {
    for (const each of this.scopes.values()) each.generation += 1;
    this.scopes = new Map();
  }
}
