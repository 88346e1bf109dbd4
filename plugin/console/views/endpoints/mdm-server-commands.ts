import type { HookAdapter } from "../../api/calls.ts";
import type { CommandLine } from "../../ui/command-line.ts";
import type { FieldValues } from "../../ui/field-spec.ts";
import { textOf } from "../../ui/text-of.ts";

/** How many servers the page's lines name. */
const NAMED = 5;

/** A new credential as the form stands. */
export const createCommand = (values: FieldValues): CommandLine => ({
  what: "Add this MDM server; its secret is printed this once",
  words: [
    ...["hook", "adapter-create", textOf(values["id"]) || "mdm"],
    ...[textOf(values["hostId"]) || "host", "--get", "secret"],
  ],
});

/** A new secret as the form stands. */
export const rotateCommand = ({ id }: HookAdapter, values: FieldValues): CommandLine => ({
  what: `A new secret for ${id}, printed this once`,
  words: [
    ...["hook", "adapter-rotate", id],
    ...["--overlap-seconds", textOf(values["overlap"]), "--get", "secret"],
  ],
});

/** What the list does. */
export const serverCommands = (
  servers: readonly HookAdapter[],
  manages: boolean,
): readonly CommandLine[] => [
  { what: "List the MDM servers", words: ["hook", "adapter-list"] },
  ...(manages ? servers.slice(0, NAMED) : []).flatMap(({ id, enabled }) => [
    {
      what: `Switch ${id} ${enabled ? "off" : "on"}`,
      words: ["hook", "adapter-switch", id, enabled ? "off" : "on"],
    },
    { what: `Delete ${id}`, words: ["hook", "adapter-delete", id] },
  ]),
];
