/** What an overview begins with. Counts that cost more than they say stop at `COUNTED_TO`. */
export interface Counts {
  /** Enrolled and unmanaged ones. */
  readonly devices: number;
  /** Issued to subscribers and not over. */
  readonly live: number;
  /** Of those issued, how many ended in the 30 days before. */
  readonly ended: number;
  readonly revoked: number;
  readonly failed: number;
  readonly locked: number;
  readonly waiting: number;
  /** Ends of live certificates by day of UTC; days without any are left out. `day`: whole days since 1970. */
  readonly ends: readonly { readonly day: number; readonly count: number }[];
}

/** Beyond this nobody reads the digits (foundations.md 39). */
export const COUNTED_TO = 10_000;

/** Looks over a whole tenant at once. */
export interface CountStore {
  /** `until`: how far the ends by day go. */
  overview(now: Date, until: Date): Promise<Counts>;
  /** Deployments that hold a certificate and have failed, or been locked, at this time or later and stayed so. */
  failedRenewals(since: Date): Promise<number>;
  /**
   * Certificates of subscribers that end between these times and that nothing has replaced: their device has no live one of the same template that ends
   * later. Not counted beyond `most`.
   */
  endingUnreplaced(from: Date, until: Date, most: number): Promise<number>;
}
