import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Labels, Metrics } from "../ports/ambient.ts";

/** Seconds; from a cached answer to a slow token, and to a list that is late. */
const BUCKETS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900,
];

/** Our own metrics, in a registry of this installation: two in one process never meet. */
export class PrometheusMetrics implements Metrics {
  private readonly registry = new Registry();
  private readonly counters = new Map<string, Counter>();
  private readonly gauges = new Map<string, Gauge>();
  private readonly histograms = new Map<string, Histogram>();

  count(name: string, labels: Labels = {}, by = 1): void {
    const make = () => new Counter(this.options(name, labels));
    kept(this.counters, name, make).inc({ ...labels }, by);
  }

  observe(name: string, seconds: number, labels: Labels = {}): void {
    const make = () => new Histogram({ ...this.options(name, labels), buckets: BUCKETS });
    kept(this.histograms, name, make).observe({ ...labels }, seconds);
  }

  gauge(name: string, value: number, labels: Labels = {}): void {
    const make = () => new Gauge(this.options(name, labels));
    kept(this.gauges, name, make).set({ ...labels }, value);
  }

  async expose(): Promise<{ readonly contentType: string; readonly body: string }> {
    return { contentType: this.registry.contentType, body: await this.registry.metrics() };
  }

  /** The labels of the first use are the labels of the metric. */
  private options(name: string, labels: Labels) {
    const full = name.startsWith("countersign_") ? name : `countersign_${name}`;
    return {
      name: full,
      help: full.replaceAll("_", " "),
      labelNames: Object.keys(labels),
      registers: [this.registry],
    };
  }
}

const kept = <T>(map: Map<string, T>, name: string, make: () => T): T => {
  const known = map.get(name);
  if (known !== undefined) return known;
  const made = make();
  map.set(name, made);
  return made;
};
