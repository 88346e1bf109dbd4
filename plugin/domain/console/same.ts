import type { FieldValue, FieldValues, Row } from "./form.ts";

/** Whether two fields hold the same; rows count by their columns, not by the order of these. */
export const sameValue = (a: FieldValue | undefined, b: FieldValue | undefined): boolean => {
  const [left, right] = [listOf(a), listOf(b)];
  if (left === undefined || right === undefined) return a === b;
  return (
    left.length === right.length &&
    left.every((item, index) => {
      const other = right[index];
      if (typeof item === "string" || typeof other === "string" || other === undefined)
        return item === other;
      const names = new Set([...Object.keys(item), ...Object.keys(other)]);
      return [...names].every((name) => item[name] === other[name]);
    })
  );
};

const listOf = (value: FieldValue | undefined): readonly (string | Row)[] | undefined =>
  Array.isArray(value) ? (value as readonly (string | Row)[]) : undefined;

/** Whether two sets of values hold the same in every field. */
export const sameValues = (a: FieldValues, b: FieldValues): boolean => {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => sameValue(a[name], b[name]));
};
