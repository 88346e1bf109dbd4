import type { SignatureScheme } from "../../domain/algorithm.ts";
import type { Certificate } from "../../domain/certificate.ts";
import { formatDn } from "../../domain/distinguished-name.ts";
import { CountersignError } from "../../errors.ts";
import { sha256Fingerprint } from "../../pki/fingerprint.ts";
import { completeCertificate } from "../../pki/to-be-signed.ts";
import type { PreparedCertificate } from "../../ports/ca-backend.ts";
import type { Signer } from "../../ports/keys.ts";
import type { TenantStore } from "../../ports/stores.ts";
import type { CertificateContents } from "./certificate-contents.ts";

/** A certificate of the installation's own: reserved, signed, and not to be used before it is settled. */
export interface OwnCertificate {
  /** Of its row. */
  readonly id: string;
  readonly der: Uint8Array;
  /** Lower-case hex. */
  readonly serial: string;
  /** Stores it, in the transaction of what it was made for. Throws `busy` when the reservation is lost. */
  settle(tx: TenantStore): Promise<void>;
  /** What it was made for did not come about: its row fails. */
  release(): Promise<void>;
}

/** What `certifyOwn` needs. */
export interface OwnCertificateOrder {
  readonly store: TenantStore;
  readonly id: string;
  /** Whose list of revoked certificates may name it. */
  readonly authorityId: string;
  readonly contents: CertificateContents;
  readonly prepared: PreparedCertificate;
  /** The one it was prepared for. */
  readonly scheme: SignatureScheme;
  readonly signer: Signer;
  readonly now: () => Date;
  /** What its row names as its template, where something stands for one. */
  readonly templateId?: string | undefined;
}

/** Longer than the slowest token takes for the keys and signatures of an authority; afterwards the row fails by itself. */
const LEASE = 5 * 60_000;

/** Reserves the row, then signs. Throws what signing throws; the row has failed then. */
export const certifyOwn = async (order: OwnCertificateOrder): Promise<OwnCertificate> => {
  const { store, id, prepared } = order;
  const now = order.now();
  await store.certificates.reserve(
    reservedRow(order, now),
    prepared.tbsDigest,
    new Date(now.getTime() + LEASE),
  );
  try {
    const der = await completeCertificate(prepared, order.scheme, order.signer);
    return {
      id,
      der,
      serial: prepared.serial,
      settle: async (tx) => {
        if (!(await tx.certificates.settle(id, der, sha256Fingerprint(der), order.now())))
          throw new CountersignError("busy", "the certificate took too long", { retryAfter: 5 });
      },
      release: () => store.certificates.fail(id),
    };
  } catch (failure) {
    // Where this cannot be written either, the end of the lease does it.
    await Promise.allSettled([store.certificates.fail(id)]);
    throw failure;
  }
};

const reservedRow = (
  { id, authorityId, contents, prepared, templateId }: OwnCertificateOrder,
  now: Date,
): Certificate => ({
  id,
  authorityId,
  role: contents.role,
  status: "reserved",
  serial: prepared.serial,
  subject: formatDn(contents.subject),
  sans: contents.sans ?? [],
  notBefore: wholeSeconds(contents.notBefore),
  notAfter: wholeSeconds(contents.notAfter),
  fingerprintSha256: undefined,
  templateId,
  templateVersion: undefined,
  endpointId: undefined,
  raId: undefined,
  deviceId: undefined,
  createdAt: now,
  issuedAt: undefined,
  revokedAt: undefined,
  revocationReason: undefined,
  invalidityDate: undefined,
  hold: undefined,
});

/** As a certificate says it. */
const wholeSeconds = (time: Date): Date => new Date(Math.floor(time.getTime() / 1000) * 1000);
