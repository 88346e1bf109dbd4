import type { Authority } from "./authority.ts";

/** An authority that devices enrol at through an MDM should live so many years longer. */
export const MDM_LIFE_YEARS = 3;

/** What to say of an authority that is bound to an MDM's endpoint with less life left; undefined when it has enough, or no certificate yet. */
export const shortLifeOf = (
  { id, notAfter }: Pick<Authority, "id" | "notAfter">,
  now: Date,
): string | undefined => {
  const enough = new Date(now);
  enough.setUTCFullYear(now.getUTCFullYear() + MDM_LIFE_YEARS);
  return notAfter === undefined || notAfter >= enough
    ? undefined
    : `CA ${id} ends on ${notAfter.toISOString().slice(0, 10)}, in less than ${MDM_LIFE_YEARS} years: renew it, or take another, before devices depend on it`;
};
