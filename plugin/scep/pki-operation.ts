import { hash } from "node:crypto";
import { inject } from "tsyringe";
import { formatDn } from "../domain/distinguished-name.ts";
import { CountersignError } from "../errors.ts";
import type { ContentCipher } from "../pki/algorithms.ts";
import { parseEnvelope } from "../pki/cms-envelope.ts";
import { verifySignedMessage } from "../pki/cms-signed.ts";
import { importPublicKey, type PublicKey } from "../pki/public-key.ts";
import type { TransientCertificate } from "../pki/transient-certificate.ts";
import type { Logger, Metrics, Random } from "../ports/ambient.ts";
import { Challenges } from "../services/challenges.ts";
import type { EndpointRuntime } from "../services/endpoint-runtimes.ts";
import { Issuance } from "../services/issuance.ts";
import { RefusalLog } from "../services/refusal-log.ts";
import { LOGGER, METRICS, RANDOM } from "../tokens.ts";
import { buildCertRep, failureOf, type Reply, type ReplyContext } from "./cert-rep.ts";
import { checkCipher, type EnrolmentRequest, openRequest } from "./enrolment-request.ts";
import { OpaqueSchedule } from "./opaque-schedule.ts";
import { MESSAGE_TYPES, type PkiMessage, readPkiMessage } from "./pki-message.ts";

/** One PKIOperation from bytes to bytes, in the order of RFC 8894 section 3: read, verify, open, authenticate, issue, reply. */
export class PkiOperation {
  constructor(
    @inject(LOGGER) private readonly logger: Logger,
    @inject(METRICS) private readonly metrics: Metrics,
    @inject(RANDOM) private readonly random: Random,
    @inject(Challenges) private readonly challenges: Challenges,
    @inject(Issuance) private readonly issuance: Issuance,
    @inject(RefusalLog) private readonly refusals: RefusalLog,
    @inject(OpaqueSchedule) private readonly schedule: OpaqueSchedule,
  ) {}

  /** Answers a CertRep, DER. Throws `bad_message` when none can be built, and `busy`, `key_*` when the server cannot answer now. */
  async handle(runtime: EndpointRuntime, bytes: Uint8Array, source: string): Promise<Uint8Array> {
    const arrival = this.schedule.arrival();
    const message = readPkiMessage(bytes);
    const context: ReplyContext = {
      signer: runtime.ra.signer,
      certificate: runtime.ra.certificate.der,
      transactionId: message.transactionId,
      recipientNonce: message.senderNonce,
      hash: message.signed.digest === "sha1" && runtime.endpoint.legacy ? "sha1" : "sha256",
    };
    let reply: Reply | "opaque";
    try {
      reply = await this.answer(runtime, message, source);
    } catch (error) {
      if (!(error instanceof CountersignError) || error.code === "bad_message") throw error;
      const failure = failureOf(error);
      if (failure === undefined) throw error;
      reply = failure;
    }
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
    message: PkiMessage,
    source: string,
  ): Promise<Reply | "opaque"> {
    const seen: { request?: EnrolmentRequest } = {};
    try {
      const { signer, cipher, envelope } = this.verified(runtime, message);
      const request = await openRequest(envelope, runtime.ra, signer.key);
      if (request === undefined) {
        await this.refuse(
          runtime,
          message,
          source,
          "opaque",
          "the envelope did not open to a request of its signer",
        );
        return "opaque";
      }
      seen.request = request;
      checkCsrSignature(request, runtime);
      const certificate = await this.enrol(runtime, message, request, source);
      const recipient = {
        issuer: signer.certificate.issuer,
        serial: signer.certificate.serial,
        publicKey: signer.key,
      };
      return { status: "success", certificates: [certificate], recipient, cipher };
    } catch (error) {
      if (error instanceof CountersignError)
        await this.refuse(runtime, message, source, error.code, error.detail, seen.request);
      throw error;
    }
  }

  /** All that is public: algorithms, signature, message type, shape of the envelope. */
  private verified(runtime: EndpointRuntime, { signed, messageType }: PkiMessage) {
    const { legacy } = runtime.endpoint;
    if (
      signed.digest === undefined ||
      signed.digest === "md5" ||
      (signed.digest === "sha1" && !legacy)
    ) {
      throw new CountersignError(
        "bad_algorithm",
        `digest ${signed.digest ?? "of an unknown kind"} is not accepted`,
      );
    }
    if (signed.scheme === undefined)
      throw new CountersignError("bad_algorithm", "the signature algorithm is not supported");
    if (signed.signerCertificate === undefined)
      throw unverified("the signer's certificate is not in the message");
    const signer = importSigner(signed.signerCertificate);
    if (!verifySignedMessage(signed, signer))
      throw unverified("the signature or the digest is wrong");
    if (messageType !== MESSAGE_TYPES.PKCSReq)
      throw new CountersignError(
        "invalid_input",
        `message type ${messageType ?? "missing"} is not answered here`,
      );
    // The reply is an envelope for the signer (RFC 8894 section 3.1), so its key must take one.
    if (signer.type !== "rsa")
      throw new CountersignError(
        "bad_algorithm",
        "the signer's key is not RSA: choose RSA-2048 for the request's key",
      );
    if (signed.content === undefined || signed.content.length === 0)
      throw new CountersignError("invalid_input", "the message holds no envelope");
    const envelope = parseEnvelope(signed.content);
    checkCipher(envelope.cipher, legacy);
    const cipher: ContentCipher = envelope.cipher;
    return { signer: { key: signer, certificate: signed.signerCertificate }, envelope, cipher };
  }

  private async enrol(
    runtime: EndpointRuntime,
    message: PkiMessage,
    request: EnrolmentRequest,
    source: string,
  ): Promise<Uint8Array> {
    const { store, endpoint, templates } = runtime;
    const { csr, ciphertext } = request;
    const redemption = await this.challenges.redeem(
      { store, endpoint, templates },
      csr.challengePassword,
      csr,
    );
    return this.issuance.issue({
      runtime,
      redemption,
      csr,
      ciphertext,
      source,
      transactionId: message.transactionId,
      signer: "self",
    });
  }

  private async refuse(
    runtime: EndpointRuntime,
    message: PkiMessage,
    source: string,
    label: CountersignError["code"] | "opaque",
    detail: string,
    request?: EnrolmentRequest,
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
      "enrolment refused",
    );
    await this.refusals.record(runtime.store, {
      endpoint: runtime.endpoint.id,
      label,
      detail,
      source,
      transactionId: message.transactionId,
      claimSubject: request === undefined ? undefined : formatDn(request.csr.subject),
      csr: request === undefined ? undefined : hash("sha256", request.csr.raw, "hex"),
    });
  }
}

const unverified = (detail: string): CountersignError => new CountersignError("unverified", detail);

const importSigner = (certificate: TransientCertificate): PublicKey => {
  try {
    return importPublicKey(certificate.spki);
  } catch (cause) {
    throw new CountersignError("bad_algorithm", "the signer's key cannot be used", { cause });
  }
};

/** scep.md case 46, decision 7. */
const checkCsrSignature = ({ csr }: EnrolmentRequest, { endpoint }: EndpointRuntime): void => {
  if (csr.scheme === "rsa-pkcs1-md5" && !endpoint.acceptMd5Csr)
    throw new CountersignError("bad_algorithm", "the request is signed with MD5");
  if (csr.scheme === "rsa-pkcs1-sha1" && !endpoint.legacy)
    throw new CountersignError("bad_algorithm", "the request is signed with SHA-1");
};
