import { inject } from "tsyringe";
import { shardOf } from "../../domain/crl-scope.ts";
import type { TenantId } from "../../domain/tenant.ts";
import { CountersignError, messageOf } from "../../errors.ts";
import { type CertId, type OcspRequest, parseOcspRequest } from "../../pki/ocsp.ts";
import {
  buildOcspResponse,
  ocspError,
  type OcspErrorStatus,
  type OcspStatus,
} from "../../pki/ocsp-response.ts";
import type { Clock, Logger, Metrics } from "../../ports/ambient.ts";
import { CLOCK, LOGGER, METRICS } from "../../tokens.ts";
import { KeptAnswers } from "./kept-answers.ts";
import { type OcspRuntime, OcspRuntimes } from "./ocsp-runtimes.ts";
import { RevocationWatch } from "../certificates/revocation-watch.ts";

/** Seconds an answer may be cached by others. */
const MAX_AGE = 60;
/** Milliseconds that an answer is good for. */
const VALID = 3_600_000;
/** Milliseconds for which an answer that was made before is given again, as long as nothing is revoked in its scope. */
const GIVEN_AGAIN = 600_000;
/** About a kilobyte each. */
const KEPT_ANSWERS = 30_000;
const KEPT_STATUSES = 100_000;
/** Octets of a request, or characters of a path, that are remembered as they came: one certificate and some extension. */
const SHORT_REQUEST = 384;

/** An answer and its age; `maxAge` in seconds, 0 when it must not be cached. */
export interface OcspAnswer {
  readonly body: Uint8Array;
  readonly maxAge: number;
  /** Undefined for an unsigned error. */
  readonly producedAt: Date | undefined;
}

interface KeptAnswer extends OcspAnswer {
  readonly producedAt: Date;
}

const refusal = (status: OcspErrorStatus): OcspAnswer => ({
  body: ocspError(status),
  maxAge: 0,
  producedAt: undefined,
});

/**
 * The OCSP responder (RFC 6960, RFC 9654). An answer about one certificate without a nonce is made once and given again until something is revoked in its
 * scope (here: at once; on another node: seen within a second). With a nonce each answer is signed anew, from statuses that are kept likewise.
 */
export class Ocsp {
  private readonly answers = new KeptAnswers<KeptAnswer>(KEPT_ANSWERS);
  /** The same answers by the requests as they came, so that one that was asked before is not even read. */
  private readonly asked = new KeptAnswers<KeptAnswer>(KEPT_ANSWERS);
  private readonly statuses = new KeptAnswers<OcspStatus>(KEPT_STATUSES);
  /** Answers of this turn of the event loop that were made before. */
  private given = 0;

  constructor(
    @inject(CLOCK) private readonly clock: Clock,
    @inject(LOGGER) private readonly logger: Logger,
    @inject(METRICS) private readonly metrics: Metrics,
    @inject(OcspRuntimes) private readonly runtimes: OcspRuntimes,
    @inject(RevocationWatch) private readonly watch: RevocationWatch,
  ) {}

  /**
   * The answer to a request that has come before, octet for octet, while it is known without asking anybody that it still holds; undefined
   * otherwise. `request`: the octets of a POST, or the text of a GET behind the address as it came.
   */
  known(
    tenant: TenantId,
    authorityId: string,
    request: Uint8Array | string,
  ): OcspAnswer | undefined {
    if (request.length > SHORT_REQUEST) return undefined;
    const now = this.clock.now().getTime();
    if (!this.watch.isFresh(now) || !this.runtimes.answers(tenant, authorityId, now))
      return undefined;
    const found = this.asked.get(askedKey(tenant, authorityId, request));
    if (found === undefined || !holds(found, now)) return undefined;
    this.countGiven();
    return found;
  }

  /** Always a DER OCSPResponse, an unsigned error status included; throws nothing. `asked`: what `known` is asked with the next time, `body` unless given. */
  async answer(
    tenant: TenantId,
    authorityId: string,
    body: Uint8Array,
    asked: Uint8Array | string = body,
  ): Promise<OcspAnswer> {
    try {
      const runtime = await this.runtimes.get(tenant, authorityId);
      if (runtime === undefined) return refusal("unauthorized");
      const request = readRequest(body);
      if (request === undefined) return refusal("malformedRequest");
      if (!this.watch.isFresh(this.clock.now().getTime())) await this.watch.refresh();
      return await this.signed(runtime, request, asked);
    } catch (error) {
      const passing = error instanceof CountersignError && error.facts.http === 503;
      this.logger.error({ tenant, authorityId, error: messageOf(error) }, "OCSP answer failed");
      return refusal(passing ? "tryLater" : "internalError");
    }
  }

  /** Told once a turn of the event loop: a labelled counter costs a tenth of such an answer. */
  private countGiven(): void {
    this.given += 1;
    if (this.given > 1) return;
    setImmediate(() => {
      const { given } = this;
      this.given = 0;
      this.metrics.count("countersign_ocsp_answers_total", MADE_BEFORE, given);
    });
  }

  private async signed(
    runtime: OcspRuntime,
    request: OcspRequest,
    asked: Uint8Array | string,
  ): Promise<OcspAnswer> {
    const { store, authority } = runtime;
    const now = this.clock.now();
    const [only] = request.certIds.length === 1 ? request.certIds : [];
    if (request.nonce !== undefined || only === undefined || !runtime.isAskedOf(only)) {
      this.metrics.count("countersign_ocsp_answers_total", { made: "live" });
      const statuses = await Promise.all(request.certIds.map((id) => this.statusOf(runtime, id)));
      return this.make(runtime, request, statuses, now);
    }
    const key = `${store.tenant}/${authority.id}/${latin1(only.raw)}`;
    const shard = shardOf(only.serial, authority.crlShards);
    const scope = await this.watch.watch(store.tenant, { authorityId: authority.id, shard });
    const { generation } = scope;
    const known = this.answers.get(key);
    if (known !== undefined && holds(known, now.getTime())) {
      this.countGiven();
      if (asked.length <= SHORT_REQUEST)
        this.asked.put(askedKey(store.tenant, authority.id, asked), scope, generation, known);
      return known;
    }
    this.metrics.count("countersign_ocsp_answers_total", { made: "live" });
    const status = await this.statusOf(runtime, only);
    const answer = await this.make(runtime, request, [status], now);
    // What is unknown may be issued in a moment.
    if (status.kind !== "unknown") this.answers.put(key, scope, generation, answer);
    return answer;
  }

  private async make(
    runtime: OcspRuntime,
    { certIds, nonce }: OcspRequest,
    statuses: readonly OcspStatus[],
    now: Date,
  ): Promise<OcspAnswer & { readonly producedAt: Date }> {
    const thisUpdate = new Date(Math.floor(now.getTime() / 1000) * 1000);
    const nextUpdate = new Date(thisUpdate.getTime() + VALID);
    const { responderCertificate, signer, scheme, archiveCutoff } = runtime;
    const body = await buildOcspResponse({
      ...{ responderCertificate, signer, scheme, nonce },
      responses: certIds.map(({ raw }, index) => {
        const status = statuses[index] ?? { kind: "unknown" };
        return {
          ...{ certIdRaw: raw, status, thisUpdate, nextUpdate },
          archiveCutoff: status.kind === "unknown" ? undefined : archiveCutoff,
        };
      }),
      producedAt: thisUpdate,
    });
    const known = statuses.every(({ kind }) => kind !== "unknown");
    return { body, maxAge: nonce === undefined && known ? MAX_AGE : 0, producedAt: thisUpdate };
  }

  private async statusOf(runtime: OcspRuntime, certId: CertId): Promise<OcspStatus> {
    const { store, authority } = runtime;
    if (!runtime.isAskedOf(certId)) return { kind: "unknown" };
    const key = `${store.tenant}/${authority.id}/${certId.serial}`;
    const known = this.statuses.get(key);
    if (known !== undefined) return known;
    const shard = shardOf(certId.serial, authority.crlShards);
    const scope = await this.watch.watch(store.tenant, { authorityId: authority.id, shard });
    const { generation } = scope;
    const row = await store.certificates.bySerial(authority.id, certId.serial);
    if (row?.status !== "issued" && row?.status !== "revoked") return { kind: "unknown" };
    const status: OcspStatus =
      row.status === "revoked" && row.revokedAt !== undefined
        ? { kind: "revoked", at: row.revokedAt, reason: row.revocationReason ?? "unspecified" }
        : { kind: "good" };
    this.statuses.put(key, scope, generation, status);
    return status;
  }
}

const holds = ({ producedAt }: KeptAnswer, now: number): boolean => {
  const age = now - producedAt.getTime();
  return age >= -1000 && age < GIVEN_AGAIN;
};

/** Neither a tenant nor an authority's id holds a slash or a line's end, so that octets and text never meet. */
const askedKey = (tenant: TenantId, authorityId: string, request: Uint8Array | string): string =>
  typeof request === "string"
    ? `${tenant}/${authorityId}\n${request}`
    : `${tenant}/${authorityId}/${latin1(request)}`;

const MADE_BEFORE = { made: "before" };

const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");

const readRequest = (body: Uint8Array): OcspRequest | undefined => {
  try {
    return parseOcspRequest(body);
  } catch {
    return undefined;
  }
};
