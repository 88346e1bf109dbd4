import { compareDurations, parseDuration } from "../duration.ts";
import type { ConsoleField } from "./form.ts";
import type { TemplateModel } from "./model.ts";
import { member, textOf } from "./parts.ts";
import type { FormPart } from "./shape.ts";

type Part = FormPart<TemplateModel>;

/** Days before expiry; a share of the life shows as the days it comes to. */
export const renewalDays = (field: ConsoleField): Part =>
  member(
    field,
    "renewalWindow",
    (window, { validity }) => windowDays(window, validity),
    (value, { renewalWindow }) => (typeof value === "number" ? `P${value}D` : renewalWindow),
  );

/** A share of the life in per cent; a window in days shows as the share it comes to. */
export const renewalShare = (field: ConsoleField): Part =>
  member(
    field,
    "renewalWindow",
    (window, { validity }) => {
      const share = /^(\d+)%$/.exec(window)?.[1];
      if (share !== undefined) return Number(share);
      const [days, life] = [windowDays(window, validity), daysOf(validity)];
      return days === null || life === null || life === 0
        ? null
        : Math.max(1, Math.round((days * 100) / life));
    },
    (value, { renewalWindow }) => (typeof value === "number" ? `${value}%` : renewalWindow),
  );

const windowDays = (window: string, validity: string): number | null => {
  const share = /^(\d+)%$/.exec(window)?.[1];
  if (share === undefined) return daysOf(window);
  const life = daysOf(validity);
  return life === null ? null : Math.max(1, Math.round((life * Number(share)) / 100));
};

const DAY = 86_400;
/** Whole days of an ISO 8601 duration, a month as 365/12 days; null for text that is none. */
const daysOf = (duration: string): number | null => {
  try {
    const { months, seconds } = parseDuration(duration);
    return Math.round((months * 365) / 12 + seconds / DAY);
  } catch {
    return null;
  }
};

const UNITS = [
  ["Days", "D"],
  ["Months", "M"],
  ["Years", "Y"],
] as const;

/** A number and a unit of days, months or years. A longer life than `maxValidity` raises that too. */
export const life = (amount: ConsoleField, unit: ConsoleField): Part => ({
  fields: [amount, unit],
  members: ["validity", "maxValidity"],
  show: ({ validity }) => {
    const [, count, letter] = /^P(\d+)([DMY])$/.exec(validity) ?? [];
    return count === undefined
      ? { [amount.name]: daysOf(validity), [unit.name]: "Days" }
      : {
          [amount.name]: Number(count),
          [unit.name]: UNITS.find(([, one]) => one === letter)?.[0] ?? "Days",
        };
  },
  change: (model, values) => {
    const count = values[amount.name];
    const letter = UNITS.find(([word]) => word === values[unit.name])?.[1] ?? "D";
    if (typeof count !== "number") return model;
    const validity = `P${count}${letter}`;
    return { ...model, validity, maxValidity: longer(validity, model.maxValidity) };
  },
});

/** A life in ISO 8601, as our own forms write it. */
export const lifeText = (field: ConsoleField): Part => ({
  fields: [field],
  members: ["validity", "maxValidity"],
  show: ({ validity }) => ({ [field.name]: validity }),
  change: (model, values) => {
    const validity = textOf(values, field.name);
    return { ...model, validity, maxValidity: longer(validity, model.maxValidity) };
  },
});

const longer = (validity: string, longest: string): string => {
  try {
    return compareDurations(parseDuration(validity), parseDuration(longest)) > 0
      ? validity
      : longest;
  } catch {
    return longest;
  }
};
