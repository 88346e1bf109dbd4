import type { FilledForm } from "../../api/calls.ts";
import { type CommandLine, option } from "../../ui/command-line.ts";
import { textOf } from "../../ui/text-of.ts";
import { type TemplateChange, templateChange } from "./template-change.ts";

/** A name as an identifier: what the server would make of it, too. */
const idOf = (name: string, otherwise: string): string => {
  const id = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return id.length < 2 ? otherwise : id;
};

const file = (name: string, body: object) => ({ name, text: JSON.stringify(body, null, 2) });

/** A template as its form stands: what is filled in goes in a file, since it is more than options can say. */
export const templateCommand = (
  stored: FilledForm | undefined,
  model: FilledForm["model"],
  moveOver: string | undefined,
): CommandLine => {
  if (stored?.id !== undefined)
    return {
      what: "Save this version",
      words: [
        ...["template", "update", stored.id, "--from", "template.json"],
        ...option("move-over", moveOver),
        ...option("if-version", stored.version === undefined ? undefined : String(stored.version)),
      ],
      file: file("template.json", templateChange(stored.model, model)),
    };
  const body: TemplateChange = templateChange({}, model);
  return {
    what: "Make this template",
    words: [
      "template",
      "create",
      idOf(textOf(model["name"]), "template"),
      "--from",
      "template.json",
    ],
    file: file("template.json", body),
  };
};

/** A change of a template, kept as a draft. */
export const draftCommand = (templateId: string, change: TemplateChange): CommandLine => ({
  what: "Save it as a draft",
  words: ["distribution", "save", templateId, "--from", "draft.json"],
  file: file("draft.json", { change }),
});

/** A new CA server as its form stands; undefined for what the command line does another way. */
export const caCommand = (
  model: FilledForm["model"],
  crlShards?: number,
): CommandLine | undefined => {
  const text = (name: string): string => textOf(model[name]);
  const id = text("id") === "" ? idOf(text("name"), "ca") : text("id");
  const kind = text("kind");
  if (kind === "external")
    return {
      what: "Take this root",
      words: ["authority", "import-root", id, `${id}.cer`, ...option("name", text("name"))],
    };
  if (kind === "outside") return undefined;
  const key = [
    ...option("key-algorithm", text("keyAlgorithm")),
    ...option("key-store", text("keyStore")),
    ...option("crl-shards", crlShards === undefined ? undefined : String(crlShards)),
  ];
  if (kind === "issuing" && text("parentId") === "" && text("subject") === "")
    return {
      what: "Make root, issuing CA and RA",
      words: ["authority", "hierarchy", id, ...option("name", text("name")), ...key],
    };
  return {
    what: "Make this CA",
    words: [
      ...["authority", "create", id, "--kind", kind],
      ...option("name", text("name")),
      ...option("parent-id", text("parentId")),
      ...option("subject", text("subject")),
      ...key,
      ...option("not-after", text("notAfter")),
      ...["--crl-enabled", String(model["crlEnabled"] === true)],
      ...["--ocsp-enabled", String(model["ocspEnabled"] === true)],
    ],
  };
};

/** An endpoint as its form stands; the static challenge never stands in a command. */
export const endpointCommand = (
  body: { readonly id: string; readonly policies?: readonly object[] | undefined },
  version: number | undefined,
): CommandLine => {
  const { id, ...rest } = body;
  const policies = body.policies?.map((policy) =>
    "secret" in policy ? { ...policy, secret: "the password" } : policy,
  );
  return {
    what: version === undefined ? "Make this endpoint" : "Save this endpoint",
    words: [
      ...["endpoint", version === undefined ? "create" : "update"],
      ...[id === "" ? "endpoint" : id, "--from", "endpoint.json"],
      ...option("if-version", version === undefined ? undefined : String(version)),
    ],
    file: file("endpoint.json", { ...rest, policies }),
  };
};

/** A new outside CA as its form stands; certificates and code come from files. */
export const outsideCommand = (body: {
  readonly id: string;
  readonly name?: string | undefined;
  readonly url: string;
  readonly serverType?: string | undefined;
  readonly certificates: readonly string[];
  readonly code?: string | undefined;
}): CommandLine => ({
  what: "Add this outside CA; the certificates and the code stand in files",
  words: [
    ...["authority", "outside", body.id === "" ? "outside" : body.id],
    ...body.certificates.map((_, index) => `ca-${index + 1}.pem`),
    ...["--scep-url", body.url === "" ? "https://scep.example.com/" : body.url],
    ...option("name", body.name),
    ...option("server-type", body.serverType),
    ...(body.code === undefined ? [] : ["--code-file", "code.txt"]),
  ],
});
