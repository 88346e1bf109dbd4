import assert from "node:assert/strict";
import { ANSWERS } from "../../../plugin/http/api/answer-schemas.ts";
import { openApiDocument } from "../../../plugin/http/api/openapi.ts";
import { API_ROUTES } from "../../../plugin/http/api/routes.ts";
import { type Admin, openPublished } from "../../support/published.ts";

/** As far as the tests look into it. */
interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters: readonly { name: string; in: string; required: boolean }[];
  readonly requestBody?: { required: boolean; content: Record<string, { schema: object }> };
  readonly responses: Record<string, { content?: Record<string, unknown> }>;
}
interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, unknown> };
}

/** Every `$ref` below a node. */
const references = (node: unknown): readonly string[] =>
  typeof node !== "object" || node === null
    ? []
    : Object.entries(node).flatMap(([name, member]) =>
        name === "$ref" && typeof member === "string" ? [member] : references(member),
      );

describe("OpenAPI document", function () {
  this.timeout(60_000);
  let owner: Admin;
  let document: Document;
  before(async function () {
    ({ owner } = await openPublished(this));
    const answer = await owner.call("GET", "/../openapi.json", undefined, { authorization: "" });
    assert.equal(answer.status, 200, "it needs no token");
    document = answer.json as Document;
  });

  it("O-11 every route of the API is in it, with its parameters, its body and an answer", () => {
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    );
    assert.equal(document.openapi, "3.1.0");
    assert.deepEqual(
      operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`).sort(),
      API_ROUTES.map(({ method, path }) => `${method} ${path.replace(/:id/g, "{id}")}`).sort(),
    );
    for (const route of API_ROUTES) {
      const path = route.path.replace(/:id/g, "{id}");
      const operation = document.paths[path]![route.method.toLowerCase()]!;
      assert.equal(operation.summary, route.summary);
      const parameters = operation.parameters.filter((one) => one.in === "path");
      assert.equal(parameters.length, path.includes("{id}") ? 1 : 0, path);
      assert.equal(operation.requestBody !== undefined, route.body !== undefined, path);
      assert.ok(operation.responses["default"]?.content?.["application/problem+json"], path);
      assert.ok(
        Object.keys(operation.responses).some((status) => status.startsWith("2")),
        path,
      );
    }
    const ids = operations.map(({ operation }) => operation.operationId);
    assert.equal(new Set(ids).size, ids.length, "operation ids are unique");
  });

  it("O-11 what it refers to is in it, and each route has its answer described", () => {
    for (const reference of references(document)) {
      const name = /^#\/components\/schemas\/(\w+)$/.exec(reference)?.[1];
      assert.ok(name !== undefined && name in document.components.schemas, reference);
    }
    assert.deepEqual(
      Object.keys(ANSWERS).sort(),
      API_ROUTES.map(({ method, path }) => `${method} ${path}`).sort(),
    );
  });

  it("O-11 changes carry If-Match", () => {
    const patch = document.paths["/templates/{id}"]!["patch"]!;
    assert.ok(patch.parameters.some(({ name }) => name === "If-Match"));
  });

  it("O-11 real answers are as it says", async () => {
    const device = await owner.call("POST", "/devices", {
      hostId: "h",
      deviceId: "d",
      platform: "apple",
      attributes: { serialnumber: "S1" },
    });
    const calls: readonly (readonly [string, string, string, unknown?])[] = [
      ["GET", "/whoami", "/whoami"],
      ["GET", "/authorities", "/authorities"],
      ["GET", "/authorities/:id", "/authorities/main"],
      ["GET", "/ras", "/ras"],
      ["GET", "/templates", "/templates"],
      ["GET", "/templates/:id", "/templates/wifi"],
      ["PATCH", "/templates/:id", "/templates/wifi", { name: "Wi-Fi" }],
      ["GET", "/endpoints", "/endpoints"],
      ["GET", "/endpoints/:id", "/endpoints/phones"],
      ["GET", "/devices", "/devices"],
      ["GET", "/certificates", "/certificates"],
      ["GET", "/ledger", "/ledger"],
      [
        "POST",
        "/challenges",
        "/challenges",
        { deviceId: device.json.id as string, templateId: "wifi" },
      ],
    ];
    for (const [method, route, path, body] of calls) {
      const answer = await owner.call(method, path, body);
      const described = ANSWERS[`${method} ${route}`]!;
      assert.equal(answer.status, described.status, `${method} ${path}: ${answer.text}`);
      const checked = described.content["application/json"]!.safeParse(answer.json);
      assert.ok(checked.success, `${method} ${path}: ${checked.error?.message ?? ""}`);
    }
  });

  it("a route that says nothing of its answer is a fault", () => {
    const [first] = API_ROUTES;
    assert.throws(
      () => openApiDocument([{ ...first!, path: "/unheard-of" }]),
      /GET \/unheard-of has no answer schema/,
    );
  });
});
