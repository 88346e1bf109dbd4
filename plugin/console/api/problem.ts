import type { Problem } from "./calls.ts";

/** What the API refused, or what kept the request from reaching it. */
export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail ?? problem.title);
  }

  /** The fault of one field, by its path in the body. */
  issue(path: string): string | undefined {
    return this.problem.issues?.find((issue) => issue.path === path)?.message;
  }
}

/** Any thrown thing as a problem that can be shown. */
export const problemOf = (thrown: unknown): Problem =>
  thrown instanceof Refused
    ? thrown.problem
    : {
        type: "about:blank",
        title: "The page has met an error of its own",
        status: 0,
        code: "page",
        detail: thrown instanceof Error ? thrown.message : String(thrown),
        nextStep: "Reload the page; nothing was stored that was not said to be stored.",
      };

/** The server could not be reached at all. */
export const unreachable = (cause: unknown): Refused =>
  new Refused({
    type: "about:blank",
    title: "The server cannot be reached",
    status: 0,
    code: "unreachable",
    detail: cause instanceof Error ? cause.message : undefined,
    nextStep: "Check the network; what you typed stays here. Then try again.",
  });
