import { inject } from "tsyringe";
import { CountersignError } from "../errors.ts";
import { buildCertsOnly } from "../pki/cms-degenerate.ts";
import { buildSignedFile } from "../pki/cms-signed-build.ts";
import type { Clock } from "../ports/ambient.ts";
import {
  EndpointRuntimes,
  type EndpointRuntime,
  type RaWay,
} from "../services/endpoints/endpoint-runtimes.ts";
import { Keyring } from "../services/signing/keyring.ts";
import { RefusalLog } from "../services/ledger/refusal-log.ts";
import { CLOCK } from "../tokens.ts";
import { capabilities } from "./capabilities.ts";
import { detectClient } from "../domain/client-detection.ts";
import { type Presentation, presentationOf } from "../domain/client-profiles.ts";
import { PkiOperation } from "./pki-operation.ts";
import { SourceLimit } from "./source-limit.ts";

export interface ScepRequest {
  readonly endpointId: string;
  readonly operation: "GetCACaps" | "GetCACert" | "GetNextCACert" | "PKIOperation";
  /** Of PKIOperation: the pkiMessage, decoded. */
  readonly message: Uint8Array | undefined;
  /** Address of the client, for the ledger and for limits. */
  readonly source: string;
  readonly userAgent?: string | undefined;
}

export interface ScepResponse {
  readonly status: number;
  /** Without parameters: clients compare it as a string. */
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** The operations of RFC 8894 section 4 at one endpoint, free of HTTP. */
export class ScepOperations {
  constructor(
    @inject(EndpointRuntimes) private readonly runtimes: EndpointRuntimes,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(Keyring) private readonly keyring: Keyring,
    @inject(PkiOperation) private readonly pkiOperation: PkiOperation,
    @inject(SourceLimit) private readonly sources: SourceLimit,
    @inject(RefusalLog) private readonly refusals: RefusalLog,
  ) {}

  /** Whether a source may send to an endpoint at all; to be asked before anything is read. Throws `too_many_requests`, `endpoint_disabled`. */
  async admit(endpointId: string, source: string): Promise<void> {
    const runtime = await this.runtimes.get(endpointId).catch(async (error: unknown) => {
      await this.sources.admit(undefined, source);
      throw error;
    });
    try {
      await this.sources.admit(runtime, source);
    } catch (error) {
      if (error instanceof CountersignError)
        await this.refusals.record(runtime.store, {
          endpoint: endpointId,
          label: error.code,
          detail: error.detail,
          source,
          transactionId: undefined,
        });
      throw error;
    }
  }

  /** Throws `endpoint_disabled`, `not_found` (no roll-over), `bad_message`, `busy`, `key_*`: an HTTP status each; all else is a CertRep. */
  async handle(request: ScepRequest): Promise<ScepResponse> {
    const runtime = await this.runtimes.get(request.endpointId);
    switch (request.operation) {
      case "GetCACaps":
        return {
          status: 200,
          contentType: "text/plain",
          body: Buffer.from(capabilities(runtime), "latin1"),
        };
      case "GetCACert":
        return caCertificates(runtime, presentationFor(runtime, request));
      case "GetNextCACert":
        return this.nextCaCertificates(runtime, presentationFor(runtime, request));
      case "PKIOperation": {
        if (request.message === undefined || request.message.length === 0)
          throw new CountersignError("bad_message", "an empty message");
        const body = await this.pkiOperation.handle(runtime, request.message, request);
        return { status: 200, contentType: "application/x-pki-message", body };
      }
    }
  }

  /** RFC 8894 section 4.7.1: what comes, signed by the CA key of today. */
  private async nextCaCertificates(
    { current, next, endpoint }: EndpointRuntime,
    { needsRoot }: Presentation,
  ): Promise<ScepResponse> {
    const { keyRef } = current.authority;
    if (next === undefined || keyRef === undefined)
      throw new CountersignError("not_found", "no roll-over is scheduled");
    const body = await buildSignedFile({
      content: buildCertsOnly(served(next, endpoint.includeRoot || needsRoot, false)),
      signer: await this.keyring.signer(keyRef),
      certificate: current.authorityCertificate.der,
      chain: [],
      signingTime: this.clock.now(),
    });
    return { status: 200, contentType: "application/x-x509-next-ca-cert", body };
  }
}

const presentationFor = (
  { endpoint }: EndpointRuntime,
  { userAgent }: Pick<ScepRequest, "userAgent">,
): Presentation => presentationOf(endpoint, detectClient({ userAgent }));

/** Decision 1: RA, issuing CA, intermediates, root; or the one certificate of a `single` authority. */
const caCertificates = (
  { current, endpoint }: EndpointRuntime,
  { duplicateRa, needsRoot }: Presentation,
): ScepResponse =>
  current.authority.single
    ? { status: 200, contentType: "application/x-x509-ca-cert", body: current.certificate.der }
    : {
        status: 200,
        contentType: "application/x-x509-ca-ra-cert",
        body: buildCertsOnly(served(current, endpoint.includeRoot || needsRoot, duplicateRa)),
      };

const served = (
  { certificate, chain }: RaWay,
  includeRoot: boolean,
  duplicateRa: boolean,
): readonly Uint8Array[] => [
  certificate.der,
  ...(duplicateRa ? [certificate.der] : []),
  ...(includeRoot || chain.length < 2 ? chain : chain.slice(0, -1)),
];
