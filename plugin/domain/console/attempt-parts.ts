import { durationSeconds, parseDuration } from "../duration.ts";
import { DEFAULT_ATTEMPTS } from "../attempt-policy.ts";
import type { ConsoleField, FieldValue } from "./form.ts";
import type { TemplateModel } from "./model.ts";
import type { FormPart } from "./shape.ts";

const MINUTE = 60;

/** The fields of attempt limits; a form need not have the last two. */
interface AttemptFields {
  /** How many attempts may fail; empty: any number. */
  readonly limit: ConsoleField;
  /** Whole minutes between two of them; empty: none. */
  readonly interval: ConsoleField;
  /** Whole minutes that a lock lasts. */
  readonly lock?: ConsoleField;
  /** Whether the host is asked to wipe the device. */
  readonly wipe?: ConsoleField;
}

/** How often a device may fail, and what follows (L-05). */
export const attemptLimit = (fields: AttemptFields): FormPart<TemplateModel> => {
  const { limit, interval, lock, wipe } = fields;
  return {
    fields: Object.values(fields) as readonly ConsoleField[],
    members: ["attempts"],
    places: Object.fromEntries(
      Object.entries(fields).map(([member, { name }]: [string, ConsoleField]) => [member, name]),
    ),
    show: ({ attempts }) => ({
      [limit.name]: attempts.limit === 0 ? null : attempts.limit,
      [interval.name]: minutesOf(attempts.interval),
      ...(lock === undefined ? {} : { [lock.name]: minutesOf(attempts.lock) }),
      ...(wipe === undefined ? {} : { [wipe.name]: attempts.wipe }),
    }),
    change: (model, values) => {
      const { attempts } = model;
      const most = values[limit.name];
      const changed = {
        limit: typeof most === "number" ? most : 0,
        interval: minutesText(values[interval.name], attempts.interval) ?? "PT0S",
        lock: (lock && minutesText(values[lock.name], attempts.lock)) ?? attempts.lock,
        wipe: wipe === undefined ? attempts.wipe : values[wipe.name] === true,
      };
      return { ...model, attempts: changed };
    },
    rest: ({ attempts }) => [
      ...(minutesOf(attempts.interval) === null && attempts.interval !== "PT0S"
        ? [`interval ${attempts.interval}`]
        : []),
      ...((lock === undefined && attempts.lock !== DEFAULT_ATTEMPTS.lock) ||
      minutesOf(attempts.lock) === null
        ? [`lock ${attempts.lock}`]
        : []),
      ...(wipe === undefined && attempts.wipe ? ["wipe"] : []),
    ],
  };
};

/** Minutes of a form as a duration, in the words that were there where they mean the same; undefined for none. */
const minutesText = (minutes: FieldValue | undefined, before: string): string | undefined => {
  const shown = minutesOf(before);
  if (shown === (typeof minutes === "number" ? minutes : null)) return before;
  return typeof minutes === "number" && minutes > 0 ? `PT${minutes}M` : undefined;
};

/** Whole minutes; null for none, for parts of one and for text that is no duration. */
const minutesOf = (interval: string): number | null => {
  try {
    const seconds = durationSeconds(parseDuration(interval));
    return seconds > 0 && seconds % MINUTE === 0 ? seconds / MINUTE : null;
  } catch {
    return null;
  }
};
