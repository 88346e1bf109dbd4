import type { IncomingMessage } from "node:http";
import type { Ocsp, OcspAnswer } from "../services/status/ocsp.ts";
import { type BodyLimits, receiveBody } from "./body.ts";
import { decodeGetMessage } from "./get-message.ts";
import type { Reply } from "./reply.ts";
import { methodNotAllowed } from "./scep-routes.ts";

/**
 * OCSP over HTTP (RFC 6960 appendix A.1). What was asked before is answered without a promise and without reading the request, which is most of
 * what such an answer costs.
 */
export class OcspRoutes {
  constructor(
    private readonly responder: Ocsp,
    private readonly limits: BodyLimits,
  ) {}

  /**
   * Answers `/ocsp/{tenant}/{authority}`: POST of the request, or GET with its base64 behind the address. `send` or `refuse` is called once;
   * `refuse` with errors of `readBody` and `decodeGetMessage`.
   */
  answer(
    request: IncomingMessage,
    path: string,
    send: (reply: Reply) => void,
    refuse: (error: unknown) => void,
  ): void {
    const tenantEnd = path.indexOf("/", PREFIX);
    const idEnd = tenantEnd === -1 ? -1 : path.indexOf("/", tenantEnd + 1);
    const tenant = path.slice(PREFIX, tenantEnd === -1 ? undefined : tenantEnd);
    const id = tenantEnd === -1 ? "" : path.slice(tenantEnd + 1, idEnd === -1 ? undefined : idEnd);
    switch (request.method) {
      case "POST":
        receiveBody(
          request,
          this.limits,
          (message) => {
            const known = this.responder.known(tenant, id, message);
            if (known !== undefined) send(replyOf(known, UNCACHED));
            else
              this.responder
                .answer(tenant, id, message)
                .then((made) => send(replyOf(made, UNCACHED)))
                .catch(refuse);
          },
          refuse,
        );
        return;
      case "GET":
      case "HEAD":
        this.get(tenant, id, idEnd === -1 ? "" : path.slice(idEnd + 1), send, refuse);
        return;
      default:
        send(methodNotAllowed("GET, HEAD, POST"));
    }
  }

  private get(
    tenant: string,
    id: string,
    encoded: string,
    send: (reply: Reply) => void,
    refuse: (error: unknown) => void,
  ): void {
    const known = this.responder.known(tenant, id, encoded);
    if (known !== undefined) {
      send(replyOf(known, cachedFor(known)));
      return;
    }
    this.responder
      .answer(tenant, id, decodeGetMessage(encoded), encoded)
      .then((made) => send(replyOf(made, cachedFor(made))))
      .catch(refuse);
  }
}

const PREFIX = "/ocsp/".length;

const replyOf = ({ body }: OcspAnswer, headers: Readonly<Record<string, string>>): Reply => ({
  status: 200,
  contentType: "application/ocsp-response",
  body,
  headers,
});

/** RFC 5019 section 6.2. */
const cachedFor = ({ maxAge, producedAt }: OcspAnswer): Readonly<Record<string, string>> =>
  maxAge > 0 && producedAt !== undefined
    ? {
        "Cache-Control": `max-age=${maxAge}, public, no-transform, must-revalidate`,
        "Last-Modified": producedAt.toUTCString(),
      }
    : UNCACHED;

const UNCACHED = { "Cache-Control": "no-store" };
