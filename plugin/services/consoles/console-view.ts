import type { ShapeExtras } from "../../domain/console/extras.ts";
import {
  alsoSet,
  type ConsoleForm,
  type ConsoleShape,
  readForm,
  type Shaped,
  unkeptSecrets,
} from "../../domain/console/shape.ts";
import type { FieldValues } from "../../domain/console/form.ts";
import type { Issue } from "../../errors.ts";

/** A filled-in form of a console, as a page shows it and as it is copied from. */
export interface FilledForm<M> {
  /** The object it stands for; undefined for one that is not saved. */
  readonly id: string | undefined;
  readonly version: number | undefined;
  /** By field; secrets are empty. */
  readonly values: FieldValues;
  /** Secret fields that hold something. */
  readonly secretsSet: readonly string[];
  /** Secret fields that must be filled in elsewhere or were when the object was made, and are not kept: an edit does not ask for them. */
  readonly secretsPassed: readonly string[];
  /** What the object says and this console has no field for. */
  readonly alsoSet: readonly { readonly member: string; readonly value: unknown }[];
  /** Why it cannot be saved like this; paths are `fields.<name>` where a field is at fault. */
  readonly issues: readonly Issue[];
  /** What was done or left undone besides. */
  readonly notes: readonly string[];
  /** The same in Countersign's own words. */
  readonly model: Omit<M, "secret">;
  readonly saved: boolean;
}

/** What a request to preview or save a form holds. */
export interface FormRequest {
  /** What is left out is as it was, or as it begins. */
  readonly fields: FieldValues;
  /** The object to change; a new one unless given. */
  readonly id?: string | undefined;
  /** The version that was read. */
  readonly version?: number | undefined;
  /** False: nothing is stored. */
  readonly save: boolean;
  /** Of a template that is changed: its deployments move to the new version in this time (ISO 8601), by the renewal plan. */
  readonly moveOver?: string | undefined;
  /** Of a CA server that is made: how many lists of revoked certificates it has (L-12). */
  readonly crlShards?: number | undefined;
}

export const filledForm = <M extends object>(
  form: ConsoleForm<M>,
  blank: M,
  shaped: Shaped<M>,
  rest: Omit<FilledForm<M>, "values" | "alsoSet" | "model">,
): FilledForm<M> => ({
  ...rest,
  values: readForm(form, shaped),
  alsoSet: alsoSet(form, shaped.model, blank),
  model: withoutSecret(shaped.model),
});

/** Secrets that are not kept and were asked for when the object was last saved in this console's words. */
export const secretsAsked = <M>(
  form: ConsoleForm<M>,
  shape: ConsoleShape,
  shaped: Shaped<M>,
  stored: { readonly shapeExtras?: ShapeExtras | undefined } | undefined,
): readonly string[] =>
  stored?.shapeExtras?.[shape.id] === undefined ? [] : unkeptSecrets(form, readForm(form, shaped));

const withoutSecret = <M extends object>(model: M): Omit<M, "secret"> =>
  Object.fromEntries(Object.entries(model).filter(([name]) => name !== "secret")) as Omit<
    M,
    "secret"
  >;

/** An identifier out of a name: lower-case letters, digits and hyphens, 2 to `longest` characters, none of `taken`. */
export const identifierOf = (name: string, longest: number, taken: readonly string[]): string => {
  const plain = name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  const stem = plain.length < 2 ? `ca-${plain}`.replace(/-$/, "") : plain;
  for (let n = 1; ; n += 1) {
    const tail = n === 1 ? "" : `-${n}`;
    const id = stem.slice(0, longest - tail.length).replace(/-+$/, "") + tail;
    if (!taken.includes(id)) return id;
  }
};
