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
  /** The RA that it was made ahead for. */
  readonly replaces: string | undefined;
  /** When it was put away after its overlap; it opens nothing from then on. */
  readonly retiredAt: Date | undefined;
}

export const isLiveRa = (ra: Ra, now: Date): boolean =>
  ra.retiredAt === undefined &&
  ra.certificate !== undefined &&
  ra.notAfter !== undefined &&
  ra.notAfter > now;

/** The RA that was made ahead for another one; undefined while there is none. */
export const heirOf = (raId: string, ras: readonly Ra[]): Ra | undefined =>
  ras.find(({ replaces, retiredAt }) => replaces === raId && retiredAt === undefined);
