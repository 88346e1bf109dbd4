import type { IncomingMessage, ServerResponse } from "node:http";
import { CountersignError } from "../errors.ts";
import type { Logger } from "../ports/ambient.ts";
import type { ConsoleRoutes } from "./console-routes.ts";
import type { HookRoutes } from "./hook-routes.ts";
import { logFailure } from "./log-failure.ts";
import { problemReply } from "./problem.ts";
import { type Reply, sendReply } from "./reply.ts";
import type { OcspRoutes } from "./ocsp-routes.ts";
import type { ScepRoutes } from "./scep-routes.ts";
import type { StatusRoutes } from "./status-routes.ts";
import { together } from "./together.ts";
import { asScep, type Target, targetOf } from "./target.ts";

/** Mounts in Express 4 and 5, middie and raw `http`. Without `next` unknown paths are answered with 404. */
export type Handler = (
  request: IncomingMessage,
  response: ServerResponse,
  next?: (error?: unknown) => void,
) => void;

/**
 * What a listener serves (foundations.md 20): SCEP; CRLs, CA certificates and OCSP; signed webhooks of MDM servers; the admin API, its
 * console and metrics. Health is on all.
 */
export type Part = "scep" | "status" | "hooks" | "admin";
export const PARTS: readonly Part[] = ["scep", "status", "hooks", "admin"];

/** All that answers, once an installation runs. */
export interface Site {
  readonly scep: ScepRoutes;
  readonly status: StatusRoutes;
  readonly ocsp: OcspRoutes;
  readonly console: ConsoleRoutes;
  readonly hooks: HookRoutes;
  readonly app: (request: IncomingMessage, response: ServerResponse) => void;
}

/** What a handler is made of. */
export interface HandlerParts {
  readonly parts: readonly Part[];
  readonly mountPath: string;
  /** The endpoint that answers where NDES does. */
  readonly ndesEndpoint: string | undefined;
  /** The running site; undefined before start and after close. */
  readonly site: () => Site | undefined;
  readonly logger: Logger;
}

const PLACES: Readonly<Record<string, Part>> = {
  scep: "scep",
  crl: "status",
  ca: "status",
  ocsp: "status",
  hooks: "hooks",
  api: "admin",
  console: "admin",
  metrics: "admin",
};
const HEALTH = new Set(["healthz", "readyz"]);

/** Looks at the path first, so that SCEP, CRLs and OCSP never pass through Express. */
export const createHandler = ({
  parts,
  mountPath,
  ndesEndpoint,
  site,
  logger,
}: HandlerParts): Handler => {
  const serves = (place: string, path: string): boolean => {
    const part = PLACES[place];
    if (part === undefined) return HEALTH.has(place);
    return (
      parts.includes(part) &&
      (place !== "api" || /^\/api\/(?:v1(?:\/|$)|openapi\.json$)/.test(path))
    );
  };
  const atTurnsEnd = together();
  return (request, response, next) => {
    const target = asScep(targetOf(request.url ?? "/", mountPath), ndesEndpoint);
    const place = target.path.split("/", 2)[1] ?? "";
    const refuse = (thrown: unknown): void => {
      logFailure(logger, thrown, { method: request.method, path: target.path });
      sendReply(request, response, problemReply(thrown, "public"));
    };
    if (!serves(place, target.path)) {
      if (next === undefined) refuse(new CountersignError("not_found", "no such path"));
      else next();
      return;
    }
    const running = site();
    if (running === undefined) {
      refuse(new CountersignError("not_running", "start() has not finished"));
      return;
    }
    const send = (reply: Reply): void => sendReply(request, response, reply);
    if (place === "ocsp") {
      const sendTogether = (reply: Reply): void =>
        atTurnsEnd(() => {
          // Behind a host's own middleware a response may refuse; the others of this turn must go out all the same.
          try {
            send(reply);
          } catch (thrown) {
            logFailure(logger, thrown, { method: request.method, path: target.path });
            response.destroy();
          }
        });
      try {
        running.ocsp.answer(request, target.path, sendTogether, refuse);
      } catch (thrown) {
        refuse(thrown);
      }
      return;
    }
    if (place in FAST) {
      const fast = FAST[place as keyof typeof FAST];
      try {
        const reply = fast(running, request, target);
        if (reply instanceof Promise) reply.then(send).catch(refuse);
        else send(reply);
      } catch (thrown) {
        refuse(thrown);
      }
      return;
    }
    request.url = target.query === "" ? target.path : `${target.path}?${target.query}`;
    running.app(request, response);
  };
};

type Fast = (site: Site, request: IncomingMessage, target: Target) => Promise<Reply> | Reply;
const status: Fast = (site, request, target) => site.status.answer(request, target);
const FAST = {
  scep: (site, request, target) => site.scep.answer(request, target),
  crl: status,
  ca: status,
  console: (site, request, target) => site.console.answer(request, target),
  hooks: (site, request, target) => site.hooks.answer(request, target),
} satisfies Record<string, Fast>;
