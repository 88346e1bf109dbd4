import type { KeyUsage } from "../../domain/template.ts";
import type { Issue } from "../../errors.ts";
import { parseCertificate } from "../../pki/certificate.ts";
import { verifyIssued } from "../../pki/chain.ts";

/** E-05. */
export const RA_KEY_USAGES: readonly KeyUsage[] = ["digitalSignature", "keyEncipherment"];

/** Why a certificate made outside does not fit an RA's request; empty when it does. */
export const raIssues = (
  der: Uint8Array,
  publicKey: Uint8Array,
  chain: readonly Uint8Array[],
  now: Date,
): readonly Issue[] => {
  const certificate = parseCertificate(der);
  const issues: Issue[] = [];
  const check = (good: boolean, path: string, message: string): void => {
    if (!good) issues.push({ path, message });
  };
  check(
    Buffer.compare(certificate.publicKey.spki, publicKey) === 0,
    "key",
    "it is not the key of the certificate request",
  );
  check(certificate.notBefore <= now && now < certificate.notAfter, "dates", "it is not valid now");
  check(
    certificate.basicConstraints?.cA !== true,
    "basicConstraints",
    "a CA certificate cannot be an RA certificate",
  );
  check(
    RA_KEY_USAGES.every((usage) => certificate.keyUsages?.includes(usage)),
    "keyUsage",
    `it needs ${RA_KEY_USAGES.join(" and ")}`,
  );
  check(
    chain.some((ca) => verifyIssued(der, ca)),
    "chain",
    "no CA of the authority's chain has issued it",
  );
  return issues;
};
