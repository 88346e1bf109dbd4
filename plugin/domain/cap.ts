/** What is capped: active certificates of the tenant, those of one authority, or the tenant's active authorities. */
export type CapSubject = "certificates" | `certificates/${string}` | "authorities";

/** At most so many of it (O-02). */
export interface Cap {
  readonly subject: CapSubject;
  readonly most: number;
}

/** The highest number that a cap may name. */
export const HIGHEST_CAP = 1_000_000_000;

export const capOfAuthority = (authorityId: string): CapSubject => `certificates/${authorityId}`;

/** The authority whose cap it is; undefined for one of the tenant. */
export const authorityOfCap = (subject: CapSubject): string | undefined =>
  subject.startsWith("certificates/") ? subject.slice("certificates/".length) : undefined;

/** The caps that a certificate of this authority needs a place under. */
export const capsOver = (authorityId: string): readonly CapSubject[] => [
  "certificates",
  capOfAuthority(authorityId),
];
