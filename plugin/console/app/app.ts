import type { Principal } from "../api/calls.ts";
import type { Call } from "../api/client.ts";

export type Right = Principal["rights"][number];
export type Tone = "good" | "warn" | "bad" | "info" | "quiet";

/** A yes-or-no question; `typed`: what must be typed before yes is possible. */
export interface Question {
  readonly title: string;
  readonly text: string;
  readonly yes: string;
  readonly dangerous?: boolean;
  readonly typed?: string;
}

/** What every view is given: the API, who is here, and the frame around it. */
export interface App {
  readonly call: Call;
  readonly principal: Principal;
  /** Where Countersign is mounted, with its slash at the end. */
  readonly base: string;
  may(right: Right): boolean;
  /** Goes to a view such as `devices/4711`. */
  go(path: string): void;
  /** Says something that goes away by itself; screen readers hear it. */
  say(text: string, tone?: Tone): void;
  /** Shows why something was refused. */
  fail(thrown: unknown): void;
  ask(question: Question): Promise<boolean>;
  /** While it is set, leaving asks first. */
  keepHere(reason: string | undefined): void;
  /** An approval was decided: counts again how many wait. */
  decided(): void;
  signOut(): void;
}
