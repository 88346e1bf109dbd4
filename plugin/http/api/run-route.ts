import type { Request, Response } from "express";
import { z } from "zod";
import { CountersignError } from "../../errors.ts";
import { issuesOf, listOf } from "../../issues.ts";
import type { Authenticate } from "../admin-auth.ts";
import { type BodyLimits, readJson } from "../body.ts";
import { asCountersignError, problemOf } from "../problem.ts";
import { sendReply, utf8 } from "../reply.ts";
import type { Answer } from "./answer.ts";
import { toJson } from "./json.ts";
import type { Route } from "./route.ts";
import type { ApiServices } from "./services.ts";

/** Certificates fit in many times over. */
const LIMITS: BodyLimits = { bytes: 256 * 1024, seconds: 30 };
const NO_BODY = z.undefined("this route takes no body");
const NO_QUERY = z.strictObject({});

/** Express handler of one route: who asks, then query and body against their schemas, then the call. Everything thrown goes on to the problem handler. */
export const runRoute =
  (route: Route, services: ApiServices, authenticate: Authenticate) =>
  async (request: Request, response: Response): Promise<void> => {
    const principal = await authenticate(request);
    const json = route.method === "GET" ? undefined : await readJson(request, LIMITS);
    const { id } = request.params;
    const answer = await route.call(services, {
      principal,
      id: typeof id === "string" ? id : "",
      query: check(route.query ?? NO_QUERY, queryOf(request), "query"),
      body: check(route.body ?? NO_BODY, json, "body"),
      accept: request.headers.accept ?? "",
      version: versionOf(request.headers["if-match"]),
    });
    await send(request, response, answer);
  };

const check = (schema: z.ZodType, value: unknown, part: "query" | "body"): unknown => {
  const checked = schema.safeParse(value);
  if (checked.success) return checked.data;
  const issues = issuesOf(checked.error, part === "query" ? ["query"] : []);
  throw new CountersignError("invalid_input", listOf(issues), { issues });
};

/** From the URL itself: what a host's own query parser made of it differs from host to host. */
const queryOf = (request: Request): Record<string, string> =>
  Object.fromEntries(new URL(request.url, "http://localhost").searchParams);

const versionOf = (ifMatch: string | undefined): number | undefined => {
  if (ifMatch === undefined || ifMatch === "*") return undefined;
  const version = /^(?:W\/)?"(\d{1,9})"$/.exec(ifMatch)?.[1];
  if (version === undefined) {
    throw new CountersignError("invalid_input", "If-Match is not an ETag of ours");
  }
  return Number(version);
};

const send = async (request: Request, response: Response, answer: Answer): Promise<void> => {
  switch (answer.kind) {
    case "json":
      sendReply(request, response, {
        status: answer.status,
        contentType: "application/json",
        body: utf8(toJson(answer.value)),
        headers: etagOf(answer.value),
      });
      return;
    case "bytes":
      sendReply(request, response, {
        status: 200,
        contentType: answer.contentType,
        body: answer.body,
        headers: { "Content-Disposition": `attachment; filename="${safeName(answer.fileName)}"` },
      });
      return;
    case "none":
      sendReply(request, response, { status: 204, contentType: "", body: new Uint8Array(0) });
      return;
    case "stream":
      await sendStream(response, answer);
      return;
    case "lines":
      await sendLines(response, answer.run);
  }
};

const sendLines = async (
  response: Response,
  run: (line: (value: unknown) => void) => Promise<void>,
): Promise<void> => {
  const line = (value: unknown): void => void response.write(`${toJson(value)}\n`);
  response.writeHead(200, { "Content-Type": "application/x-ndjson" });
  try {
    await run(line);
  } catch (thrown) {
    // The status is out already, so the problem is the last line.
    line({ problem: problemOf(asCountersignError(thrown), "admin") });
  }
  response.end();
};

/** The first piece decides: what fails before it is still told as a problem. */
const sendStream = async (
  response: Response,
  { contentType, fileName, run }: Extract<Answer, { kind: "stream" }>,
): Promise<void> => {
  const begin = (): void => {
    if (response.headersSent) return;
    response.writeHead(200, {
      "Content-Type": contentType,
      "Content-Disposition": `attachment; filename="${safeName(fileName)}"`,
    });
  };
  try {
    await run(async (text) => {
      begin();
      if (response.destroyed) throw new CountersignError("request_timeout", "the reader has gone");
      if (!response.write(text)) await once(response, "drain");
    });
    begin();
    response.end();
  } catch (thrown) {
    if (!response.headersSent) throw thrown;
    response.destroy();
  }
};

/** Resolves at the event, or when the connection has closed. */
const once = (response: Response, event: "drain"): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      response.off(event, done).off("close", done);
      resolve();
    };
    response.on(event, done).on("close", done);
  });

const etagOf = (value: unknown): Record<string, string> => {
  const version = (value as { readonly version?: unknown }).version;
  return typeof version === "number" ? { ETag: `"${version}"` } : {};
};

const safeName = (name: string): string => name.replace(/[^\w.-]/g, "_");
