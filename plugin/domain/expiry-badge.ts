/** O-07: green from 30 days, amber from 7, red below, and what is over. */
export type ExpiryBadge = "green" | "amber" | "red" | "expired";

const DAY = 86_400_000;

/** The one badge for every end, of certificates, keys and secrets alike. */
export const badgeOf = (end: Date, now: Date): ExpiryBadge => {
  const days = (end.getTime() - now.getTime()) / DAY;
  if (days <= 0) return "expired";
  return days >= 30 ? "green" : days >= 7 ? "amber" : "red";
};
