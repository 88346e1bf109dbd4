import { median, quantile } from "./statistics.ts";

/** How one sample of times compares with another. */
export interface Comparison {
  readonly median: number;
  /** Distance between the quartiles. */
  readonly spread: number;
  /** Median minus the other's median. */
  readonly difference: number;
  /** Mann-Whitney: standard deviations by which the rank sum is off; both samples of one distribution give about -2 to 2. */
  readonly z: number;
  /** Two-sided probability of such a z, or a larger one, by chance. */
  readonly p: number;
  /** Box test: whether the 5 % to 20 % boxes of the two do not overlap, that is, whether a filter on low quantiles tells them apart. */
  readonly boxesApart: boolean;
}

/** Upper tail of the normal distribution, two-sided (Abramowitz and Stegun 7.1.26; error below 2e-7). */
const twoSided = (z: number): number => {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const polynomial =
    t *
    (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.min(1, polynomial * Math.exp(-x * x));
};

/** Rank sum test with midranks for ties. */
const mannWhitney = (a: readonly number[], b: readonly number[]): number => {
  const all = [
    ...a.map((value) => ({ value, mine: true })),
    ...b.map((value) => ({ value, mine: false })),
  ].sort((x, y) => x.value - y.value);
  let rankSum = 0;
  for (let from = 0; from < all.length;) {
    let to = from;
    while (to < all.length && all[to]?.value === all[from]?.value) to++;
    const rank = (from + 1 + to) / 2;
    for (let i = from; i < to; i++) if (all[i]?.mine === true) rankSum += rank;
    from = to;
  }
  const u = rankSum - (a.length * (a.length + 1)) / 2;
  const mean = (a.length * b.length) / 2;
  const deviation = Math.sqrt((a.length * b.length * (a.length + b.length + 1)) / 12);
  return (u - mean) / deviation;
};

/** Compares a sample with a reference. */
export const compare = (sample: readonly number[], reference: readonly number[]): Comparison => {
  const z = mannWhitney(sample, reference);
  const box = (values: readonly number[]) =>
    [quantile(values, 0.05), quantile(values, 0.2)] as const;
  const [[low, high], [otherLow, otherHigh]] = [box(sample), box(reference)];
  return {
    median: median(sample),
    spread: quantile(sample, 0.75) - quantile(sample, 0.25),
    difference: median(sample) - median(reference),
    z,
    p: twoSided(z),
    boxesApart: high < otherLow || otherHigh < low,
  };
};
