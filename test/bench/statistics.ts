/** The middle of the values; NaN for none. */
export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The value below which this share of the values lies, interpolated; NaN for none. */
export const quantile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
};

/** To this many significant digits, for output. */
export const round = (value: number, digits = 3): number => Number(value.toPrecision(digits));
