import { hash } from "node:crypto";
import { inject } from "tsyringe";
import { formatDn } from "../domain/distinguished-name.ts";
import { CountersignError } from "../errors.ts";
import type { Logger, Metrics, Random } from "../ports/ambient.ts";
import { Attempts } from "../services/attempts.ts";
import type { EndpointRuntime, RaWay } from "../services/endpoint-runtimes.ts";
import { RefusalLog } from "../services/refusal-log.ts";
import { LOGGER, METRICS, RANDOM } from "../tokens.ts";
import { buildCertRep, failureOf, type Reply } from "./cert-rep.ts";
import { type Dialect, dialectOf } from "../domain/client-profiles.ts";
import { Enrolment, type Exchange } from "./enrolment.ts";
import { OpaqueBudget } from "./opaque-budget.ts";
import { OpaqueSchedule } from "./opaque-schedule.ts";
import { MESSAGE_TYPES, type PkiMessage, readPkiMessage } from "./pki-message.ts";
import { Queries } from "./queries.ts";
import { verifyMessage } from "./verified-message.ts";

/** One PKIOperation from bytes to bytes, in the order of RFC 8894 section 3: read, verify, open, authenticate, issue, reply. */
export class PkiOperation {
  constructor(
    @inject(LOGGER) private readonly logger: Logger,
    @inject(METRICS) private readonly metrics: Metrics,
    @inject(RANDOM) private readonly random: Random,
    @inject(Enrolment) private readonly enrolment: Enrolment,
    @inject(Queries) private readonly queries: Queries,
    @inject(RefusalLog) private readonly refusals: RefusalLog,
    @inject(Attempts) private readonly attempts: Attempts,
    @inject(OpaqueSchedule) private readonly schedule: OpaqueSchedule,
    @inject(OpaqueBudget) private readonly budget: OpaqueBudget,
  ) {}

  /**
   * Answers a CertRep, DER. Throws `bad_message` when none can be built, `too_many_requests` when the source gets none, and `busy`, `key_*` when
   * the server cannot answer now.
   */
  async handle(runtime: EndpointRuntime, bytes: Uint8Array, source: string): Promise<Uint8Array> {
    const arrival = this.schedule.arrival();
    const message = readPkiMessage(bytes);
    const dialect = dialectOf(runtime.endpoint);
    const { reply, way } = await this.answer(runtime, dialect, message, source);
    const context = {
      // Apple wants the reply from the RA it has encrypted to (scep.md 2.2).
      signer: way.signer,
      certificate: way.certificate.der,
      transactionId: message.transactionId,
      recipientNonce: message.senderNonce,
      hash:
        message.signed.digest === "sha1" && dialect.legacy
          ? ("sha1" as const)
          : ("sha256" as const),
    };
    if (reply !== "opaque") return buildCertRep(context, reply, this.random);
    const rep = await buildCertRep(
      context,
      { status: "failure", failInfo: 1, text: undefined },
      this.random,
    );
    await this.schedule.release(arrival);
    return rep;
  }

  private async answer(
    runtime: EndpointRuntime,
    dialect: Dialect,
    message: PkiMessage,
    source: string,
  ): Promise<{ readonly reply: Reply | "opaque"; readonly way: RaWay }> {
    const seen: Exchange["seen"] = {};
    let way = runtime.current;
    try {
      const verified = verifyMessage(message, runtime, dialect);
      way = verified.way;
      const reply = await this.dispatch({ runtime, dialect, message, verified, source, seen });
      if (reply === "opaque") {
        await this.refuse(
          runtime,
          message,
          source,
          "opaque",
          "the envelope did not open to a request of its signer",
          seen,
        );
      } else if (reply.status === "success") this.budget.trust(way.raId, source);
      return { reply, way };
    } catch (error) {
      if (!(error instanceof CountersignError)) throw error;
      await this.refuse(runtime, message, source, error.code, error.detail, seen);
      if (error.code === "replay_refused") {
        // Another node saw the ciphertext with other content: the same answer as if this one had (case 40).
        await this.budget.spend(runtime, way.raId, source);
        return { reply: "opaque", way };
      }
      const reply = error.code === "bad_message" ? undefined : failureOf(error);
      if (reply === undefined) throw error;
      return { reply, way };
    }
  }

  private dispatch(exchange: Exchange): Promise<Reply | "opaque"> {
    switch (exchange.message.messageType) {
      case MESSAGE_TYPES.PKCSReq:
      case MESSAGE_TYPES.RenewalReq:
        return this.enrolment.answer(exchange);
      case MESSAGE_TYPES.CertPoll:
      case MESSAGE_TYPES.GetCert:
      case MESSAGE_TYPES.GetCRL:
        return this.queries.answer(exchange);
      default:
        throw new CountersignError("invalid_input", "the message type is unknown or missing");
    }
  }

  private async refuse(
    runtime: EndpointRuntime,
    message: PkiMessage,
    source: string,
    label: CountersignError["code"] | "opaque",
    detail: string,
    { request, device, template }: Exchange["seen"],
  ): Promise<void> {
    this.metrics.count("countersign_scep_failures_total", { label });
    this.logger.info(
      {
        endpoint: runtime.endpoint.id,
        label,
        detail,
        transactionId: message.transactionId,
        source,
      },
      "SCEP request refused",
    );
    await this.refusals.record(runtime.store, {
      endpoint: runtime.endpoint.id,
      label,
      detail,
      source,
      transactionId: message.transactionId,
      device,
      claimSubject: request === undefined ? undefined : formatDn(request.csr.subject),
      csr: request === undefined ? undefined : hash("sha256", request.csr.raw, "hex"),
    });
    if (device !== undefined && template !== undefined)
      await this.attempts.failed(
        runtime.store,
        { id: `system:scep:${runtime.endpoint.id}` },
        { deviceId: device, templateId: template, label, detail },
      );
  }
}
