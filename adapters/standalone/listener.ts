import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Handler, Part } from "../../plugin/index.ts";
import { CountersignError, type Logger, messageOf } from "../../plugin/sdk.ts";
import type { ListenSpec } from "./listen-spec.ts";
import { reloadOnChange, type TlsFiles, tlsOptions } from "./tls.ts";

/** A port that is bound. It answers 503 until it is given a handler. */
export interface Listener {
  readonly serves: readonly Part[];
  /** With the real port; a wildcard address reads as the loopback one. */
  readonly url: string;
  serve(handler: Handler): void;
  reloadTls(): void;
  /** Takes no more requests, finishes those under way, and cuts off what is not done after ten seconds. */
  close(): Promise<void>;
}

/** A GET PKIOperation is long: up to 32 KiB of base64 that is percent-encoded (scep.md 2.3 rule 3). */
const MAX_HEADER_OCTETS = 65_536;
const OPTIONS = {
  maxHeaderSize: MAX_HEADER_OCTETS,
  headersTimeout: 15_000,
  requestTimeout: 60_000,
  keepAliveTimeout: 30_000,
};
const CLOSE_AFTER_MS = 10_000;

const notYet: Handler = (request, response) => {
  request.resume();
  response.writeHead(503, { "Retry-After": "2", "Content-Length": "0" }).end();
};

/** Binds a port. Throws `conflict` for one that is taken, `invalid_config` for an address or TLS file that cannot be used. */
export const openListener = async (
  spec: ListenSpec,
  logger: Logger,
  tls?: TlsFiles,
): Promise<Listener> => {
  let handler = notYet;
  const pass: Handler = (request, response) => handler(request, response);
  const secure =
    tls === undefined
      ? undefined
      : createHttpsServer({ ...OPTIONS, ...tlsOptions(tls, spec.takesCertificates) }, pass);
  const server: Server = secure ?? createHttpServer(OPTIONS, pass);
  await bind(server, spec);
  const reloader =
    secure === undefined || tls === undefined ? undefined : reloadOnChange(secure, tls, logger);
  return {
    serves: spec.serves,
    url: urlOf(secure === undefined ? "http" : "https", server),
    serve: (given) => {
      handler = given;
    },
    reloadTls: () => reloader?.reload(),
    close: () => {
      reloader?.stop();
      return finish(server);
    },
  };
};

const bind = (server: Server, { host, port }: ListenSpec): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const [code, why] =
        cause.code === "EADDRINUSE"
          ? (["conflict", "another program uses it; choose another with --port"] as const)
          : (["invalid_config", messageOf(cause)] as const);
      reject(new CountersignError(code, `cannot listen on ${host}:${port}: ${why}`, { cause }));
    });
    server.listen({ host, port }, resolve);
  });

const WILDCARDS: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };

const urlOf = (protocol: string, server: Server): string => {
  const { address, port } = server.address() as AddressInfo;
  const host = WILDCARDS[address] ?? address;
  return `${protocol}://${host.includes(":") ? `[${host}]` : host}:${port}`;
};

const finish = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), CLOSE_AFTER_MS);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
