import { type Request, type Response, Router } from "express";
import type { Metrics } from "../ports/ambient.ts";
import type { Health } from "../services/operations/health.ts";
import type { Authenticate } from "./admin-auth.ts";
import { sendReply, utf8 } from "./reply.ts";

/** What `opsRoutes` needs. */
export interface OpsParts {
  readonly health: Health;
  readonly metrics: Metrics;
  readonly metricsOpen: boolean;
  readonly authenticate: Authenticate;
}

/** `/healthz` (the process lives), `/readyz` (it can issue; anybody sees which check fails, not why) and `/metrics` (any token, unless opened). */
export const opsRoutes = ({ health, metrics, metricsOpen, authenticate }: OpsParts): Router =>
  Router()
    .get("/healthz", (request, response) => json(request, response, 200, { status: "ok" }))
    .get("/readyz", async (request, response) => {
      const { ready, checks } = await health.ready();
      const shown = { ready, checks: checks.map(({ name, ok }) => ({ name, ok })) };
      json(request, response, ready ? 200 : 503, shown);
    })
    .get("/metrics", async (request, response) => {
      if (!metricsOpen) await authenticate(request);
      const { contentType, body } = await metrics.expose();
      sendReply(request, response, { status: 200, contentType, body: utf8(body) });
    });

const json = (request: Request, response: Response, status: number, value: unknown): void =>
  sendReply(request, response, {
    status,
    contentType: "application/json",
    body: utf8(JSON.stringify(value)),
    headers: status === 503 ? { "Retry-After": "10" } : {},
  });
