/** A field's value as its text; what is more than a word is shown as JSON. */
export const textOf = (value: unknown): string => {
  if (typeof value === "string") return value;
  if (value === undefined || value === null) return "";
  return JSON.stringify(value);
};
