import type { Credential, Person } from "../../api/calls.ts";
import { type CommandLine, option } from "../../ui/command-line.ts";
import type { FieldValues } from "../../ui/field-spec.ts";
import { textOf } from "../../ui/text-of.ts";

/** How many people and machines the page's lines name. */
const NAMED = 5;

const listed = (value: unknown): string => (Array.isArray(value) ? value.join(",") : "");
const text = (values: FieldValues, name: string): string => textOf(values[name]);
const yes = (name: string, values: FieldValues, otherwise: boolean): readonly string[] =>
  (values[name] === true) === otherwise ? [] : [`--${name}`, String(!otherwise)];

/** Somebody as the form stands. */
export const personCommand = (stored: Person | undefined, values: FieldValues): CommandLine => {
  const details = [
    ...option("email", text(values, "email")),
    ...option("first-name", text(values, "firstName")),
    ...option("last-name", text(values, "lastName")),
  ];
  const gone = (
    [
      ["email", "email"],
      ["first-name", "firstName"],
      ["last-name", "lastName"],
    ] as const
  ).flatMap(([flag, name]) =>
    text(values, name) === "" && (stored?.[name] ?? "") !== "" ? [`--${flag}`, ""] : [],
  );
  const own = values["approveOwn"] === true;
  if (stored === undefined)
    return {
      what: "Add this person",
      words: [
        ...["person", "add", text(values, "id") || "somebody"],
        ...option("roles", listed(values["roles"])),
        ...details,
        ...(own ? ["--approve-own"] : []),
        ...yes("active", values, true),
      ],
    };
  return {
    what: "Save this person",
    words: [
      ...["person", "change", stored.id, "--roles", listed(values["roles"])],
      ...details,
      ...gone,
      ...["--approve-own", String(own), "--active", String(values["active"] === true)],
      ...["--if-version", String(stored.version)],
    ],
  };
};

/** A machine as the form stands; its key file is written where the command runs. */
export const machineCommand = (
  stored: Credential | undefined,
  values: FieldValues,
): CommandLine => {
  const scope = listed(values["authorityIds"]);
  const name = option("name", text(values, "name"));
  if (stored === undefined) {
    const id = text(values, "id") || "machine";
    return {
      what: "Add this machine; the password of its key file is printed this once",
      words: [
        ...["credential", "create", id, ...name],
        ...option("roles", listed(values["roles"])),
        ...option("authority-ids", scope),
        ...option("validity", text(values, "validity")),
        ...option("encoding", text(values, "encoding")),
        ...["--out", `pkcs12-${id}.p12`],
      ],
    };
  }
  return {
    what: "Save this machine",
    words: [
      ...["credential", "change", stored.id, ...name],
      ...["--roles", listed(values["roles"]), "--authority-ids", scope],
      ...["--active", String(values["active"] === true), "--if-version", String(stored.version)],
    ],
  };
};

/** What the page does with people. */
export const peopleCommands = (people: readonly Person[]): readonly CommandLine[] => [
  { what: "List people", words: ["person", "list"] },
  { what: "List the roles with their members", words: ["role", "list"] },
  ...people.slice(0, NAMED).flatMap(({ id, roles }) => [
    ...roles.map((role) => ({
      what: `Take ${role} from ${id}`,
      words: ["role", "take-away", role, id],
    })),
    { what: `Remove ${id}`, words: ["person", "remove", id] },
  ]),
];

/** What the page does with machines. */
export const machineCommands = (machines: readonly Credential[]): readonly CommandLine[] => [
  { what: "List the machines", words: ["credential", "list"] },
  ...machines.slice(0, NAMED).flatMap(({ id }) => [
    {
      what: `A new key for ${id}`,
      words: ["credential", "rotate", id, "--out", `pkcs12-${id}.p12`],
    },
    { what: `Delete ${id}`, words: ["credential", "delete", id] },
  ]),
];
