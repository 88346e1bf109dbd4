import { fileURLToPath } from "node:url";
import { format, resolveConfig } from "prettier";
import { z } from "zod";
import { starterTemplates } from "../../templates/certificate/starters.ts";
import { listSizeText, revokedThatFit, SHARD_COUNTS } from "../../plugin/domain/crl-scope.ts";
import { LEDGER_EVENTS } from "../../plugin/domain/events.ts";
import { REASONS, STATES } from "../../plugin/domain/deployment-states.ts";
import { ERRORS } from "../../plugin/errors.ts";
import { API_ROUTES } from "../../plugin/http/api/routes.ts";
import { openApiDocument } from "../../plugin/http/api/openapi.ts";
import { file } from "./manifest.ts";

type Schema = Readonly<Record<string, unknown>>;

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: "path" | "query" | "header";
    readonly required: boolean;
    readonly schema: Schema;
  }[];
  readonly requestBody?: {
    readonly required: boolean;
    readonly content: Readonly<Record<string, { readonly schema: Schema }>>;
  };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> }>
  >;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const JSON_TYPE = "application/json";

/** What `npm run manifest` writes for the console: path in the repository, and text. */
export const consoleFiles = async (): Promise<readonly (readonly [string, string])[]> => {
  const style = await resolveConfig(fileURLToPath(file("package.json")));
  const formatted = (text: string): Promise<string> =>
    format(text, { ...style, parser: "typescript" });
  return [
    ["plugin/console/api/calls.ts", await formatted(apiCallsText())],
    ["plugin/console/api/words.ts", await formatted(apiWordsText())],
  ];
};

/** The typed client of the console, plugin/console/api/calls.ts, as the OpenAPI document makes it. */
const apiCallsText = (): string => {
  const document = openApiDocument(API_ROUTES) as unknown as Document;
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  return [
    "/* Made by `npm run manifest` from the OpenAPI document of the admin API; changes are lost. */",
    "",
    ...Object.entries(document.components.schemas).map(
      ([name, schema]) => `export interface ${name} ${bodyOf(schema, "")}\n`,
    ),
    "/** What each operation takes and answers; a file is a Blob. */",
    "export interface Calls {",
    ...operations.map(({ operation }) => callText(operation)),
    "}",
    "",
    'export type Answered = "json" | "file" | "none";',
    "",
    "/** Method, path below `/api/v1`, and what an operation answers. */",
    "export const OPERATIONS: Readonly<",
    "  Record<keyof Calls, readonly [method: string, path: string, answered: Answered]>",
    "> = {",
    ...operations.map(
      ({ path, method, operation }) =>
        `  ${operation.operationId}: ["${method.toUpperCase()}", "${path}", "${answerOf(operation).kind}"],`,
    ),
    "};",
    "",
  ].join("\n");
};

/** Words of ours that the console shows beside codes, plugin/console/api/words.ts. */
const apiWordsText = (): string => {
  const codes = Object.entries(ERRORS).map(([code, { title, nextStep }]) => [
    code,
    { title, nextStep },
  ]);
  const states = Object.entries(STATES).map(([state, { meaning, nextStep }]) => [
    state,
    { meaning, nextStep },
  ]);
  return [
    "/* Made by `npm run manifest` from the tables of the plugin; changes are lost. */",
    'import type { Calls } from "./calls.ts";',
    "",
    "interface Fact { readonly title: string; readonly nextStep: string }",
    "interface StateFact { readonly meaning: string; readonly nextStep: string }",
    "",
    "/** Every error code. */",
    `export const CODES: Readonly<Record<string, Fact>> = ${JSON.stringify(Object.fromEntries(codes))};`,
    "",
    "/** Every state of a deployment. */",
    `export const STATES: Readonly<Record<string, StateFact>> = ${JSON.stringify(Object.fromEntries(states))};`,
    "",
    "/** Why a deployment stands where it stands: the next step. */",
    `export const REASONS: Readonly<Record<string, string>> = ${JSON.stringify(REASONS)};`,
    "",
    "/** Templates to start from: what `POST /templates` takes but for the authority. */",
    `export const STARTERS: readonly (Omit<Calls["postTemplates"]["request"]["body"], "authorityId"> & { readonly description: string })[] = ${JSON.stringify(starterTemplates().map(acceptedStarter))};`,
    "",
    "/** How many lists of revoked certificates a CA may have, how many they hold together, and what each comes to with a million revoked. */",
    `export const CRL_SHARDS: readonly { readonly shards: number; readonly fit: number; readonly size: string }[] = ${JSON.stringify(SHARD_COUNTS.map((shards) => ({ shards, fit: revokedThatFit(shards), size: listSizeText(shards) })))};`,
    "",
    "/** Every kind of ledger row. */",
    `export const EVENTS: readonly string[] = ${JSON.stringify(LEDGER_EVENTS)};`,
    "",
  ].join("\n");
};

/** The members that the API takes, and the sentence for the pick list. */
const acceptedStarter = (starter: object): object => {
  const route = API_ROUTES.find(({ method, path }) => method === "POST" && path === "/templates");
  const known = z.toJSONSchema(route?.body ?? z.never(), { io: "input", unrepresentable: "any" });
  return Object.fromEntries(
    Object.entries(starter).filter(
      ([name]) => name === "description" || name in (known.properties ?? {}),
    ),
  );
};

const callText = (operation: Operation): string => {
  const members: string[] = [];
  if (operation.parameters.some((parameter) => parameter.in === "path"))
    members.push("readonly id: string;");
  const query = operation.parameters.filter((parameter) => parameter.in === "query");
  if (query.length > 0) {
    const fields = query.map(
      ({ name, required, schema }) =>
        `readonly ${keyOf(name)}${required ? "" : "?"}: ${typeOf(schema, "")}${required ? "" : " | undefined"};`,
    );
    members.push(
      `readonly query${query.some(({ required }) => required) ? "" : "?"}: { ${fields.join(" ")} };`,
    );
  }
  const body = operation.requestBody?.content[JSON_TYPE]?.schema;
  if (body !== undefined)
    members.push(
      `readonly body${operation.requestBody?.required === true ? "" : "?"}: ${typeOf(body, "    ")};`,
    );
  if (operation.parameters.some(({ name }) => name === "If-Match"))
    members.push("readonly version?: number | undefined;");
  const request = members.length === 0 ? "Record<never, never>" : `{ ${members.join(" ")} }`;
  return [
    `  /** ${operation.summary.replaceAll("*/", "* /")} */`,
    `  readonly ${operation.operationId}: {`,
    `    readonly request: ${request};`,
    `    readonly answer: ${answerOf(operation).type};`,
    "  };",
  ].join("\n");
};

const answerOf = (operation: Operation): { readonly kind: string; readonly type: string } => {
  const [, answer] = Object.entries(operation.responses).find(
    ([status]) => status !== "default",
  ) ?? ["", {}];
  const schema = answer.content?.[JSON_TYPE]?.schema;
  if (schema !== undefined) return { kind: "json", type: typeOf(schema, "    ") };
  return answer.content === undefined
    ? { kind: "none", type: "undefined" }
    : { kind: "file", type: "Blob" };
};

const keyOf = (name: string): string => (/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name));

const typeOf = (schema: Schema, indent: string): string => {
  const reference = schema["$ref"];
  if (typeof reference === "string") return reference.split("/").at(-1) ?? "unknown";
  if ("const" in schema) return JSON.stringify(schema["const"]);
  const values = schema["enum"];
  if (Array.isArray(values)) return values.map((value) => JSON.stringify(value)).join(" | ");
  const several = schema["anyOf"] ?? schema["oneOf"];
  if (Array.isArray(several))
    return [...new Set((several as Schema[]).map((one) => typeOf(one, indent)))].join(" | ");
  const type = schema["type"];
  if (Array.isArray(type))
    return (type as string[]).map((one) => typeOf({ ...schema, type: one }, indent)).join(" | ");
  switch (type) {
    case "string":
      return "string";
    case "integer":
    case "number":
      return "number";
    case "boolean":
      return "boolean";
    case "null":
      return "null";
    case "array":
      return `readonly (${typeOf((schema["items"] ?? {}) as Schema, indent)})[]`;
    case "object":
      return objectType(schema, indent);
    default:
      return "unknown";
  }
};

const objectType = (schema: Schema, indent: string): string => {
  if (Object.keys(schema["properties"] ?? {}).length > 0) return bodyOf(schema, indent);
  const more = schema["additionalProperties"];
  return typeof more === "object" && more !== null
    ? `Readonly<Record<string, ${typeOf(more as Schema, indent)}>>`
    : "Readonly<Record<string, unknown>>";
};

const bodyOf = (schema: Schema, indent: string): string => {
  const required = new Set((schema["required"] ?? []) as readonly string[]);
  const members = Object.entries((schema["properties"] ?? {}) as Record<string, Schema>).map(
    ([name, member]) =>
      `${indent}  readonly ${keyOf(name)}${required.has(name) ? "" : "?"}: ${typeOf(member, `${indent}  `)}${required.has(name) ? "" : " | undefined"};`,
  );
  return members.length === 0 ? "{}" : `{\n${members.join("\n")}\n${indent}}`;
};
