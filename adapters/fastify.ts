import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

/** What the plugin is registered with: the installation whose requests it passes on. */
export interface CountersignFastifyOptions {
  readonly countersign: {
    readonly handler: (request: IncomingMessage, response: ServerResponse) => void;
  };
}

/** Only these, so that a host's other routes stay its own. */
const PATHS = [
  "/scep/*",
  "/crl/*",
  "/ca/*",
  "/ocsp/*",
  "/hooks/*",
  "/api/v1/*",
  "/api/openapi.json",
  "/console",
  "/console/*",
  "/healthz",
  "/readyz",
  "/metrics",
];

/**
 * Fastify plugin: `app.register(countersignFastify, { prefix: "/pki", countersign })`. Bodies stay unread on the paths below the prefix,
 * whatever parsers the host has: Countersign reads them itself, under its own limits.
 */
export const countersignFastify = (
  fastify: FastifyInstance,
  { countersign }: CountersignFastifyOptions,
  done: (error?: Error) => void,
): void => {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser("*", (_request, _payload, parsed) => {
    parsed(null);
  });
  const pass = (request: FastifyRequest, reply: FastifyReply): void => {
    reply.hijack();
    const { raw } = request;
    raw.url = belowPrefix(raw.url ?? "/", fastify.prefix);
    countersign.handler(Object.assign(raw, { ip: request.ip }), reply.raw);
  };
  for (const path of PATHS) fastify.all(path, pass);
  done();
};

/** Fastify leaves the prefix in the URL. */
const belowPrefix = (url: string, prefix: string): string =>
  prefix !== "" && prefix !== "/" && url.startsWith(prefix) ? url.slice(prefix.length) : url;
