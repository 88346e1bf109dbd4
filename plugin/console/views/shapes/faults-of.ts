import { Refused } from "../../api/problem.ts";

/** What the server found wrong, by the first word of its path: a line's column belongs to the field of the lines, and names the line. */
export const faultsOf = (failure: unknown): Readonly<Record<string, string>> =>
  failure instanceof Refused
    ? Object.fromEntries(
        (failure.problem.issues ?? []).map(({ path, message }) => {
          const [, field = path, line] = /^([^.]+)\.(\d+)\./.exec(path) ?? [];
          return line === undefined
            ? [path.split(".")[0] ?? path, message]
            : [field, `Line ${Number(line) + 1}: ${message}`];
        }),
      )
    : {};
