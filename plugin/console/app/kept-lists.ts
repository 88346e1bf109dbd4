import type { Place } from "./route.ts";

/** Lists with filters come back as they were left: a link to a bare list leads to the filters that were set when it was left. */
export class KeptLists {
  readonly #left = new Map<string, string>();

  /** Takes down how a list is left; what is no list is passed over. */
  leave({ view, rest, path, query }: Place): void {
    if (rest.length > 0) return;
    if (query.size > 0) this.#left.set(view, path);
    else this.#left.delete(view);
  }

  forget(): void {
    this.#left.clear();
  }

  /** Where a link leads. From the list itself the bare link means no filters. */
  back(to: Place, from: Place): string {
    const bare = to.rest.length === 0 && to.query.size === 0;
    const within = from.view === to.view && from.rest.length === 0;
    return bare && !within ? (this.#left.get(to.view) ?? to.path) : to.path;
  }
}
