import { hash } from "node:crypto";
import { inject } from "tsyringe";
import { formatDn } from "../domain/distinguished-name.ts";
import { CountersignError } from "../errors.ts";
import type { Clock, Logger, Metrics, Random } from "../ports/ambient.ts";
import { Attempts } from "../services/enrolment/attempts.ts";
import type { EndpointRuntime, RaWay } from "../services/endpoints/endpoint-runtimes.ts";
import { RefusalLog } from "../services/ledger/refusal-log.ts";
import { CLOCK, LOGGER, METRICS, RANDOM } from "../tokens.ts";
import { buildCertRep, failureOf, OPAQUE, type Reply, saysChallengeRefused } from "./cert-rep.ts";
import { detectClient } from "../domain/client-detection.ts";
import { dialectOf, profileThatHelps } from "../domain/client-profiles.ts";
import { traitsOf } from "./client-traits.ts";
import { Enrolment, type Exchange, type SignedReply } from "./enrolment.ts";
import { OpaqueBudget } from "./opaque-budget.ts";
import { OpaqueSchedule } from "./opaque-schedule.ts";
import { MESSAGE_TYPES, readPkiMessage } from "./pki-message.ts";
import { Queries } from "./queries.ts";
import { checkSigningTime } from "./signing-time.ts";
import { verifyMessage } from "./verified-message.ts";

/** Who sends a message, as far as HTTP knows. */
export interface Peer {
  /** Address, for the ledger and for limits. */
  readonly source: string;
  readonly userAgent?: string | undefined;
}

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
    @inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Answers a CertRep, DER. Throws `bad_message` when none can be built, `too_many_requests` when the source gets none, and `busy`, `key_*` when
   * the server cannot answer now.
   */
  async handle(
    runtime: EndpointRuntime,
    bytes: Uint8Array,
    { source, userAgent }: Peer,
  ): Promise<Uint8Array> {
    const arrival = this.schedule.arrival();
    const message = readPkiMessage(bytes);
    const dialect = dialectOf(runtime.endpoint);
    const client = detectClient(traitsOf(message, userAgent));
    const sign: Exchange["sign"] = (reply, way) =>
      buildCertRep(
        {
          // Apple wants the reply from the RA it has encrypted to (scep.md 2.2).
          signer: way.signer,
          certificate: way.certificate.der,
          transactionId: message.transactionId,
          recipientNonce: message.senderNonce,
          hash: message.signed.digest === "sha1" && dialect.legacy ? "sha1" : "sha256",
        },
        reply,
        this.random,
      );
    const { reply, way } = await this.answer({
      runtime,
      dialect,
      message,
      source,
      client,
      sign,
      seen: {},
    });
    if (reply !== "opaque" && reply.status === "signed") return reply.rep;
    const rep = await sign(reply === "opaque" ? OPAQUE : reply, way);
    // What is known of a challenge decides how much work its refusal is: it must not decide when the answer comes (case 61).
    if (reply === "opaque" || saysChallengeRefused(reply)) await this.schedule.release(arrival);
    return rep;
  }

  private async answer(
    asked: Omit<Exchange, "verified">,
  ): Promise<{ readonly reply: Reply | SignedReply | "opaque"; readonly way: RaWay }> {
    const { runtime, dialect, message, source } = asked;
    let way = runtime.current;
    try {
      const verified = verifyMessage(message, runtime, dialect);
      way = verified.way;
      checkSigningTime(message.signed, runtime.endpoint, this.clock.now());
      const reply = await this.dispatch({ ...asked, verified });
      if (reply === "opaque") {
        await this.refuse(asked, "opaque", "the envelope did not open to a request of its signer");
      } else if (reply.status === "success" || reply.status === "signed")
        this.budget.trust(way.raId, source);
      return { reply, way };
    } catch (error) {
      if (!(error instanceof CountersignError)) throw error;
      await this.refuse(asked, error.code, error.detail);
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

  private dispatch(exchange: Exchange): Promise<Reply | SignedReply | "opaque"> {
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
    {
      runtime,
      message,
      source,
      client,
      seen: { request, device, template },
    }: Omit<Exchange, "verified">,
    label: CountersignError["code"] | "opaque",
    detail: string,
  ): Promise<void> {
    this.metrics.count("countersign_scep_failures_total", { label });
    this.logger.info(
      {
        endpoint: runtime.endpoint.id,
        label,
        detail,
        transactionId: message.transactionId,
        source,
        client: client?.name,
      },
      "SCEP request refused",
    );
    await this.refusals.record(runtime.store, {
      endpoint: runtime.endpoint.id,
      label,
      detail,
      source,
      client: client?.name,
      profile: label === "bad_algorithm" ? profileThatHelps(runtime.endpoint, client) : undefined,
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
