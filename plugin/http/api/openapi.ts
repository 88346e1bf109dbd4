import { z } from "zod";
import { CountersignError } from "../../errors.ts";
import { ANSWERS, type AnswerSchema } from "./answer-schemas.ts";
import type { Route } from "./route.ts";
import { problemSchema } from "./record-schemas.ts";

type Json = Record<string, unknown>;

const PROBLEM = "application/problem+json";

/**
 * The OpenAPI 3.1 document of the admin API, made from the schemas that requests are checked with. Server addresses are relative to where
 * the document is served (`/api/openapi.json`).
 */
export const openApiDocument = (routes: readonly Route[]): Json => {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  const document = {
    openapi: "3.1.0",
    info: {
      title: "Countersign admin API",
      version: "1",
      description: "CA servers, certificate templates, SCEP endpoints, devices and certificates.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "./v1", description: "Beside this document" }],
    security: [{ bearer: [] }],
    tags: [...new Set(routes.map(tagOf))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
      },
      schemas: {} as Json,
    },
  };
  lift(document, document.components.schemas);
  return document;
};

const tagOf = ({ path }: Route): string => path.split("/")[1] ?? "";

/** `GET /authorities/:id/csr` is `getAuthoritiesIdCsr`. */
export const operationId = ({ method, path }: Pick<Route, "method" | "path">): string =>
  method.toLowerCase() +
  path
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");

const operationOf = (route: Route): Json => {
  const name = `${route.method} ${route.path}`;
  const answer = ANSWERS[name];
  if (answer === undefined) throw new CountersignError("internal", `${name} has no answer schema`);
  return {
    operationId: operationId(route),
    tags: [tagOf(route)],
    summary: route.summary,
    parameters: [
      ...[...route.path.matchAll(/:(\w+)/g)].map(([, name]) => ({
        name,
        in: "path",
        required: true,
        schema: { type: "string", minLength: 1 },
      })),
      ...queryParameters(route),
      ...(route.ifMatch === true || ["PATCH", "PUT", "DELETE"].includes(route.method)
        ? [IF_MATCH]
        : []),
    ],
    ...(route.body === undefined
      ? {}
      : {
          requestBody: {
            required: !route.body.safeParse(undefined).success,
            content: { "application/json": { schema: schemaOf(route.body, "input") } },
          },
        }),
    responses: {
      ...Object.fromEntries(
        [answer.status, ...(answer.or === undefined ? [] : [answer.or])].map((status) => [
          status,
          {
            description: status === 204 ? "Done; nothing to say." : "Done.",
            ...(Object.keys(answer.content).length === 0 ? {} : { content: contentOf(answer) }),
          },
        ]),
      ),
      default: {
        description: "Refused, with the reason and the next step (RFC 9457).",
        content: { [PROBLEM]: { schema: schemaOf(problemSchema, "output") } },
      },
    },
  };
};

const IF_MATCH = {
  name: "If-Match",
  in: "header",
  required: false,
  description: "The ETag that was read; when the object has changed meanwhile the answer is 412.",
  schema: { type: "string" },
};

const contentOf = ({ content }: AnswerSchema): Json =>
  Object.fromEntries(
    Object.entries(content).map(([type, schema]) => [
      type,
      schema === undefined ? {} : { schema: schemaOf(schema, "output") },
    ]),
  );

const queryParameters = (route: Route): readonly Json[] => {
  if (route.query === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(route.query, "input") as {
    properties?: Record<string, Json>;
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: "query",
    required: required.includes(name),
    schema,
  }));
};

const schemaOf = (schema: z.ZodType, io: "input" | "output"): Json => {
  const whole: Json = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  delete whole["$schema"];
  return whole;
};

/** Moves `$defs` (schemas that have an id) to the components and points the references there; a schema with an id of its own becomes one. */
const lift = (node: unknown, schemas: Json): void => {
  if (typeof node !== "object" || node === null) return;
  const object = node as Json;
  const { $defs } = object;
  if (typeof $defs === "object" && $defs !== null) {
    for (const [name, schema] of Object.entries($defs as Json)) schemas[name] ??= schema;
    delete object["$defs"];
  }
  for (const [name, member] of Object.entries(object)) {
    if (name === "$ref" && typeof member === "string")
      object[name] = member.replace("#/$defs/", "#/components/schemas/");
    else if (node !== schemas) lift(member, schemas);
  }
  if (node !== schemas) return;
  for (const schema of Object.values(schemas)) {
    // The name of a component is its key; JSON Schema knows no member of that name.
    delete (schema as Json)["id"];
    lift(schema, schemas);
  }
};
