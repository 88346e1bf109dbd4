import { html, nothing, type TemplateResult } from "lit";
import { link } from "../../app/route.ts";
import { define } from "../../ui/define.ts";
import { Loaded } from "../../ui/loaded.ts";
import { View } from "../../ui/view.ts";

interface Schema {
  readonly $ref?: string;
  readonly [member: string]: unknown;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: Schema;
}

type Content = Readonly<Record<string, { readonly schema?: Schema }>>;

interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses?: Readonly<
    Record<string, { readonly description?: string; readonly content?: Content }>
  >;
}

interface Document {
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
}

interface Line {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

const METHODS = ["get", "post", "put", "patch", "delete"];

/** The admin API, read from the document that the server itself makes. */
export class Reference extends View {
  readonly #document = new Loaded<Document>(this, async () => {
    const answer = await fetch(new URL("api/openapi.json", this.app.base));
    if (!answer.ok) throw new Error(`The document was answered with ${answer.status}.`);
    return (await answer.json()) as Document;
  });

  protected override arrive(): void {
    if (this.#document.value === undefined) void this.#document.reload();
  }

  override render(): TemplateResult {
    return html`${this.head("API reference", html`Everything this console does, it does by these. <a href=${new URL("api/openapi.json", this.app.base).href} target="_blank" rel="noopener">OpenAPI 3.1</a>`, "", { href: link(["settings"]), text: "Settings" })}
    ${this.#document.show((document) => this.#page(document))}`;
  }

  #page(document: Document): TemplateResult {
    const lines = Object.entries(document.paths).flatMap(([path, operations]) =>
      METHODS.flatMap((method): readonly Line[] => {
        const operation = operations[method];
        return operation === undefined ? [] : [{ method, path, operation }];
      }),
    );
    const groups = [...new Set(lines.map(({ path }) => groupOf(path)))];
    const chosen = this.place.query.get("about") ?? groups[0];
    return html`<div class="bar" role="group" aria-label="About">
        ${groups.map((group) => html`<a class="chip" href=${link(["reference"], { about: group })} aria-current=${group === chosen ? "true" : nothing}>${group}</a>`)}
      </div>
      <div class="stack tight">
        ${lines.filter(({ path }) => groupOf(path) === chosen).map((line) => this.#line(document, line))}
      </div>`;
  }

  #line(document: Document, { method, path, operation }: Line): TemplateResult {
    const { parameters = [], requestBody, responses = {} } = operation;
    return html`<details class="card">
      <summary>
        <span class="mono"><strong>${method.toUpperCase()}</strong> ${path}</span>
        <div class="quiet small">${operation.summary ?? ""}</div>
      </summary>
      <div class="stack tight">
        ${
          parameters.length === 0
            ? nothing
            : html`<h3>Parameters</h3>
                <dl class="facts">
                  ${parameters.map(
                    (one) =>
                      html`<dt class="mono">${one.name}</dt>
                        <dd>
                          ${one.in}${one.required === true ? ", needed" : ""}${one.description === undefined ? "" : `: ${one.description}`}
                          <span class="mono small">${shape(one.schema ?? {}, document)}</span>
                        </dd>`,
                  )}
                </dl>`
        }
        ${
          requestBody === undefined
            ? nothing
            : html`<h3>Body</h3>
                ${contents(requestBody.content, document)}`
        }
        <h3>Answers</h3>
        <dl class="facts">
          ${Object.entries(responses).map(
            ([status, { description = "", content = {} }]) =>
              html`<dt class="mono">${status}</dt>
                <dd>
                  ${description}${status.startsWith("2") ? contents(content, document) : nothing}
                </dd>`,
          )}
        </dl>
      </div>
    </details>`;
  }
}
define("cs-reference", Reference);

/** `/authorities/{id}/crl` stands under `authorities`. */
const groupOf = (path: string): string => path.replace(/^\/api\/v1/, "").split("/")[1] ?? "";

const contents = (content: Content, document: Document): readonly TemplateResult[] =>
  Object.entries(content).map(
    ([type, { schema }]) =>
      html`<div class="small quiet">${type}</div>
        ${schema === undefined ? nothing : html`<code class="code">${shape(schema, document)}</code>`}`,
  );

/** A schema as a reader of TypeScript would write it; named ones are opened once. */
const shape = (schema: Schema, document: Document, depth = 0): string => {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split("/").at(-1) ?? "";
    const named = document.components?.schemas?.[name];
    return depth > 1 || named === undefined ? name : shape(named, document, depth + 1);
  }
  const { type, enum: values, const: only, items, properties, anyOf, required } = schema;
  if (only !== undefined) return JSON.stringify(only);
  if (Array.isArray(values)) return values.map((value) => JSON.stringify(value)).join(" | ");
  if (Array.isArray(anyOf))
    return (anyOf as readonly Schema[]).map((one) => shape(one, document, depth)).join(" | ");
  if (type === "array") return `${shape((items ?? {}) as Schema, document, depth + 1)}[]`;
  if (typeof properties !== "object" || properties === null)
    return typeof type === "string" ? type : "any";
  const needed = Array.isArray(required) ? (required as readonly string[]) : [];
  const pad = "  ".repeat(depth + 1);
  const members = Object.entries(properties as Readonly<Record<string, Schema>>).map(
    ([name, value]) =>
      `${pad}${name}${needed.includes(name) ? "" : "?"}: ${shape(value, document, depth + 1)}`,
  );
  return `{\n${members.join("\n")}\n${"  ".repeat(depth)}}`;
};
