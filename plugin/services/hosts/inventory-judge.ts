import type { Authority } from "../../domain/authority.ts";
import type { Certificate } from "../../domain/certificate.ts";
import type { Deployment } from "../../domain/deployment.ts";
import type { InventoryVerdict } from "../../domain/inventory.ts";
import { verifyIssued } from "../../pki/chain.ts";
import type { TenantStore } from "../../ports/stores.ts";
import type { ReadCertificate } from "./inventory-reading.ts";

/** What is known of a device when its certificates are judged. */
export interface JudgeContext {
  readonly deviceId: string;
  readonly certificates: readonly Certificate[];
  readonly deployments: readonly Deployment[];
  readonly authorities: readonly Authority[];
  readonly now: Date;
}

/** What a certificate is to us, and which row of ours it is. */
export interface Judgement {
  readonly verdict: InventoryVerdict;
  readonly certificate: Certificate | undefined;
  /** The authority whose key has signed it, where the verdict is `unknown`. */
  readonly signedBy?: string;
}

/** Most certificates of a device that are looked at; the newest. */
const MOST_CERTIFICATES = 500;

/** Reads what `judge` needs of a device. */
export const judgeContext = async (
  store: TenantStore,
  deviceId: string,
  now: Date,
): Promise<JudgeContext> => ({
  deviceId,
  certificates: (await store.certificates.list({ deviceId }, { limit: MOST_CERTIFICATES })).items,
  deployments: (await store.deployments.list({ deviceId }, { limit: 500 })).items,
  authorities: await store.authorities.list(),
  now,
});

/** Judges one certificate that was seen on the device. */
export const judge = async (
  store: TenantStore,
  context: JudgeContext,
  held: ReadCertificate,
): Promise<Judgement> => {
  const mine = context.certificates.find((certificate) => isSame(certificate, held));
  if (mine !== undefined) return { verdict: verdictOn(mine, context), certificate: mine };
  const issuer = issuerOf(held, context.authorities);
  if (issuer === undefined)
    return {
      verdict: isOurAuthority(held, context.authorities) ? "authority" : "stranger",
      certificate: undefined,
    };
  const foreign = await store.certificates.bySerial(issuer.id, held.serial);
  if (foreign !== undefined)
    return {
      verdict: foreign.role === "subscriber" ? "other-device" : "authority",
      certificate: foreign,
    };
  if (issuer.kind === "outside") return { verdict: "unassigned", certificate: undefined };
  // Without the DER its issuer is hearsay, and an external root signs elsewhere, too.
  if (held.parsed === undefined || issuer.keyRef === undefined)
    return { verdict: "stranger", certificate: undefined };
  return { verdict: "unknown", certificate: undefined, signedBy: issuer.id };
};

/** The authority of ours that has issued it: proven by its signature where the DER is there, else as the host names it. */
export const issuerOf = (
  held: ReadCertificate,
  authorities: readonly Authority[],
): Authority | undefined =>
  authorities.find(({ certificate, subject }) =>
    held.parsed === undefined
      ? held.issuer !== undefined && sameText(held.issuer, subject)
      : certificate !== undefined && verifyIssued(held.parsed.der, certificate),
  );

const isSame = (certificate: Certificate, held: ReadCertificate): boolean =>
  certificate.fingerprintSha256 !== undefined && held.fingerprintSha256 !== undefined
    ? certificate.fingerprintSha256 === held.fingerprintSha256
    : certificate.serial === held.serial;

const verdictOn = (
  certificate: Certificate,
  { deployments, certificates, now }: JudgeContext,
): InventoryVerdict => {
  if (certificate.status !== "issued") return "revoked";
  if (certificate.notAfter <= now) return "expired";
  const deployment = deployments.find(
    ({ templateId, state }) => templateId === certificate.templateId && state !== "removed",
  );
  if (deployment?.certificateId === certificate.id) return "current";
  if (deployment?.certificateId !== undefined) return "duplicate";
  const newer = certificates.some(
    (other) =>
      other.templateId === certificate.templateId &&
      other.status === "issued" &&
      other.notAfter > now &&
      other.createdAt > certificate.createdAt,
  );
  return newer ? "duplicate" : "held";
};

const isOurAuthority = (held: ReadCertificate, authorities: readonly Authority[]): boolean =>
  held.parsed !== undefined &&
  authorities.some(({ certificate, outside }) =>
    [certificate, ...(outside?.above ?? [])].some(
      (der) => der !== undefined && Buffer.compare(der, held.parsed?.der ?? new Uint8Array()) === 0,
    ),
  );

const sameText = (a: string, b: string): boolean =>
  a.replace(/\s*,\s*/g, ",").toLowerCase() === b.replace(/\s*,\s*/g, ",").toLowerCase();
