import { hash } from "node:crypto";
import { inject } from "tsyringe";
import type { Challenge } from "../../domain/challenge.ts";
import { parseCertificate } from "../../pki/certificate.ts";
import type { Clock, Logger, Metrics } from "../../ports/ambient.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK, LOGGER, METRICS } from "../../tokens.ts";

/** Who uses a challenge, as far as an alarm tells it. */
export interface ChallengeUse {
  /** SubjectPublicKeyInfo of the request, DER. */
  readonly spki: Uint8Array;
  readonly source: string;
  readonly transactionId: string;
}

/** How long is waited for another node that signs with the challenge, and how often it is looked, in milliseconds. */
const WAIT = 2000;
const LOOK = 100;

/** Tells when a one-time challenge comes with a second key: then somebody has read it (RFC 8894 section 2.4, case 37). */
export class ChallengeAlarms {
  /** What is asked for on this node now, by challenge: the store does not know the key of a certificate that is being signed. */
  private readonly underWay = new Map<string, readonly ChallengeUse[]>();

  constructor(
    @inject(CLOCK) private readonly clock: Clock,
    @inject(LOGGER) private readonly logger: Logger,
    @inject(METRICS) private readonly metrics: Metrics,
  ) {}

  enter(challengeId: string, use: ChallengeUse): void {
    this.underWay.set(challengeId, [...this.others(challengeId, use), use]);
  }

  leave(challengeId: string, use: ChallengeUse): void {
    const others = this.others(challengeId, use);
    if (others.length === 0) this.underWay.delete(challengeId);
    else this.underWay.set(challengeId, others);
  }

  /** The other requests with this challenge that are under way on this node. */
  others(challengeId: string, use: ChallengeUse): readonly ChallengeUse[] {
    return this.underWay.get(challengeId)?.filter((other) => other !== use) ?? [];
  }

  /** A challenge was refused to `use`; `beside`: what was under way then. Writes the alarm where it was another key's, and nothing for a retry. */
  async refused(
    store: TenantStore,
    endpoint: string,
    challengeId: string,
    use: ChallengeUse,
    beside: readonly ChallengeUse[],
  ): Promise<void> {
    const second = digest(use.spki);
    const first =
      beside.map(({ spki }) => digest(spki)).find((key) => key !== second) ??
      (await firstKey(store, challengeId, beside.length === 0));
    if (first === undefined || first === second) return;
    const challenge = await store.challenges.get(challengeId);
    if (challenge === undefined) return;
    const { source, transactionId } = use;
    const facts = { endpoint, device: challenge.deviceId, source, transactionId };
    this.metrics.count("countersign_challenge_alarms_total", { endpoint });
    this.logger.error({ challenge: challengeId, ...facts }, "a challenge came with a second key");
    await store.ledger.append({
      event: "challenge.alarm",
      principal: `system:scep:${endpoint}`,
      at: this.clock.now(),
      subjectId: challengeId,
      data: { ...facts, certificate: challenge.certificateId, key: second },
    });
  }
}

/** Of the key that a challenge was used with; where another node is signing it now, once it has. */
const firstKey = async (
  store: TenantStore,
  challengeId: string,
  elsewhere: boolean,
): Promise<string | undefined> => {
  for (let waited = 0; ; waited += LOOK) {
    const challenge = await store.challenges.get(challengeId);
    const key = challenge && (await keyOf(store, challenge));
    if (key !== undefined || !elsewhere || challenge?.state !== "reserved" || waited >= WAIT)
      return key;
    await new Promise((resolve) => setTimeout(resolve, LOOK));
  }
};

const keyOf = async (store: TenantStore, challenge: Challenge): Promise<string | undefined> => {
  if (challenge.certificateId === undefined) return challenge.spentByKey;
  const der = await store.certificates.der(challenge.certificateId);
  return der === undefined ? undefined : digest(parseCertificate(der).spki);
};

/** As the store has it: SHA-256, hex. */
const digest = (spki: Uint8Array): string => hash("sha256", spki, "hex");
