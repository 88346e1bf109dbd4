import { hash } from "node:crypto";
import { inject } from "tsyringe";
import { addDuration, parseDuration } from "../../domain/duration.ts";
import { formatDn } from "../../domain/distinguished-name.ts";
import type { LedgerEvent } from "../../domain/events.ts";
import type { Principal } from "../../domain/principal.ts";
import { CountersignError } from "../../errors.ts";
import { parseCsr } from "../../pki/certificate-request.ts";
import { parseCertificate } from "../../pki/certificate.ts";
import type { Clock, Random } from "../../ports/ambient.ts";
import type { Redemption } from "../../ports/challenge-policy.ts";
import type { Page, PageRequest } from "../../ports/paging.ts";
import type { TenantStore } from "../../ports/stores.ts";
import type { PendingRequest } from "../../ports/challenge-store.ts";
import { CLOCK, RANDOM } from "../../tokens.ts";
import { Access, found } from "../access/access.ts";
import { Attempts } from "./attempts.ts";
import type { EndpointRuntime, RaWay } from "../endpoints/endpoint-runtimes.ts";
import { Issuance, type IssueRequest } from "../issuance/issuance.ts";
import { refuseUnlessLive } from "../devices/refuse-unless-live.ts";
import { templateFor } from "../templates/trial-template.ts";

/** A waiting request as people see it. */
export interface ApprovalView {
  readonly id: string;
  readonly endpointId: string;
  readonly templateId: string;
  readonly deviceId: string;
  readonly subject: string;
  readonly transactionId: string;
  readonly state: PendingRequest["state"] | "expired";
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly decidedBy: string | undefined;
  readonly decidedAt: Date | undefined;
  readonly reason: string | undefined;
  readonly certificateId: string | undefined;
  readonly requestedBy: string | undefined;
}

/** What a poll learns; undefined: there is no such request. */
export type PollAnswer =
  | { readonly state: "pending" }
  | { readonly state: "issued"; readonly certificate: Uint8Array }
  | undefined;

/** Requests that wait until somebody approves them. Each has an end: then it is refused, and the device may ask anew. */
export class Approvals {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(RANDOM) private readonly random: Random,
    @inject(Issuance) private readonly issuance: Issuance,
    @inject(Attempts) private readonly attempts: Attempts,
  ) {}

  /** Queues a request that has passed its challenge; a one-time challenge is spent by its place in the queue. Throws what issuing would throw now. */
  async request(request: IssueRequest, signerKey: string): Promise<void> {
    const { runtime, redemption, csr, transactionId } = request;
    const { store, endpoint } = runtime;
    this.issuance.check(request);
    const now = this.clock.now();
    const pending: PendingRequest = {
      id: this.random.uuid(),
      endpointId: endpoint.id,
      transactionId,
      signerKey,
      csr: csr.raw,
      templateId: redemption.template.id,
      deviceId: redemption.device.id,
      subjectSource: JSON.stringify(redemption.subjectSource),
      replaces: redemption.replaces,
      state: "pending",
      createdAt: now,
      expiresAt: addDuration(now, parseDuration(endpoint.approvalLifetime)),
      decidedBy: undefined,
      decidedAt: undefined,
      reason: undefined,
      certificateId: undefined,
      requestedBy: await requesterOf(request),
    };
    await store.run(async (tx) => {
      const { challengeId } = redemption;
      const key = hash("sha256", csr.publicKey.spki, "hex");
      if (challengeId !== undefined && !(await tx.challenges.spend(challengeId, key, now))) {
        throw new CountersignError(
          "challenge_refused",
          "the challenge was used before or has run out",
        );
      }
      const over = await tx.pending.find(endpoint.id, transactionId, signerKey);
      if (over !== undefined) await tx.pending.delete(over.id);
      await tx.pending.insert(pending);
      await this.attempts.waits(tx, { id: `system:scep:${endpoint.id}` }, pending);
      await tx.ledger.append({
        event: "approval.requested",
        principal: `system:scep:${endpoint.id}`,
        at: now,
        subjectId: pending.id,
        data: {
          endpoint: endpoint.id,
          device: pending.deviceId,
          template: pending.templateId,
          subject: formatDn(csr.subject),
          transactionId,
          source: request.source,
        },
      });
    });
  }

  /**
   * What became of a request: issues it when it has been approved. Undefined when there is none, or when an old one is over and the device may ask
   * anew; what it came to is answered to polls all the same, but not to who asks `anew`. Throws `approval_denied`, and what issuing throws.
   */
  async poll(
    runtime: EndpointRuntime,
    way: RaWay,
    transactionId: string,
    signerKey: string,
    anew = false,
  ): Promise<PollAnswer> {
    const { store, endpoint } = runtime;
    const pending = await store.pending.find(endpoint.id, transactionId, signerKey);
    if (pending === undefined) return undefined;
    if (anew && (await this.isOver(store, pending))) return undefined;
    if (pending.state === "issued") {
      const der = await store.certificates.der(pending.certificateId ?? "");
      return der === undefined ? undefined : { state: "issued", certificate: der };
    }
    if (pending.state === "denied")
      throw new CountersignError("approval_denied", pending.reason ?? "it was denied");
    if (pending.expiresAt <= this.clock.now()) return undefined;
    if (pending.state === "pending") return { state: "pending" };
    const certificate = await this.issuance.issue({
      runtime,
      way,
      redemption: await redemptionOf(runtime, pending),
      csr: parseCsr(pending.csr),
      ciphertext: undefined,
      source: "approval",
      transactionId,
      signer: `approval:${pending.id}`,
    });
    const row = await store.certificates.bySerial(
      way.authority.id,
      parseCertificate(certificate).serial,
    );
    await store.pending.change({ ...pending, state: "issued", certificateId: row?.id }, "approved");
    return { state: "issued", certificate };
  }

  /** Clients make their transaction ids of their keys, so the same one comes again when the same key needs another certificate. */
  private async isOver(store: TenantStore, pending: PendingRequest): Promise<boolean> {
    if (pending.expiresAt <= this.clock.now()) return true;
    if (pending.state !== "issued") return false;
    const certificate = await store.certificates.get(pending.certificateId ?? "");
    return certificate?.status !== "issued";
  }

  async list(
    principal: Principal,
    filter: { readonly state?: PendingRequest["state"] | undefined },
    page: PageRequest,
  ): Promise<Page<ApprovalView>> {
    const { items, cursor } = await this.access
      .open(principal, "configuration:read")
      .pending.list(filter, page);
    const now = this.clock.now();
    return { items: items.map((pending) => approvalView(pending, now)), cursor };
  }

  /** The device gets its certificate when it asks next. Throws `conflict` unless it waits. */
  async approve(principal: Principal, id: string): Promise<ApprovalView> {
    return this.decide(principal, id, "approved", undefined);
  }

  async deny(principal: Principal, id: string, reason: string | undefined): Promise<ApprovalView> {
    return this.decide(principal, id, "denied", reason);
  }

  private async decide(
    principal: Principal,
    id: string,
    state: "approved" | "denied",
    reason: string | undefined,
  ): Promise<ApprovalView> {
    const store = this.access.open(principal, "approvals:decide");
    const now = this.clock.now();
    const decided = await store.run(async (tx) => {
      const pending = found(await tx.pending.get(id), "approval", id);
      if (
        state === "approved" &&
        pending.requestedBy === principal.id &&
        principal.approveOwn !== true
      ) {
        throw new CountersignError(
          "forbidden",
          `${principal.id} has asked for this request; somebody else approves it`,
        );
      }
      const after: PendingRequest = {
        ...pending,
        state,
        decidedBy: principal.id,
        decidedAt: now,
        reason,
      };
      if (pending.expiresAt <= now || !(await tx.pending.change(after, "pending"))) {
        throw new CountersignError("conflict", `request ${id} does not wait any more`);
      }
      if (state === "denied")
        await this.attempts.denied(tx, principal, pending, reason ?? "it was denied");
      await tx.ledger.append(
        this.access.entry(
          principal,
          state === "approved" ? "approval.approved" : "approval.denied",
          id,
          { device: pending.deviceId, reason },
        ),
      );
      return after;
    });
    return approvalView(decided, now);
  }
}

/** Whoever minted the challenge; for one that a profile carried, whoever published that. */
const requesterOf = async ({ runtime, redemption }: IssueRequest): Promise<string | undefined> => {
  const { store } = runtime;
  const { challengeId, device, template } = redemption;
  const by = async (event: LedgerEvent, subjectId: string): Promise<string | undefined> => {
    const { items } = await store.ledger.list({ event, subjectId }, { limit: 1 });
    const principal = items[0]?.principal;
    return principal?.startsWith("system:") === false ? principal : undefined;
  };
  const minted = challengeId === undefined ? undefined : await by("challenge.minted", challengeId);
  if (minted !== undefined) return minted;
  const deployment = await store.deployments.find(device.id, template.id);
  return deployment === undefined ? undefined : by("deployment.created", deployment.id);
};

const redemptionOf = async (
  { store, templates }: EndpointRuntime,
  pending: PendingRequest,
): Promise<Redemption> => {
  const template = templates.find(({ id }) => id === pending.templateId);
  const device = await store.devices.get(pending.deviceId);
  if (device !== undefined) refuseUnlessLive(device);
  if (template === undefined || device === undefined) {
    throw new CountersignError(
      "device_gone",
      `device ${pending.deviceId} or template ${pending.templateId} is gone`,
    );
  }
  return {
    template: await templateFor(store, template, device.id),
    device,
    subjectSource: JSON.parse(pending.subjectSource) as Redemption["subjectSource"],
    challengeId: undefined,
    expiresAt: undefined,
    replaces: pending.replaces,
  };
};

const approvalView = (pending: PendingRequest, now: Date): ApprovalView => ({
  id: pending.id,
  endpointId: pending.endpointId,
  templateId: pending.templateId,
  deviceId: pending.deviceId,
  subject: formatDn(parseCsr(pending.csr).subject),
  transactionId: pending.transactionId,
  state: pending.state === "pending" && pending.expiresAt <= now ? "expired" : pending.state,
  createdAt: pending.createdAt,
  expiresAt: pending.expiresAt,
  decidedBy: pending.decidedBy,
  decidedAt: pending.decidedAt,
  reason: pending.reason,
  certificateId: pending.certificateId,
  requestedBy: pending.requestedBy,
});
