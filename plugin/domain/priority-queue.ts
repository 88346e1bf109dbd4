/** A binary heap: the smallest by `before` comes out first. Order among equals is not kept. */
export class PriorityQueue<T> {
  readonly #heap: T[] = [];

  /** `before(a, b)`: whether `a` comes out before `b`. */
  constructor(private readonly before: (a: T, b: T) => boolean) {}

  get size(): number {
    return this.#heap.length;
  }

  peek(): T | undefined {
    return this.#heap[0];
  }

  push(item: T): void {
    const heap = this.#heap;
    let at = heap.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] as T;
      if (!this.before(item, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = item;
  }

  pop(): T | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (heap.length > 0) this.#sink(last as T);
    return first;
  }

  /** Puts `item` where the hole at the top belongs. */
  #sink(item: T): void {
    const heap = this.#heap;
    const { length } = heap;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= length) break;
      if (child + 1 < length && this.before(heap[child + 1] as T, heap[child] as T)) child += 1;
      const below = heap[child] as T;
      if (!this.before(below, item)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = item;
  }
}
