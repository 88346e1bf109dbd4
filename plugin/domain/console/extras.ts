import type { FieldValue, FieldValues } from "./form.ts";

/** A part of a form as somebody typed it, while it means more than our model can say. */
export interface Typed {
  readonly typed: FieldValues;
  /** What the model shows for it; once that has changed, the typed text is stale. */
  readonly shown: FieldValues;
}

/** What one console's form has and our model lacks (foundations.md 38). No secret is ever in it. */
export interface ShapeExtra {
  /** Version of the shape that wrote it. */
  readonly version: number;
  readonly fields: Readonly<Record<string, FieldValue>>;
  readonly typed: Readonly<Record<string, Typed>>;
}

/** By console; each console's survive edits in another's shape. */
export type ShapeExtras = Readonly<Record<string, ShapeExtra>>;
