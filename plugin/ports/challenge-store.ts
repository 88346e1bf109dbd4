import type { Challenge } from "../domain/challenge.ts";
import type { Device } from "../domain/device.ts";
import type { Page, PageRequest } from "./paging.ts";

/** A challenge with its device, unless that is gone. */
export interface PresentedChallenge {
  readonly challenge: Challenge;
  readonly device: Device | undefined;
}

export interface ChallengeStore {
  /** `mac`: keyed MAC of the secret, lower-case hex; the secret itself is nowhere. */
  insert(challenge: Challenge, mac: string): Promise<void>;
  /** What a presented secret stands for, by its MAC; one look, since every enrolment takes it. */
  presented(endpointId: string, mac: string): Promise<PresentedChallenge | undefined>;
  get(id: string): Promise<Challenge | undefined>;
  /** From open to spent, without a certificate: its request, with this key, waits for approval. False when it was not open or has run out. */
  spend(id: string, key: string, now: Date): Promise<boolean>;
  /** Burns all open and reserved ones of a device, or only those for one template; answers their ids. */
  burnOfDevice(deviceId: string, templateId?: string): Promise<readonly string[]>;
  /** Newest first, at most `limit`. */
  ofDevice(deviceId: string, limit: number): Promise<readonly Challenge[]>;
  /** One more refused try. */
  countFailure(id: string): Promise<void>;
}

/** A request that waits for approval, or has been decided; found again by transaction id and signer key (RFC 8894 section 3.3.3). */
export interface PendingRequest {
  readonly id: string;
  readonly endpointId: string;
  readonly transactionId: string;
  /** SHA-256 of the signer's SubjectPublicKeyInfo, hex. */
  readonly signerKey: string;
  /** PKCS#10, DER. */
  readonly csr: Uint8Array;
  readonly templateId: string;
  readonly deviceId: string;
  /** JSON of `Redemption.subjectSource`. */
  readonly subjectSource: string;
  /** Serial of the certificate a renewal replaces. */
  readonly replaces: string | undefined;
  readonly state: "pending" | "approved" | "denied" | "issued";
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly decidedBy: string | undefined;
  readonly decidedAt: Date | undefined;
  readonly reason: string | undefined;
  readonly certificateId: string | undefined;
  /** Who caused the request: minted its challenge or published it; undefined when nobody in person did. */
  readonly requestedBy?: string | undefined;
}

export interface PendingStore {
  /** Throws `conflict` while one with the same endpoint, transaction id and signer key is there. */
  insert(request: PendingRequest): Promise<void>;
  get(id: string): Promise<PendingRequest | undefined>;
  find(
    endpointId: string,
    transactionId: string,
    signerKey: string,
  ): Promise<PendingRequest | undefined>;
  /** Replaces the row while its state is still `from`; false otherwise. */
  change(request: PendingRequest, from: PendingRequest["state"]): Promise<boolean>;
  delete(id: string): Promise<boolean>;
  /** Newest first. */
  list(
    filter: {
      readonly state?: PendingRequest["state"] | undefined;
      readonly deviceId?: string | undefined;
    },
    page: PageRequest,
  ): Promise<Page<PendingRequest>>;
}
