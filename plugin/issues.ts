import type { z } from "zod";
import type { Issue } from "./errors.ts";

/** zod's faults as ours: one issue a fault, dotted paths below `prefix`, every unknown key named by its own path. */
export const issuesOf = (error: z.ZodError, prefix: readonly PropertyKey[] = []): Issue[] =>
  error.issues.flatMap((issue) => {
    const path = [...prefix, ...issue.path];
    return issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => ({ path: dotted([...path, key]), message: "is not known here" }))
      : [{ path: dotted(path), message: plain(issue.message) }];
  });

/** zod's words for a member that is not there at all say more about types than people want to know. */
const plain = (message: string): string =>
  message.endsWith("received undefined") ? "is missing" : message;

const dotted = (path: readonly PropertyKey[]): string => path.map(String).join(".");

/** The faults as one sentence, for people who see only the message. */
export const listOf = (issues: readonly Issue[]): string =>
  issues.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)).join("; ");
