import type { WatchedScope } from "../certificates/revocation-watch.ts";

interface Kept<T> {
  readonly scope: WatchedScope;
  readonly generation: number;
  readonly value: T;
}

/** Values that hold until something is revoked in their scope; of more than `most` the oldest go. */
export class KeptAnswers<T> {
  private readonly kept = new Map<string, Kept<T>>();

  constructor(private readonly most: number) {}

  get(key: string): T | undefined {
    const found = this.kept.get(key);
    return found !== undefined && found.generation === found.scope.generation
      ? found.value
      : undefined;
  }

  /** `generation` is the scope's from before the value was looked up: what was revoked meanwhile makes it worthless. */
  put(key: string, scope: WatchedScope, generation: number, value: T): void {
    if (generation !== scope.generation) return;
    this.kept.delete(key);
    this.kept.set(key, { scope, generation, value });
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= this.most) break;
      this.kept.delete(oldest);
    }
  }
}
