import { inject } from "tsyringe";
import { formatDn } from "../../domain/distinguished-name.ts";
import type { Principal } from "../../domain/principal.ts";
import type { SubjectAltName } from "../../domain/san.ts";
import { Access } from "../access/access.ts";
import { provenCsr } from "./proven-csr.ts";

/** What a request asks for, before anybody has decided on it. */
export interface RequestContents {
  /** Empty where it names nobody. */
  readonly subject: string;
  readonly sans: readonly SubjectAltName[];
  /** How many names of kinds that are never issued it asks for beside these. */
  readonly unsupportedSans: number;
  /** `rsa-2048`, `ec-p256` ... */
  readonly publicKeyType: string;
  readonly keyUsages: readonly string[];
  /** OIDs. */
  readonly extendedKeyUsages: readonly string[];
  /** OIDs of all that it asks for, also of those above. */
  readonly extensions: readonly string[];
}

/** Requests that somebody holds in their hands: shown before anything is issued from them (C-09). */
export class CertificateRequests {
  constructor(@inject(Access) private readonly access: Access) {}

  /** PKCS#10, DER; its proof of possession is checked (C-11). Throws `bad_csr`, `policy_refused`. */
  read(principal: Principal, der: Uint8Array): RequestContents {
    this.access.open(principal, "certificates:issue");
    const csr = provenCsr(der);
    return {
      subject: formatDn(csr.subject),
      sans: csr.sans,
      unsupportedSans: csr.unsupportedSans,
      publicKeyType: csr.publicKey.algorithm ?? csr.publicKey.type,
      keyUsages: csr.keyUsages ?? [],
      extendedKeyUsages: csr.extendedKeyUsages ?? [],
      extensions: csr.extensions.map(({ oid }) => oid),
    };
  }
}
