import { CountersignError, ERRORS, messageOf } from "../../plugin/sdk.ts";

/** Exit code of a command that was understood and failed, and of one that was not understood. */
export const EXIT_FAILURE = 1;
export const EXIT_USAGE = 2;

/** What happened, why, what to do next, and the code to look up: one block of plain lines. */
export const failureBlock = (thrown: unknown): string => {
  const { code, detail, issues } =
    thrown instanceof CountersignError
      ? thrown
      : { code: "internal" as const, detail: messageOf(thrown), issues: [] };
  const { title, nextStep } = ERRORS[code];
  const faults = issues.filter(({ message }) => !detail.includes(message));
  return [
    `Error: ${title}.`,
    ...(detail === "" ? [] : [`  ${detail}`]),
    ...faults.map(({ path, message }) => `  - ${path === "" ? "" : `${path}: `}${message}`),
    `Next: ${nextStep}`,
    `(${code})`,
    "",
  ].join("\n");
};
