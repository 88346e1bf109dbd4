import { inject } from "tsyringe";
import { CountersignError } from "../errors.ts";
import { openEnvelope } from "../pki/cms-envelope-open.ts";
import { child, type Element, integerHex, readBer, TAG } from "../pki/der-read.ts";
import { sameName } from "../pki/name.ts";
import { Approvals } from "../services/enrolment/approvals.ts";
import type { EndpointRuntime, RaWay } from "../services/endpoints/endpoint-runtimes.ts";
import { CrlBodies } from "../services/status/crl-bodies.ts";
import { CrlPublisher } from "../services/status/crl-publisher.ts";
import { RenewalProof } from "../services/enrolment/renewal-proof.ts";
import type { Reply } from "./cert-rep.ts";
import type { Exchange } from "./enrolment.ts";
import { EnvelopeGate } from "./envelope-gate.ts";
import { MESSAGE_TYPES } from "./pki-message.ts";
import { keyDigest, success } from "./replies.ts";
import { recipientName } from "./verified-message.ts";

/** CertPoll, GetCert and GetCRL (RFC 8894 sections 3.3.3 and 3.3.4): what they hold is two fields, opened like a request. */
export class Queries {
  constructor(
    @inject(Approvals) private readonly approvals: Approvals,
    @inject(RenewalProof) private readonly signers: RenewalProof,
    @inject(CrlPublisher) private readonly crls: CrlPublisher,
    @inject(CrlBodies) private readonly bodies: CrlBodies,
    @inject(EnvelopeGate) private readonly gate: EnvelopeGate,
  ) {}

  async answer(exchange: Exchange): Promise<Reply | "opaque"> {
    const { verified, message, runtime } = exchange;
    const fields = await this.gate.pass(exchange, async () => {
      const { plaintext, ok } = await openEnvelope(
        verified.envelope,
        recipientName(verified.way.certificate),
        verified.way.decrypter,
      );
      const read = tryRead(plaintext);
      return ok ? read : undefined;
    });
    if (fields === undefined) return "opaque";
    // Issuer and subject of a poll are redundant: the transaction and the signer's key find the request (section 3.3.3).
    if (message.messageType === MESSAGE_TYPES.CertPoll) return this.poll(exchange);
    if (!runtime.endpoint.queries)
      throw new CountersignError("invalid_input", "GetCert and GetCRL are switched off here");
    return message.messageType === MESSAGE_TYPES.GetCert
      ? this.certificate(exchange, fields)
      : this.crl(exchange, fields);
  }

  private async poll({ runtime, message, verified }: Exchange): Promise<Reply> {
    const answer = await this.approvals.poll(
      runtime,
      verified.way,
      message.transactionId,
      keyDigest(verified.signer.key),
    );
    if (answer === undefined)
      throw unknown("no request of this signer waits under this transaction id");
    return answer.state === "pending"
      ? { status: "pending" }
      : success([answer.certificate], verified);
  }

  /** Only to the device that holds it: anybody else's is as unknown as one that is not there (case 63). */
  private async certificate(
    { runtime, verified }: Exchange,
    { issuer, serial }: Fields,
  ): Promise<Reply> {
    const known = await this.signers.recognise(runtime, verified.signer.certificate);
    const signer = known?.kind === "own" ? known : undefined;
    const authority = wayOf(runtime, issuer)?.authority;
    const asked =
      signer?.row.status === "issued" && authority !== undefined && serial !== undefined
        ? await runtime.store.certificates.bySerial(authority.id, serial)
        : undefined;
    const own = asked?.deviceId !== undefined && asked.deviceId === signer?.row.deviceId;
    const der = own ? await runtime.store.certificates.der(asked.id) : undefined;
    if (der === undefined) throw unknown("no such certificate of this signer");
    return success([der], verified);
  }

  private async crl({ runtime, verified }: Exchange, { issuer }: Fields): Promise<Reply> {
    const way = wayOf(runtime, issuer);
    if (way?.authority.keyRef === undefined) throw unknown("no such authority here");
    if (!way.authority.crlEnabled) throw unknown("its CRL is switched off");
    if (way.authority.crlShards > 1)
      throw unknown("its list is published in shards: a certificate names its own");
    const list = await this.crls.current(runtime.store, way.authority);
    const body = await this.bodies.of(runtime.store, list);
    // Anybody may ask, and a message is hashed and encrypted in one piece.
    if (!(body instanceof Uint8Array))
      throw unknown("its list is too long for a message: certificates name where it is published");
    return success([], verified, [body]);
  }
}

interface Fields {
  /** Name as it came, BER; whether it is one has not been looked at. */
  readonly issuer: Uint8Array;
  /** Of IssuerAndSerialNumber: hex. */
  readonly serial: string | undefined;
}

/** IssuerAndSubject or IssuerAndSerialNumber; undefined for anything else. */
const tryRead = (plaintext: Uint8Array): Fields | undefined => {
  try {
    const pair = readBer(plaintext);
    const issuer = child(pair, 0, TAG.sequence, "issuer");
    const second: Element | undefined = pair.children[1];
    if (pair.tag !== TAG.sequence || pair.children.length !== 2 || second === undefined)
      return undefined;
    if (second.tag === TAG.integer) return { issuer: issuer.raw, serial: integerHex(second) };
    return second.tag === TAG.sequence ? { issuer: issuer.raw, serial: undefined } : undefined;
  } catch {
    return undefined;
  }
};

/** What is no Name is nobody's. */
const wayOf = ({ ways }: EndpointRuntime, issuer: Uint8Array): RaWay | undefined => {
  try {
    return ways.find(({ authorityCertificate }) =>
      sameName(authorityCertificate.subjectRaw, issuer),
    );
  } catch {
    return undefined;
  }
};

const unknown = (detail: string): CountersignError =>
  new CountersignError("unknown_certificate", detail);
