import assert from "node:assert/strict";

/** An error answer of the admin API (RFC 9457). */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly issues?: readonly { readonly path: string; readonly message: string }[];
}

/** An answer of any shape: what is in it is what the tests find out. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- see above
export type Json = any;

/** The admin API as a client sees it. */
export class Api {
  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  get(path: string): Promise<Json> {
    return this.json("GET", path);
  }
  post(path: string, body?: unknown): Promise<Json> {
    return this.json("POST", path, body);
  }
  patch(path: string, body: unknown): Promise<Json> {
    return this.json("PATCH", path, body);
  }
  delete(path: string): Promise<Json> {
    return this.json("DELETE", path);
  }

  /** The bytes of a download. */
  async bytes(path: string, method = "GET"): Promise<Buffer> {
    const response = await this.send(method, path);
    assert.equal(response.status, 200, path);
    return Buffer.from(await response.arrayBuffer());
  }

  /** The problem that a refused call answers; fails when the call is not refused. */
  async refused(method: string, path: string, body?: unknown): Promise<Required<Problem>> {
    const response = await this.send(method, path, body);
    const text = await response.text();
    assert.ok(response.status >= 400, `${method} ${path} was not refused: ${text}`);
    assert.equal(response.headers.get("content-type"), "application/problem+json");
    return { issues: [], ...(JSON.parse(text) as Problem) };
  }

  /** Every item of a paged list. */
  async all(path: string): Promise<Json[]> {
    const items: unknown[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.get(
        `${path}${path.includes("?") ? "&" : "?"}limit=100${cursor === undefined ? "" : `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      items.push(...page.items);
      cursor = page.cursor;
    } while (cursor !== undefined);
    return items;
  }

  private async json(method: string, path: string, body?: unknown): Promise<Json> {
    const response = await this.send(method, path, body);
    const text = await response.text();
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }

  private send(method: string, path: string, body?: unknown): Promise<Response> {
    return fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
}
