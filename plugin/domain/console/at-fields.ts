import type { Issue } from "../../errors.ts";
import { fieldPath } from "./check.ts";
import type { ConsoleForm, FormPart } from "./shape.ts";

/** Faults of the model told at the fields that stand for the member; those of no field keep their path. */
export const atFields = <M>(form: ConsoleForm<M>, issues: readonly Issue[]): readonly Issue[] =>
  issues.map((issue) => {
    const [member = "", index, column] = issue.path.split(".");
    const parts = form.parts.filter(({ members }) =>
      (members as readonly string[]).includes(member),
    );
    const field = fieldOf(parts, member, index);
    if (field === undefined) return issue;
    return {
      path: [fieldPath(field.name), ...(field.type === "rows" ? [index, column] : [])]
        .filter((part) => part !== undefined)
        .join("."),
      message: issue.message,
    };
  });

const fieldOf = <M>(parts: readonly FormPart<M>[], member: string, index: string | undefined) => {
  const fields = parts.flatMap(({ fields: all }) => all);
  const place = parts.flatMap(({ places }) => places?.[index ?? ""] ?? [])[0];
  if (place !== undefined) return fields.find(({ name }) => name === place);
  // A kind and a text beside it: what is wrong is the text.
  return (
    fields.find(({ type }) => type === "pattern" || type === "rows") ??
    (index === undefined || member === "" ? fields[0] : fields.at(-1))
  );
};
