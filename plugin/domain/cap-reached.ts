import { CountersignError } from "../errors.ts";
import type { CapSubject } from "./cap.ts";

/** The error for a cap that has no place left; its text says which, and the number. */
export const capReached = (subject: CapSubject, most: number): CountersignError => {
  const [kind, authorityId] = subject.split("/");
  const whose = authorityId === undefined ? "the tenant" : `authority ${authorityId}`;
  return new CountersignError(
    "cap_reached",
    `${whose} has as many active ${kind ?? ""} as its cap allows: ${most}`,
  );
};
