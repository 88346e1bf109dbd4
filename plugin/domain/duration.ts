import { CountersignError } from "../errors.ts";

/**
 * An ISO 8601 duration of whole numbers. Months and seconds are kept apart: how long a month is depends on where it
 * starts.
 */
export interface Duration {
  readonly months: number;
  readonly seconds: number;
}

const DAY = 86_400;
const FORM =
  /^P(?=\d|T\d)(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,6})D)?(?:T(?=\d)(?:(\d{1,7})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?$/;

/** Reads `P1Y`, `P1Y6M`, `P2W`, `P47D`, `PT12H`. Throws `invalid_input`, which names the text. */
export const parseDuration = (text: string): Duration => {
  const match = FORM.exec(text);
  if (match === null) {
    throw new CountersignError(
      "invalid_input",
      `${JSON.stringify(text.slice(0, 40))} is no ISO 8601 duration such as P1Y, P47D or PT12H`,
    );
  }
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = match
    .slice(1)
    .map((digits: string | undefined) => Number(digits ?? 0));
  return {
    months: years * 12 + months,
    seconds: (weeks * 7 + days) * DAY + hours * 3600 + minutes * 60 + seconds,
  };
};

/** Last second that GeneralizedTime can name (RFC 5280 section 4.1.2.5). */
const END_OF_TIME = Date.UTC(9999, 11, 31, 23, 59, 59);

/**
 * `date` plus `duration` in UTC: first the months, where the day is clamped to the end of the month (31 January and P1M
 * give 28 or 29 February), then the seconds. Throws `invalid_input` beyond the year 9999.
 */
export const addDuration = (date: Date, duration: Duration): Date =>
  shift(date, duration.months, duration.seconds);

/** `date` less `duration`, by the same rule. */
export const subtractDuration = (date: Date, duration: Duration): Date =>
  shift(date, -duration.months, -duration.seconds);

const shift = (date: Date, months: number, seconds: number): Date => {
  const month = date.getUTCMonth() + months;
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), month + 1, 0)).getUTCDate();
  const moved = new Date(date);
  moved.setUTCFullYear(date.getUTCFullYear(), month, Math.min(date.getUTCDate(), lastDay));
  const time = moved.getTime() + seconds * 1000;
  if (!(time <= END_OF_TIME && time >= 0)) {
    throw new CountersignError(
      "invalid_input",
      "The date would lie outside the years 1970 to 9999",
    );
  }
  return new Date(time);
};

/** The most seconds that a duration can last: years of 366 days, single months of 31. */
export const durationSeconds = ({ months, seconds }: Duration): number =>
  (Math.floor(months / 12) * 366 + (months % 12) * 31) * DAY + seconds;

/**
 * Below zero when `a` is shorter than `b`, zero for P1Y and P12M and P365D: both start on the same day of a common
 * year.
 */
export const compareDurations = (a: Duration, b: Duration): number =>
  addDuration(COMMON_YEAR, a).getTime() - addDuration(COMMON_YEAR, b).getTime();

const COMMON_YEAR = new Date(Date.UTC(2025, 0, 1));

/** So many times 24 hours later; earlier for a negative number. */
export const addDays = (time: Date, days: number): Date =>
  new Date(time.getTime() + days * 86_400_000);
