import { durationSeconds, parseDuration } from "../duration.ts";
import { DEFAULT_ATTEMPTS } from "../attempt-policy.ts";
import type { ConsoleField } from "./form.ts";
import type { TemplateModel } from "./model.ts";
import type { FormPart } from "./shape.ts";

const MINUTE = 60;

/** How many attempts may fail (nothing: any number), and the whole minutes between two of them (nothing: none). */
export const attemptLimit = (
  limit: ConsoleField,
  interval: ConsoleField,
): FormPart<TemplateModel> => ({
  fields: [limit, interval],
  members: ["attempts"],
  show: ({ attempts }) => ({
    [limit.name]: attempts.limit === 0 ? null : attempts.limit,
    [interval.name]: minutesOf(attempts.interval),
  }),
  change: (model, values) => {
    const [most, minutes] = [values[limit.name], values[interval.name]];
    return {
      ...model,
      attempts: {
        ...model.attempts,
        limit: typeof most === "number" ? most : 0,
        interval:
          typeof minutes === "number" && minutes > 0
            ? `PT${minutes}M`
            : minutesOf(model.attempts.interval) === null
              ? model.attempts.interval
              : "PT0S",
      },
    };
  },
  rest: ({ attempts: { interval, lock, wipe } }) => [
    ...(minutesOf(interval) === null && interval !== "PT0S" ? [`interval ${interval}`] : []),
    ...(lock === DEFAULT_ATTEMPTS.lock ? [] : [`lock ${lock}`]),
    ...(wipe ? ["wipe"] : []),
  ],
});

/** Whole minutes; null for none, for parts of one and for text that is no duration. */
const minutesOf = (interval: string): number | null => {
  try {
    const seconds = durationSeconds(parseDuration(interval));
    return seconds > 0 && seconds % MINUTE === 0 ? seconds / MINUTE : null;
  } catch {
    return null;
  }
};
