/**
 * A heap of numbers under moments, earliest first, in twelve octets each: a simulated year keeps some hundred thousand and goes through tens of millions, which as
 * objects were most of its memory. Order among equals is not kept, but the same for the same sequence of calls.
 */
export class Moments {
  private times = new Float64Array(1024);
  private values = new Uint32Array(1024);
  private length = 0;

  /** The earliest moment; Infinity when there is none. */
  get next(): number {
    return this.length === 0 ? Infinity : (this.times[0] as number);
  }

  /** `value`: below 2^32. */
  push(time: number, value: number): void {
    if (this.length === this.times.length) this.grow();
    const { times, values } = this;
    let at = this.length;
    this.length += 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = times[parent] as number;
      if (time >= above) break;
      times[at] = above;
      values[at] = values[parent] as number;
      at = parent;
    }
    times[at] = time;
    values[at] = value;
  }

  /** Takes the earliest out and answers its value; undefined when there is none. */
  pop(): number | undefined {
    if (this.length === 0) return undefined;
    const { times, values } = this;
    const first = values[0];
    this.length -= 1;
    this.sink(times[this.length] as number, values[this.length] as number);
    return first;
  }

  /** Puts an entry where the hole at the top belongs. */
  private sink(time: number, value: number): void {
    const { times, values, length } = this;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= length) break;
      if (child + 1 < length && (times[child + 1] as number) < (times[child] as number)) child += 1;
      const below = times[child] as number;
      if (below >= time) break;
      times[at] = below;
      values[at] = values[child] as number;
      at = child;
    }
    times[at] = time;
    values[at] = value;
  }

  private grow(): void {
    const [times, values] = [this.times, this.values];
    this.times = new Float64Array(2 * times.length);
    this.times.set(times);
    this.values = new Uint32Array(2 * values.length);
    this.values.set(values);
  }
}
