import type { Condition } from "./form.ts";

/** A button of a console's form that tries what the form holds, and what stands behind it here. */
export interface FormAction {
  /** Unique in its form. */
  readonly name: string;
  /** The console's own words. */
  readonly label: string;
  /** One line: what it tries here. */
  readonly help: string;
  /** Shown only while this is so. */
  readonly when?: Condition;
  /** Fields that are looked at by themselves; those that are not shown are passed over. */
  readonly fields: readonly string[];
  /** What is tried over the network once the form is saved: what anybody gets of the CA, or a whole enrolment. */
  readonly asks?: "public-addresses" | "enrolment";
  /** The form is saved first. */
  readonly saves?: true;
  /** What the console's own button would try as well and nobody does here, with the reason. */
  readonly untried: readonly {
    readonly what: string;
    readonly why: string;
    /** Said only while this is so. */
    readonly when?: Condition;
  }[];
}

/** One thing that was tried, or was not. */
export interface TriedStep {
  readonly what: string;
  readonly state: "good" | "bad" | "untried";
  /** What was found, why it failed, or why it was not tried. */
  readonly detail: string;
  readonly nextStep?: string | undefined;
}

/** How a button's run went; `ok` says nothing of what was not tried. */
export interface Tried {
  readonly ok: boolean;
  readonly steps: readonly TriedStep[];
}
