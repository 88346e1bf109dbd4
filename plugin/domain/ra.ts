/** Registration authority of a tenant: opens SCEP envelopes and signs SCEP replies; never a CA key (but in `single` mode). */
export interface Ra {
  readonly id: string;
  /** The authority that issued its certificate, or whose key it is in `single` mode. */
  readonly authorityId: string;
  readonly keyRef: string;
  /** DER; undefined while its CSR waits to be certified by an outside CA. */
  readonly certificate: Uint8Array | undefined;
  readonly csr: Uint8Array | undefined;
  readonly subject: string;
  readonly notBefore: Date | undefined;
  readonly notAfter: Date | undefined;
  readonly origin: "issued" | "given" | "csr" | "single";
  readonly createdAt: Date;
}

export const isLiveRa = (ra: Ra, now: Date): boolean =>
  ra.certificate !== undefined && ra.notAfter !== undefined && ra.notAfter > now;
