import { createHash } from "node:crypto";
import { inject } from "tsyringe";
import { formatDn } from "../../domain/distinguished-name.ts";
import type { Endpoint } from "../../domain/endpoint.ts";
import { limitsOf } from "../../domain/endpoint-limits.ts";
import type { LedgerEntry } from "../../domain/events.ts";
import { renewalTime } from "../../domain/renewal-time.ts";
import { validityFor } from "../../domain/validity.ts";
import { CountersignError } from "../../errors.ts";
import type { ParsedCsr } from "../../pki/certificate-request.ts";
import { sha256Fingerprint } from "../../pki/fingerprint.ts";
import type { Clock, Logger, Metrics, Random } from "../../ports/ambient.ts";
import type { PreparedCertificate } from "../../ports/ca-backend.ts";
import type { Redemption } from "../../ports/challenge-policy.ts";
import type { Settings } from "../../ports/settings.ts";
import type { Reservation, ReserveResult } from "../../ports/enrolment-store.ts";
import { CLOCK, LOGGER, METRICS, RANDOM, SETTINGS } from "../../tokens.ts";
import { CaCertificates, issuerOf } from "../signing/ca-certificates.ts";
import { byProfile, requireDomain } from "./profile-rules.ts";
import type { EndpointRuntime, RaWay } from "../endpoints/endpoint-runtimes.ts";
import { refusalOf } from "./refusal-of.ts";
import {
  type Asked,
  checkKey,
  extendedKeyUsagesFor,
  keyUsagesFor,
  namesOf,
} from "./requested-certificate.ts";

/** One certificate of a template for a device, to whom it was granted. */
export interface IssueOrder {
  /** Without an endpoint nobody has asked over SCEP. */
  readonly runtime: Pick<EndpointRuntime, "store"> & { readonly endpoint: Endpoint | undefined };
  readonly way: Pick<RaWay, "authority" | "backend" | "capped"> & {
    readonly raId: string | undefined;
  };
  readonly redemption: Redemption;
  readonly csr: Asked;
  readonly transactionId: string;
  /** `self`, or the SHA-256 of the certificate that signed a renewal. */
  readonly signer: string;
  readonly ciphertext: Reservation["ciphertext"];
  /** For the ledger: who has asked, and what else is to be known of it. */
  readonly asked: {
    readonly principal: string;
    readonly data: Readonly<Record<string, unknown>>;
  };
}

/** One request that has passed its challenge. */
export interface IssueRequest extends Omit<IssueOrder, "asked"> {
  readonly runtime: EndpointRuntime;
  /** The RA the request was addressed to, with its authority. */
  readonly way: RaWay;
  readonly csr: ParsedCsr;
  /** For the ledger: the address that asked. */
  readonly source: string;
  /** For the ledger: the client program that was detected. */
  readonly client?: string | undefined;
}

/**
 * Told of a new certificate, DER, while it is being stored, so that an answer can be made ready meanwhile. Nothing of it may leave before
 * the certificate has been answered. Not called for one that was issued before. It must not throw.
 */
export type OnSigned = (certificate: Uint8Array) => void;

/** How long a node may take to sign before another takes over (foundations.md 10). */
const LEASE = 30_000;
/** How long a retry waits for the node that holds its row, and how often it looks. */
const WAIT = 2000;
const LOOK = 100;

/** Reserve, sign, store, then reply: nothing is signed that the store does not know, and nothing is handed out that it has not kept. */
export class Issuance {
  constructor(
    @inject(CLOCK) private readonly clock: Clock,
    @inject(RANDOM) private readonly random: Random,
    @inject(LOGGER) private readonly logger: Logger,
    @inject(METRICS) private readonly metrics: Metrics,
    @inject(SETTINGS) private readonly settings: Settings,
    @inject(CaCertificates) private readonly certificates: CaCertificates,
  ) {}

  /**
   * Answers the certificate, DER; the same one for the same request again. Throws `policy_refused`, `variable_without_value`, `bad_csr`,
   * `authority_not_ready`, `challenge_refused`, `replay_refused`, `cap_reached`, `device_gone`, `busy`, `key_*`.
   */
  issue(request: IssueRequest, onSigned?: OnSigned): Promise<Uint8Array> {
    return this.issueTo({ ...request, asked: askedOver(request) }, onSigned);
  }

  /** The same for what is not asked over SCEP. */
  async issueTo(request: IssueOrder, onSigned?: OnSigned): Promise<Uint8Array> {
    const { store } = request.runtime;
    const { authority, backend } = request.way;
    const now = this.clock.now();
    const { prepared, reservation } = this.prepare(request, now);
    const reserved = await this.reserve(request, reservation);
    if (reserved.status === "issued") return reserved.der;

    let der: Uint8Array;
    try {
      const result = await backend.issue(prepared, reservation.id);
      if (result.status !== "issued")
        throw new CountersignError("busy", `authority ${authority.id} answered ${result.status}`, {
          retryAfter: 30,
        });
      der = result.certificate;
    } catch (error) {
      await store.enrolments.release(reservation.id, this.clock.now());
      throw error;
    }
    const fingerprint = sha256Fingerprint(der);
    const issuedAt = this.clock.now();
    const { notAfter, deviceId } = reservation;
    const settling = store.enrolments.settle({
      id: reservation.id,
      der,
      fingerprintSha256: fingerprint,
      now: issuedAt,
      renewAt: renewalTime(request.redemption.template, { deviceId, issuedAt, notAfter }, issuedAt),
      ledger: this.entry(request, reservation, fingerprint),
    });
    onSigned?.(der);
    const settled = await settling;
    this.metrics.count("countersign_enrolments_total", { result: settled });
    if (settled === "issued") return der;
    // A wipe that committed while the signature was in flight wins.
    if (settled === "revoked")
      throw new CountersignError(
        "device_gone",
        `device ${reservation.deviceId} was wiped while its certificate was being signed`,
      );
    this.logger.error({ certificate: reservation.id }, "reservation lost before it was settled");
    throw new CountersignError("busy", "the reservation was lost", { retryAfter: 5 });
  }

  /** Throws what `issue` would throw before anything is reserved. */
  check(request: IssueRequest): void {
    this.prepare({ ...request, asked: askedOver(request) }, this.clock.now());
  }

  private prepare(
    request: IssueOrder,
    now: Date,
  ): { prepared: PreparedCertificate; reservation: Reservation } {
    const { runtime, redemption, csr } = request;
    const { template, device } = redemption;
    const issuer = issuerOf(runtime.store.tenant, request.way.authority, now);
    checkKey(template, csr);
    const names = namesOf(redemption, csr);
    const { subject } = names;
    const { sans, other } = byProfile(template, issuer.authority, csr, names);
    requireDomain(template, subject, sans);
    const authorityNotAfter = issuer.authority.notAfter ?? now;
    const validity = validityFor({
      now,
      validity: template.validity,
      maxValidity: template.maxValidity,
      backdate: template.backdate,
      authorityNotAfter,
      beyondAuthority: template.beyondAuthority,
    });
    const authorityStart = issuer.authority.notBefore ?? validity.notBefore;
    const notBefore = validity.notBefore < authorityStart ? authorityStart : validity.notBefore;
    const prepared = this.certificates.prepare(issuer, {
      role: "subscriber",
      subject,
      publicKey: csr.publicKey.spki,
      notBefore,
      notAfter: validity.notAfter,
      keyUsages: keyUsagesFor(template, csr),
      extendedKeyUsages: extendedKeyUsagesFor(template, csr),
      sans,
      policies: template.policies,
      other,
    });
    const reservation: Reservation = {
      id: this.random.uuid(),
      idempotencyKey: idempotencyKey(request),
      graceUntil: redemption.expiresAt ?? new Date(now.getTime() + this.settings.retryGrace * 1000),
      leaseUntil: new Date(now.getTime() + LEASE),
      authorityId: request.way.authority.id,
      serial: prepared.serial,
      tbsDigest: prepared.tbsDigest,
      subject: formatDn(subject),
      sans,
      notBefore,
      notAfter: validity.notAfter,
      templateId: template.id,
      templateVersion: template.version,
      endpointId: runtime.endpoint?.id,
      raId: request.way.raId,
      deviceId: device.id,
      challengeId: redemption.challengeId,
      ciphertext: request.ciphertext,
      onlyOne: !template.allowDuplicates && redemption.replaces === undefined,
      limits: limitsOf(runtime.endpoint ?? { limits: {} }, this.settings.limits),
      capped: request.way.capped,
      now,
    };
    return { prepared, reservation };
  }

  /** Waits a moment for a node that holds the same request; never PENDING, since certmonger would wait a week. */
  private async reserve(
    request: IssueOrder,
    reservation: Reservation,
  ): Promise<Exclude<ReserveResult, { status: "in-progress" | "refused" }>> {
    const { enrolments } = request.runtime.store;
    for (let waited = 0; ; waited += LOOK) {
      const result = await enrolments.reserve(reservation);
      if (result.status === "refused")
        throw await refusalOf(request.runtime.store, reservation, result.because);
      if (result.status !== "in-progress") return result;
      if (waited >= WAIT)
        throw new CountersignError("busy", "the same request is being answered elsewhere", {
          retryAfter: 5,
        });
      await new Promise((resolve) => setTimeout(resolve, LOOK));
    }
  }

  private entry({ asked }: IssueOrder, reservation: Reservation, fingerprint: string): LedgerEntry {
    return {
      event: "certificate.issued",
      principal: asked.principal,
      at: this.clock.now(),
      subjectId: reservation.id,
      data: {
        endpoint: reservation.endpointId,
        authority: reservation.authorityId,
        template: reservation.templateId,
        // For a restore that enters this row again (foundations.md 33).
        templateVersion: reservation.templateVersion,
        ra: reservation.raId,
        device: reservation.deviceId,
        serial: reservation.serial,
        subject: reservation.subject,
        // Binds the certificate's bytes to the chain: an export brings them beside the entry.
        fingerprint,
        ...asked.data,
        label: "success",
      },
    };
  }
}

const askedOver = (request: IssueRequest): IssueOrder["asked"] => ({
  principal: `system:scep:${request.runtime.endpoint.id}`,
  data: {
    csr: createHash("sha256").update(request.csr.raw).digest("hex"),
    transactionId: request.transactionId,
    source: request.source,
    ...(request.client === undefined ? {} : { client: request.client }),
  },
});

/** foundations.md 10: endpoint, transaction id, public key, CSR digest, signer. */
const idempotencyKey = ({ runtime, transactionId, csr, signer }: IssueOrder): string => {
  const hash = createHash("sha256");
  for (const part of [
    Buffer.from(runtime.endpoint?.id ?? ""),
    Buffer.from(transactionId),
    csr.publicKey.spki,
    csr.raw,
    Buffer.from(signer),
  ]) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(part.length);
    hash.update(length).update(part);
  }
  return hash.digest("hex");
};
