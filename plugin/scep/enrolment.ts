import { inject } from "tsyringe";
import { CountersignError } from "../errors.ts";
import { Approvals } from "../services/enrolment/approvals.ts";
import { Challenges } from "../services/challenges/challenges.ts";
import type { EndpointRuntime, RaWay } from "../services/endpoints/endpoint-runtimes.ts";
import { Issuance, type IssueRequest } from "../services/issuance/issuance.ts";
import type { ChallengeContext } from "../ports/challenge-policy.ts";
import { type KnownSigner, RenewalProof } from "../services/enrolment/renewal-proof.ts";
import type { Reply } from "./cert-rep.ts";
import type { DetectedClient } from "../domain/client-detection.ts";
import type { Dialect } from "../domain/client-profiles.ts";
import { EnvelopeGate } from "./envelope-gate.ts";
import { GuessLimit } from "./guess-limit.ts";
import { type EnrolmentRequest, openRequest } from "./enrolment-request.ts";
import { MESSAGE_TYPES, type PkiMessage } from "./pki-message.ts";
import { keyDigest, success } from "./replies.ts";
import type { VerifiedMessage } from "./verified-message.ts";

/** What one message is judged by. */
export interface Exchange {
  readonly runtime: EndpointRuntime;
  readonly dialect: Dialect;
  readonly message: PkiMessage;
  readonly verified: VerifiedMessage;
  readonly source: string;
  /** Who seems to be asking. */
  readonly client: DetectedClient | undefined;
  /** Told as it becomes known, for the ledger row of a refusal (E-11). */
  readonly seen: { request?: EnrolmentRequest; device?: string; template?: string };
  /** Makes a CertRep, DER, in the name of the RA that was asked. */
  readonly sign: (reply: Reply, way: RaWay) => Promise<Uint8Array>;
}

/** A SUCCESS whose CertRep is made or being made. */
export interface SignedReply {
  readonly status: "signed";
  readonly rep: Promise<Uint8Array>;
}

/** PKCSReq and RenewalReq (RFC 8894 section 3.3.1): who signed decides what is asked, whatever the message type says (scep.md fact 9). */
export class Enrolment {
  constructor(
    @inject(Challenges) private readonly challenges: Challenges,
    @inject(RenewalProof) private readonly renewals: RenewalProof,
    @inject(Issuance) private readonly issuance: Issuance,
    @inject(Approvals) private readonly approvals: Approvals,
    @inject(EnvelopeGate) private readonly gate: EnvelopeGate,
    @inject(GuessLimit) private readonly guesses: GuessLimit,
  ) {}

  async answer(exchange: Exchange): Promise<Reply | SignedReply | "opaque"> {
    const { runtime, dialect, message, verified, seen } = exchange;
    const known = await this.renewals.recognise(runtime, verified.signer.certificate);
    const byOldCertificate =
      known !== undefined &&
      (message.messageType === MESSAGE_TYPES.RenewalReq || renews(runtime, known));
    // A certificate of ours that renews nothing vouches for no other key: its holder could spend another device's challenge (case 39).
    const request = await this.gate.pass(exchange, () =>
      openRequest(verified, byOldCertificate || dialect.allowProxySigner),
    );
    if (request === undefined) return "opaque";
    seen.request = request;
    // The request's own key has made this envelope; a signer with another key may have lifted it, unless it turns out good.
    const own = Buffer.compare(request.csr.publicKey.spki, verified.signer.key.spki) === 0;
    if (own) this.gate.remember(verified);
    checkSignature(request, dialect);
    const reply =
      byOldCertificate || message.messageType === MESSAGE_TYPES.RenewalReq
        ? await this.renew(exchange, request, known)
        : await this.enrol(exchange, request);
    this.gate.remember(verified);
    return reply;
  }

  private async enrol(exchange: Exchange, request: EnrolmentRequest): Promise<Reply | SignedReply> {
    const { runtime, message, verified, source, seen } = exchange;
    const { csr } = request;
    const { store, endpoint, templates } = runtime;
    const waiting = await this.waiting(runtime, message, verified);
    if (waiting !== undefined) return waiting;
    await this.guesses.admit(runtime, source);
    const context: ChallengeContext = {
      ...{ store, endpoint, templates },
      known: ({ deviceId, templateId }) => {
        seen.device = deviceId;
        seen.template = templateId;
      },
    };
    const redemption = await this.challenges
      .redeem(context, csr.challengePassword, csr)
      .catch(async (error: unknown) => {
        if (isGuess(error) && seen.device === undefined)
          await this.guesses.count(endpoint.id, source);
        throw error;
      });
    seen.device = redemption.device.id;
    seen.template = redemption.template.id;
    const issue = issueOf(exchange, request, redemption, "self");
    const use = { spki: csr.publicKey.spki, source, transactionId: message.transactionId };
    return this.challenges.using(runtime, redemption, use, async () => {
      if (endpoint.approval === "manual") {
        await this.approvals.request(issue, keyDigest(verified.signer.key));
        return { status: "pending" };
      }
      return this.issue(exchange, issue);
    });
  }

  private async renew(
    exchange: Exchange,
    request: EnrolmentRequest,
    known: KnownSigner | undefined,
  ): Promise<SignedReply> {
    const { runtime, message, seen } = exchange;
    if (known === undefined)
      throw new CountersignError(
        "renewal_refused",
        "the renewal is not signed by a certificate that was issued here",
      );
    // RFC 8894 section 7.9: SHA-1 may carry a first enrolment, not a renewal (case 34).
    if (message.signed.digest === "sha1")
      throw new CountersignError("bad_algorithm", "a renewal signed with SHA-1 is not accepted");
    const redemption = await this.renewals.redeem(runtime, known, request.csr);
    seen.device = redemption.device.id;
    seen.template = redemption.template.id;
    return this.issue(exchange, issueOf(exchange, request, redemption, known.fingerprint));
  }

  /** The CertRep is signed while the certificate is being stored: both take as long, and neither needs the other. */
  private async issue({ verified, sign }: Exchange, request: IssueRequest): Promise<SignedReply> {
    const signed = (certificate: Uint8Array): Promise<Uint8Array> =>
      sign(success([certificate], verified), verified.way);
    let meanwhile: Promise<Uint8Array> | undefined;
    const certificate = await this.issuance.issue(request, (fresh) => {
      meanwhile = signed(fresh);
      // Whoever gets it hears of its failure; where the certificate could not be stored nobody asks for it.
      meanwhile.catch(() => undefined);
    });
    return { status: "signed", rep: meanwhile ?? signed(certificate) };
  }

  /** A request that is queued already is answered from the queue: its challenge is spent (case 24). One that is over is asked anew. */
  private async waiting(
    runtime: EndpointRuntime,
    message: PkiMessage,
    verified: VerifiedMessage,
  ): Promise<Reply | undefined> {
    if (runtime.endpoint.approval !== "manual") return undefined;
    const answer = await this.approvals.poll(
      runtime,
      verified.way,
      message.transactionId,
      keyDigest(verified.signer.key),
      true,
    );
    if (answer === undefined) return undefined;
    return answer.state === "pending"
      ? { status: "pending" }
      : success([answer.certificate], verified);
  }
}

/** What is to be issued; `signer`: fingerprint of the certificate that vouches for it, or "self". */
const issueOf = (
  { runtime, verified, source, client, message }: Exchange,
  { csr, ciphertext }: EnrolmentRequest,
  redemption: IssueRequest["redemption"],
  signer: string,
): IssueRequest => ({
  runtime,
  way: verified.way,
  redemption,
  csr,
  ciphertext,
  source,
  client: client?.name,
  transactionId: message.transactionId,
  signer,
});

const isGuess = (error: unknown): boolean =>
  error instanceof CountersignError && error.code === "challenge_refused";

/** A certificate that we know signs a renewal, unless its template leaves renewal to the challenge. */
const renews = ({ endpoint, templates }: EndpointRuntime, signer: KnownSigner): boolean => {
  const templateId =
    signer.kind === "own" ? signer.row.templateId : endpoint.foreignRenewal?.templateId;
  return templates.find(({ id }) => id === templateId)?.scepRenewal !== "off";
};

/** scep.md case 46, decision 7. */
const checkSignature = ({ csr }: EnrolmentRequest, dialect: Dialect): void => {
  if (csr.scheme === "rsa-pkcs1-md5" && !dialect.acceptMd5Csr)
    throw new CountersignError("bad_algorithm", "the request is signed with MD5");
  if (csr.scheme === "rsa-pkcs1-sha1" && !dialect.legacy)
    throw new CountersignError("bad_algorithm", "the request is signed with SHA-1");
};
