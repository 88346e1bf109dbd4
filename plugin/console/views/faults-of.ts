import { Refused } from "../api/problem.ts";

/** What the server found wrong, by the first word of its path: a list's entry belongs to the field of the list. */
export const faultsOf = (failure: unknown): Readonly<Record<string, string>> =>
  failure instanceof Refused
    ? Object.fromEntries(
        (failure.problem.issues ?? []).map(({ path, message }) => [
          path.split(".")[0] ?? path,
          message,
        ]),
      )
    : {};
