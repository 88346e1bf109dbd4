import express, {
  type Express,
  type NextFunction,
  type Request,
  type Response,
  Router,
} from "express";
import { CountersignError } from "../errors.ts";
import type { Logger, Random } from "../ports/ambient.ts";
import { openApiDocument } from "./api/openapi.ts";
import { API_ROUTES } from "./api/routes.ts";
import { runRoute } from "./api/run-route.ts";
import type { ApiServices } from "./api/services.ts";
import type { Authenticate } from "./admin-auth.ts";
import { logFailure } from "./log-failure.ts";
import { opsRoutes, type OpsParts } from "./ops-routes.ts";
import { problemReply } from "./problem.ts";
import { sendReply, utf8 } from "./reply.ts";

/** What the sub-app is built from. */
export interface AppParts extends OpsParts {
  readonly services: ApiServices;
  readonly logger: Logger;
  readonly random: Random;
}

/** The express() sub-app behind the SCEP and status paths: health, metrics and the admin API. It answers whatever reaches it. */
export const createApp = (parts: AppParts): Express => {
  const app = express();
  app.disable("x-powered-by").disable("etag");
  app.use(markRequest(parts.random));
  app.use(opsRoutes(parts));
  app.get("/api/openapi.json", describeApi());
  app.use("/api/v1", apiRouter(parts.services, parts.authenticate));
  app.use((request) => {
    throw new CountersignError("not_found", `nothing at ${request.path}`);
  });
  app.use(answerProblem(parts.logger));
  return app;
};

/** An id for log and answer; a well-formed one from a proxy is kept. Nothing here may be cached or sniffed. */
const markRequest =
  (random: Random) =>
  (request: Request, response: Response, next: NextFunction): void => {
    const given = request.headers["x-request-id"];
    const id = typeof given === "string" && /^[\w.-]{1,64}$/.test(given) ? given : random.uuid();
    response.setHeader("X-Request-Id", id);
    response.setHeader("Cache-Control", "no-store");
    response.setHeader("X-Content-Type-Options", "nosniff");
    next();
  };

/** The OpenAPI document, made at the first request; it says nothing of this installation, so it needs no token. */
const describeApi = () => {
  let document: Uint8Array | undefined;
  return (request: Request, response: Response): void => {
    document ??= utf8(JSON.stringify(openApiDocument(API_ROUTES)));
    sendReply(request, response, {
      status: 200,
      contentType: "application/json",
      body: document,
    });
  };
};

const apiRouter = (services: ApiServices, authenticate: Authenticate): Router => {
  const router = Router();
  const methods = new Map<string, string[]>();
  for (const route of API_ROUTES) {
    const run = runRoute(route, services, authenticate);
    const at = router.route(route.path);
    if (route.method === "GET") at.get(run);
    else if (route.method === "POST") at.post(run);
    else if (route.method === "PUT") at.put(run);
    else if (route.method === "PATCH") at.patch(run);
    else at.delete(run);
    methods.set(route.path, [...(methods.get(route.path) ?? []), route.method]);
  }
  for (const [path, allowed] of methods) {
    router.all(path, (_request, response) => {
      response.setHeader("Allow", allowed.join(", "));
      throw new CountersignError("method_not_allowed", `use ${allowed.join(", ")}`);
    });
  }
  return router;
};

const answerProblem =
  (logger: Logger) =>
  // Express knows an error handler by its four parameters.
  (thrown: unknown, request: Request, response: Response, next: NextFunction): void => {
    const id = String(response.getHeader("X-Request-Id"));
    logFailure(logger, thrown, { requestId: id, method: request.method, path: request.path });
    if (response.headersSent) next(thrown);
    else sendReply(request, response, problemReply(thrown, "admin", id));
  };
