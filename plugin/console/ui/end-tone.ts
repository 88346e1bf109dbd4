const DAY = 86_400_000;

/** The colour of every end (O-07): green from 30 days, amber from 7, red below; `over`: it has come. */
export type EndTone = "good" | "warn" | "bad" | "over";

/** `begin`: where something lives for weeks or hours, its last fifth is amber and its last twentieth red, since it is renewed by then. */
export const endTone = (iso: string, now = new Date(), begin?: string): EndTone => {
  const left = (new Date(iso).getTime() - now.getTime()) / DAY;
  const life =
    begin === undefined ? Infinity : (new Date(iso).getTime() - new Date(begin).getTime()) / DAY;
  if (left <= 0) return "over";
  if (left >= Math.min(30, life / 5)) return "good";
  return left >= Math.min(7, life / 20) ? "warn" : "bad";
};
