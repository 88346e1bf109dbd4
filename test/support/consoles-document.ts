import { consoleShapes } from "../../adapters/consoles/consoles.ts";
import { type ConsoleForm, type ConsoleShape, fieldsOf } from "../../plugin/sdk.ts";

const HEAD = `# Consoles

The forms of nine consoles and of Countersign itself, field by field, and what each field is in Countersign. Made by \`npm run manifest\` from \`adapters/consoles\`.

A form is shown, checked and saved over \`/api/v1/consoles/<id>/ca-server\` and \`/template\`; what Countersign's model lacks is kept beside it for that console and survives edits in the words of another. *Mark* says how sure the field is: documented by the vendor, observed in programs that talk to it, inferred from its neighbours, or ours. Passwords of outside services are not kept.

In every text with dynamic keys Countersign's own \`%name%\` is understood as well, and \`%%\` is a percent sign.
`;

/** docs/consoles.md as it must be now: the table "their field, ours". */
export const consolesText = (): string => [HEAD, ...consoleShapes().map(consoleText)].join("\n");

const consoleText = (shape: ConsoleShape): string => {
  const { open, close, ignoresCase, caseMark, variables, free } = shape.dialect;
  const rows = variables.map(
    ({ name, variable, mark }) => `| \`${open}${name}${close}\` | \`%${variable}%\` | ${mark} |`,
  );
  return [
    `## ${shape.name}\n`,
    formText(shape.caServer),
    formText(shape.template),
    `### Dynamic keys\n`,
    `Written \`${open}name${close}\`; case ${ignoresCase ? "does not count" : "counts"} (${caseMark}).${free ? " Any further name is taken for an attribute of the device." : ""}\n`,
    "| key | ours | mark |\n|---|---|---|",
    ...rows,
    "",
  ].join("\n");
};

const formText = <M>(form: ConsoleForm<M>): string =>
  [
    `### ${form.title}\n`,
    `${form.place}.${(form.notes ?? []).map((note) => ` ${note}`).join("")}\n`,
    "| their field | type | ours | mark |\n|---|---|---|---|",
    ...form.parts.flatMap(({ fields, members }) =>
      fields.map((field) => {
        const ours =
          field.readOnly === true
            ? "filled in by Countersign"
            : members.length > 0
              ? members.join(", ")
              : field.type === "secret"
                ? "not kept"
                : "kept beside";
        const note = field.note === undefined ? "" : `: ${field.note}`;
        const { requiredWhen } = field;
        const required =
          field.required === true
            ? " \\*"
            : requiredWhen === undefined
              ? ""
              : ` \\* (with ${requiredWhen.is.join(", ")})`;
        return `| ${field.label}${required} | ${field.type} | ${ours} | ${field.mark}${note} |`;
      }),
    ),
    "",
  ].join("\n");

/** How many fields all forms have, for a test that none is lost. */
export const fieldCount = (): number =>
  consoleShapes().reduce(
    (sum, { caServer, template }) => sum + fieldsOf(caServer).length + fieldsOf(template).length,
    0,
  );
