import type { Ra } from "../../domain/ra.ts";
import { toPem } from "../../domain/pem.ts";
import { sha256Fingerprint } from "../../pki/fingerprint.ts";

/** An RA as API, CLI and console show it. */
export interface RaView {
  readonly id: string;
  readonly authorityId: string;
  readonly subject: string;
  readonly origin: Ra["origin"];
  readonly notBefore: Date | undefined;
  readonly notAfter: Date | undefined;
  readonly fingerprintSha256: string | undefined;
  /** The RA it was made ahead for. */
  readonly replaces: string | undefined;
  readonly retiredAt: Date | undefined;
  /** While the request waits to be certified. */
  readonly csrPem: string | undefined;
}

export const raView = (ra: Ra): RaView => ({
  id: ra.id,
  authorityId: ra.authorityId,
  subject: ra.subject,
  origin: ra.origin,
  notBefore: ra.notBefore,
  notAfter: ra.notAfter,
  fingerprintSha256: ra.certificate === undefined ? undefined : sha256Fingerprint(ra.certificate),
  replaces: ra.replaces,
  retiredAt: ra.retiredAt,
  csrPem:
    ra.certificate === undefined && ra.csr !== undefined
      ? toPem(ra.csr, "CERTIFICATE REQUEST")
      : undefined,
});
