import type { IncomingMessage } from "node:http";
import { CountersignError } from "../errors.ts";
import type { CrlAddress, Status } from "../services/status/status.ts";
import { conditionalReply } from "./conditional.ts";
import type { Reply } from "./reply.ts";
import { methodNotAllowed } from "./scep-routes.ts";
import type { Target } from "./target.ts";

/** A wiped device must be in the list at the next fetch, so a cache asks each time; an unchanged list costs it a 304. */
const CRL_MAX_AGE = 0;
const CERTIFICATE_MAX_AGE = 3600;

/** What relying parties fetch without being known, beside OCSP: CRLs and CA certificates. */
export class StatusRoutes {
  constructor(private readonly status: Status) {}

  /** Answers paths that begin with `/crl/` or `/ca/`. Throws `not_found`. */
  answer(request: IncomingMessage, target: Target): Promise<Reply> | Reply {
    const [, kind, tenant = "", authorityId = "", ...rest] = target.path.split("/");
    if (request.method !== "GET" && request.method !== "HEAD") return methodNotAllowed("GET, HEAD");
    return kind === "crl"
      ? this.crl(request, tenant, authorityId, rest)
      : this.caCertificate(request, tenant, authorityId, rest);
  }

  /** `/crl/{tenant}/{authority}/{first 8 hex of the SKI}/{file}` (foundations.md 29). */
  private async crl(request: IncomingMessage, tenant: string, id: string, rest: readonly string[]) {
    const [keyId = "", file, ...more] = rest;
    const named = more.length === 0 ? listOfFile(file ?? "") : undefined;
    const crl =
      named && (await this.status.crl({ tenant, authorityId: id, keyId8: keyId, ...named }));
    if (crl === undefined) throw new CountersignError("not_found", "no such CRL");
    const { list, body } = crl;
    return conditionalReply(request, {
      contentType: "application/pkix-crl",
      ...(body instanceof Uint8Array
        ? { body }
        : { body: NOTHING, stream: { length: list.size, parts: body } }),
      sha256: list.sha256,
      lastModified: list.thisUpdate,
      maxAge: CRL_MAX_AGE,
    });
  }

  /**
   * `/ca/{tenant}/{authority}/{first 8 hex of the SKI}.cer`: the certificate in use (RFC 5280 section 4.2.2.1), `….p7c`: all valid ones of the
   * key, certs-only, `…/{serial}.cer`: one of them.
   */
  private async caCertificate(
    request: IncomingMessage,
    tenant: string,
    id: string,
    rest: readonly string[],
  ) {
    const [, keyId = "", serial, bundle, one] =
      /^([0-9a-f]{8})(?:\/([0-9a-f]{1,40})(?=\.cer$))?\.(?:(p7c)|(cer))$/.exec(rest.join("/")) ??
      [];
    const body =
      bundle !== undefined
        ? await this.status.caBundle(tenant, id, keyId)
        : one !== undefined
          ? await this.status.caCertificate(tenant, id, keyId, serial)
          : undefined;
    if (body === undefined) throw new CountersignError("not_found", "no such CA certificate");
    return conditionalReply(request, {
      contentType: bundle !== undefined ? "application/pkcs7-mime" : "application/pkix-cert",
      body,
      lastModified: undefined,
      maxAge: CERTIFICATE_MAX_AGE,
    });
  }
}

const NOTHING = new Uint8Array(0);

/** `crl.crl`, `delta.crl`; of a shard `3.crl`, `3-delta.crl`. */
const listOfFile = (file: string): Pick<CrlAddress, "shard" | "kind"> | undefined => {
  const match = /^(?:(crl|delta)|(\d{1,3})(-delta)?)\.crl$/.exec(file);
  if (match === null) return undefined;
  const [, whole, shard, delta] = match;
  return {
    shard: shard === undefined ? undefined : Number(shard),
    kind: whole === "delta" || delta !== undefined ? "delta" : "complete",
  };
};
