const UNITS: readonly (readonly [RegExp, string])[] = [
  [/^P.*?(\d+)Y/, "year"],
  [/^P[^T]*?(\d+)M/, "month"],
  [/^P[^T]*?(\d+)W/, "week"],
  [/^P[^T]*?(\d+)D/, "day"],
  [/T.*?(\d+)H/, "hour"],
  [/T.*?(\d+)M/, "minute"],
  [/T.*?(\d+)S/, "second"],
];

/** An ISO 8601 duration in words; anything else as it is. */
export const lifeText = (duration: string): string => {
  const parts = UNITS.flatMap(([pattern, unit]) => {
    const amount = Number(pattern.exec(duration)?.[1] ?? 0);
    return amount === 0 ? [] : [`${amount} ${unit}${amount === 1 ? "" : "s"}`];
  });
  return parts.length > 0 ? parts.join(" ") : /^PT?0/.test(duration) ? "none" : duration;
};
