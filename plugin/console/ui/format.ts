import { html, type TemplateResult } from "lit";

const DAY = 86_400_000;
const STEPS = [
  ["year", 365 * DAY],
  ["month", 30 * DAY],
  ["day", DAY],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const;

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const exact = new Intl.DateTimeFormat("en-GB", {
  dateStyle: "medium",
  timeStyle: "medium",
});
const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" });

const spoken = (milliseconds: number): string => {
  for (const [unit, size] of STEPS)
    if (Math.abs(milliseconds) >= size)
      return relative.format(Math.round(milliseconds / size), unit);
  return "just now";
};

/** "in 23 days", with the exact time, local and UTC, on hover. */
export const when = (iso: string | undefined, now = new Date()): TemplateResult => {
  if (iso === undefined) return html`<span class="quiet">not yet</span>`;
  const date = new Date(iso);
  const title = `${exact.format(date)} (${date.toISOString().replace(".000", "")})`;
  return html`<time datetime=${iso} title=${title}
    >${spoken(date.getTime() - now.getTime())}</time
  >`;
};

/** "Expires in 9 years and 11 months": the two largest units, by the calendar of UTC; "Expired 3 days ago" afterwards. */
export const expiry = (iso: string, now = new Date()): string => {
  const end = new Date(iso);
  if (end <= now) return `Expired ${spoken(end.getTime() - now.getTime())}`;
  let months =
    (end.getUTCFullYear() - now.getUTCFullYear()) * 12 + end.getUTCMonth() - now.getUTCMonth();
  if (later(now, months) > end) months -= 1;
  const days = Math.floor((end.getTime() - later(now, months).getTime()) / DAY);
  const parts = [
    [Math.floor(months / 12), "year"],
    [months % 12, "month"],
    [months < 12 ? days : 0, "day"],
  ] as const;
  const told = parts.flatMap(([value, unit]) => (value === 0 ? [] : [plural(value, unit)]));
  return told.length === 0 ? "Expires today" : `Expires in ${told.join(" and ")}`;
};

/** So many months later, at the last day of a month that is too short. */
const later = (from: Date, months: number): Date => {
  const date = new Date(from);
  date.setUTCDate(1);
  date.setUTCMonth(from.getUTCMonth() + months);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(from.getUTCDate(), last));
  return date;
};

/** The date itself, the hour on hover. */
export const onDay = (iso: string | undefined): TemplateResult =>
  iso === undefined
    ? html`<span class="quiet">not yet</span>`
    : html`<time datetime=${iso} title=${new Date(iso).toISOString()}
        >${day.format(new Date(iso))}</time
      >`;

/** Whole days until then; negative when it is over. */
export const daysUntil = (iso: string, now = new Date()): number =>
  Math.floor((new Date(iso).getTime() - now.getTime()) / DAY);

/** Serials and fingerprints: short in the middle, whole on hover. */
export const short = (text: string, keep = 8): TemplateResult =>
  text.length <= keep * 2 + 3
    ? html`<span class="mono">${text}</span>`
    : html`<span class="mono" title=${text}>${text.slice(0, keep)}…${text.slice(-keep)}</span>`;

/** Text from outside with what cannot be seen made visible. */
export const visible = (text: string): string =>
  text.replace(
    INVISIBLE,
    (character) =>
      `\u27e8U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}\u27e9`,
  );

/** Text from outside: isolated, so that its direction changes nothing around it, and with what cannot be seen made visible. */
export const foreign = (text: string | undefined): TemplateResult =>
  html`<bdi>${visible(text ?? "")}</bdi>`;

// Controls, marks that turn the direction of what follows (Trojan Source), and letters that are nothing but blank.
const INVISIBLE = /\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}|[\u115f\u1160\u3164\uffa0]/gu;

const counts = new Intl.NumberFormat("en");
export const count = (value: number): string => counts.format(value);

/** "3 devices", "1 device". */
export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;

const ACRONYMS = /\b(?:ca|crl|id|mdm|ocsp|ra|scep|url)\b/gi;

/** `protocol-operator` as "Protocol operator", `ra-expiry` as "RA expiry". */
export const words = (id: string): string => {
  const text = id
    .replace(/[-_]/g, " ")
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase();
  return (text.charAt(0).toUpperCase() + text.slice(1)).replace(ACRONYMS, (short) =>
    short.toUpperCase(),
  );
};
