import { CountersignError } from "../../errors.ts";
import type { Page, PageRequest } from "../../ports/paging.ts";

/** Keys of the last row of a page: numbers or texts, in the order of the sort. */
export type Position = readonly (number | string)[];

const LARGEST = 500;

/** Throws `invalid_input` for a limit outside 1 to 500. */
export const limitOf = (request: PageRequest): number => {
  const { limit } = request;
  if (!Number.isInteger(limit) || limit < 1 || limit > LARGEST)
    throw new CountersignError("invalid_input", `limit must be 1 to ${LARGEST}`, {
      issues: [{ path: "limit", message: `must be 1 to ${LARGEST}` }],
    });
  return limit;
};

/** Where the page before ended, undefined for the first page; throws `invalid_input` unless the cursor holds keys of these kinds. */
export const positionOf = (
  request: PageRequest,
  kinds: readonly ("number" | "string")[],
): Position | undefined => {
  if (request.cursor === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(request.cursor, "base64url").toString("utf8"));
    if (
      Array.isArray(value) &&
      value.length === kinds.length &&
      kinds.every((kind, index) => typeof value[index] === kind)
    )
      return value as Position;
  } catch {
    // Judged below, together with what parses and is no position.
  }
  throw new CountersignError("invalid_input", "the cursor is not one of ours", {
    issues: [{ path: "cursor", message: "must be what the page before answered" }],
  });
};

/** Makes a page of `rows`, which were asked for with one more than `limit`. */
export const pageOf = <R, T>(
  rows: readonly R[],
  limit: number,
  read: (row: R) => T,
  position: (row: R) => Position,
): Page<T> => {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return {
    items: items.map(read),
    cursor:
      rows.length > limit && last !== undefined
        ? Buffer.from(JSON.stringify(position(last))).toString("base64url")
        : undefined,
  };
};
