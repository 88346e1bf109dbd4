/** One list of an authority: all of its certificates (shard 0 of 1), or those of one shard. */
export interface CrlScope {
  readonly authorityId: string;
  /** From 0. */
  readonly shard: number;
}

/** How many lists an authority's certificates may be spread over; chosen when it is made, and unchangeable. */
export const SHARD_COUNTS = [1, 2, 4, 8, 16, 32, 64, 128, 256] as const;

/** Octets beyond which clients may refuse a list (L-12). */
export const LONGEST_CRL = 22_000_000;
/** An entry with its reason: a serial of 16 octets, two of time, the reason's extension. */
const OCTETS_PER_ENTRY = 38;

/** Octets that each list will have once so many of an authority's certificates are revoked and not over (L-12). */
export const expectedCrlSize = (revoked: number, shards: number): number =>
  Math.ceil(revoked / shards) * OCTETS_PER_ENTRY;

/** What each list comes to with a million revoked, in words, where their number is chosen (L-12). */
export const listSizeText = (shards: number): string => {
  const size = expectedCrlSize(1_000_000, shards);
  return `${megabytes(size)}${size > LONGEST_CRL ? `, too long (${megabytes(LONGEST_CRL)} at most)` : ""}`;
};

/** How many revoked certificates the lists hold together before one grows too long, rounded down (L-12). */
export const revokedThatFit = (shards: number): number => {
  const fit = Math.floor(LONGEST_CRL / OCTETS_PER_ENTRY) * shards;
  const step = 10 ** Math.floor(Math.log10(fit) - 1);
  return Math.floor(fit / step) * step;
};

const megabytes = (octets: number): string => `${+(octets / 1e6).toPrecision(2)} MB`;

/** A range of serials, compared as text: from `from`, below `before`. */
export interface SerialRange {
  readonly from: string;
  readonly before: string;
}

/** Serials are 16 random octets whose first bit is 0. */
const FIRST_OCTETS = 0x8000;
/** Behind every hex text. */
const END = "g";

const edge = (place: number, width: number): string =>
  place === 0 ? "" : (place * width).toString(16).padStart(4, "0");

/**
 * The shard that lists a serial (lower-case hex): a range of serials, so that no row has to say its shard and one index finds the rows of any. The last
 * shard also has the few serials whose leading zero octets are left out.
 */
export const shardOf = (serial: string, shards: number): number => {
  const width = FIRST_OCTETS / shards;
  const value = Number.parseInt(serial.slice(0, 4).padEnd(4, "0"), 16);
  const place = Math.min(shards - 1, Math.floor(value / width));
  return serial < edge(place, width) ? place - 1 : place;
};

/** The serials of a shard. */
export const serialsOf = (shard: number, shards: number): SerialRange => {
  const width = FIRST_OCTETS / shards;
  return {
    from: edge(shard, width),
    before: shard === shards - 1 ? END : edge(shard + 1, width),
  };
};
