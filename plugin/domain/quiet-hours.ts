import { CountersignError } from "../errors.ts";

/** Hours of each day in which no renewal is started unless it is urgent; `from` may be after `to` (over midnight). */
export interface QuietHours {
  /** `HH:MM`, local; belongs to the quiet. */
  readonly from: string;
  /** `HH:MM`, local; belongs to the quiet no more. */
  readonly to: string;
  /** IANA name such as `Europe/Berlin`, or `UTC`. */
  readonly timeZone: string;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY_MINUTES = 1440;

/** Throws `invalid_input` for times that are none, an empty span and unknown time zones. */
export const checkQuietHours = ({ from, to, timeZone }: QuietHours): void => {
  if (minutesOf(from) === minutesOf(to))
    throw new CountersignError("invalid_input", "quiet hours must begin and end at two times");
  offsetReader(timeZone);
};

/**
 * Answers for an instant (milliseconds) when the quiet it lies in ends, undefined outside of it. Follows the zone's daylight saving. The
 * reader remembers the last hour it looked at, so ask in order of time.
 */
export const quietReader = (quiet: QuietHours): ((at: number) => number | undefined) => {
  const from = minutesOf(quiet.from);
  const span = (minutesOf(quiet.to) - from + DAY_MINUTES) % DAY_MINUTES;
  const offset = offsetReader(quiet.timeZone);
  return (at) => {
    const local = at + offset(at);
    const since = mod(Math.floor(local / MINUTE) - from, DAY_MINUTES);
    if (since >= span) return undefined;
    const end = Math.floor(at / MINUTE) * MINUTE + (span - since) * MINUTE;
    // Where the clocks change meanwhile, the end on the clock is meant.
    return Math.max(at + 1, end + offset(at) - offset(end));
  };
};

const mod = (value: number, by: number): number => ((value % by) + by) % by;

const minutesOf = (text: string): number => {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  if (hours === undefined)
    throw new CountersignError(
      "invalid_input",
      `${JSON.stringify(text.slice(0, 20))} is no time of day such as 22:00`,
    );
  return Number(hours) * 60 + Number(minutes);
};

/** Milliseconds that a zone's clocks are ahead of UTC. */
const offsetReader = (timeZone: string): ((at: number) => number) => {
  const format = formatOf(timeZone);
  let known = -1;
  let offset = 0;
  return (at) => {
    // Zones change their clocks at full quarters of an hour.
    const quarter = Math.floor(at / (HOUR / 4));
    if (quarter !== known) {
      known = quarter;
      const start = quarter * (HOUR / 4);
      offset = wallClock(format, start) - start;
    }
    return offset;
  };
};

/** Making one costs more than a sweep; there are a few hundred zones. */
const formats = new Map<string, Intl.DateTimeFormat>();

const formatOf = (timeZone: string): Intl.DateTimeFormat => {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const made = makeFormat(timeZone);
  formats.set(timeZone, made);
  return made;
};

const makeFormat = (timeZone: string): Intl.DateTimeFormat => {
  try {
    return new Intl.DateTimeFormat("en-US-u-ca-iso8601-nu-latn", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
    });
  } catch {
    throw new CountersignError(
      "invalid_input",
      `${JSON.stringify(timeZone.slice(0, 60))} is no time zone such as Europe/Berlin`,
    );
  }
};

/** What the clocks on the wall show, read as if it were UTC. */
const wallClock = (format: Intl.DateTimeFormat, at: number): number => {
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  return Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"));
};
