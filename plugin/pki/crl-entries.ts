import { REVOCATION_REASONS, type RevocationReason } from "../domain/certificate.ts";
import { TAG } from "./der-read.ts";
import { header, integerFromHex, sequence, time } from "./der-write.ts";
import { encodeExtensions, type Extension, invalidityDate, reasonCode } from "./extensions.ts";

/** `removeFromCRL` stands in delta lists only (RFC 5280 section 5.3.1). */
export type CrlReason = RevocationReason | "removeFromCRL";

/** One entry of a list; `serial` is lower-case hex. */
export interface CrlEntry {
  readonly serial: string;
  readonly revokedAt: Date;
  readonly reason?: CrlReason | undefined;
  readonly invalidityDate?: Date | undefined;
}

/**
 * Many entries as one text, which costs no object an entry: `serial,revokedAt,reason,invalidityDate` each, the next one behind a `;`. Times in
 * milliseconds since 1970; no invalidityDate is an empty one.
 */
export interface PackedEntries {
  readonly entries: number;
  readonly text: string;
}

/** The code of a reason in CRLs and OCSP answers. */
export const reasonNumber = (reason: CrlReason): number =>
  reason === "removeFromCRL" ? 8 : REVOCATION_REASONS[reason];

/** More than any entry needs beside its serial. */
const ROOM = 96;
/** Serials of 1 to 16 octets are written straight into the page. */
const SHORT = 32;
const SECONDS_OF_DAY = 86_400;

/** Values of the digits of lower-case hex, by their codes. */
const NIBBLES = Uint8Array.from({ length: 128 }, (_, code) =>
  code >= 0x61 ? code - 0x57 : code - 0x30,
);

const dateOf = (milliseconds: string): Date | undefined =>
  milliseconds === "" ? undefined : new Date(Number(milliseconds));

/** RFC 5280 section 5.3.1: better absent than unspecified. */
const extensionsOf = (reason: CrlReason, invalid: Date | undefined): Uint8Array => {
  const list: Extension[] = [
    ...(reason === "unspecified" ? [] : [reasonCode(reasonNumber(reason))]),
    ...(invalid === undefined ? [] : [invalidityDate(invalid)]),
  ];
  return list.length === 0 ? new Uint8Array(0) : encodeExtensions(list);
};

/** Writes a moment as RFC 5280 section 5.1.2.6 wants it; those of one day share its date. */
class MomentWriter {
  private day = NaN;
  private dated: Uint8Array = new Uint8Array(0);

  /** Behind what was written. */
  into(out: Uint8Array, at: number, seconds: number): number {
    const day = Math.floor(seconds / SECONDS_OF_DAY);
    if (day !== this.day) {
      this.dated = time(new Date(day * SECONDS_OF_DAY * 1000));
      this.day = day;
    }
    const { dated } = this;
    out.set(dated, at);
    const end = at + dated.length;
    const rest = seconds - day * SECONDS_OF_DAY;
    const hours = Math.floor(rest / 3600);
    const minutes = Math.floor(rest / 60) % 60;
    // "hhmmssZ" are the last seven.
    digits(out, end - 7, hours);
    digits(out, end - 5, minutes);
    digits(out, end - 3, rest % 60);
    return end;
  }
}

const digits = (out: Uint8Array, at: number, value: number): void => {
  out[at] = 0x30 + Math.floor(value / 10);
  out[at + 1] = 0x30 + (value % 10);
};

/** INTEGER of the hex digits of `text` from `from` to `to`; answers where it ends. */
const serialInto = (
  out: Uint8Array,
  at: number,
  text: string,
  from: number,
  to: number,
): number => {
  const length = (to - from) / 2;
  const first = text.charCodeAt(from);
  const plain = to - from <= SHORT && Number.isInteger(length) && length > 0;
  if (!plain || (first === 0x30 && text.charCodeAt(from + 1) === 0x30)) {
    const encoded = integerFromHex(text.slice(from, to));
    out.set(encoded, at);
    return at + encoded.length;
  }
  // A first bit of 1 would make it negative.
  const pad = first >= 0x38 ? 1 : 0;
  out[at] = TAG.integer;
  out[at + 1] = length + pad;
  out[at + 2] = 0;
  let octet = at + 2 + pad;
  for (let digit = from; digit < to; digit += 2) {
    const high = NIBBLES[text.charCodeAt(digit)] ?? 0;
    out[octet] = (high << 4) | (NIBBLES[text.charCodeAt(digit + 1)] ?? 0);
    octet += 1;
  }
  return octet;
};

/**
 * Writes pages of entries; what it answers is a view that holds until the next page: a million packed entries are less than a second's work, and what is
 * the same in many of them (day of revocation, extensions) is encoded once.
 */
export const crlEntryWriter = (): ((page: readonly CrlEntry[] | PackedEntries) => Uint8Array) => {
  const ofReason = new Map<string, Uint8Array>();
  const moments = new MomentWriter();
  let scratch = new Uint8Array(0);

  const room = (needed: number): Uint8Array => {
    if (scratch.length < needed) scratch = Buffer.allocUnsafe(needed);
    return scratch;
  };
  const extensions = (reason: CrlReason, invalid: Date | undefined): Uint8Array => {
    if (invalid !== undefined) return extensionsOf(reason, invalid);
    const known = ofReason.get(reason);
    if (known !== undefined) return known;
    const encoded = extensionsOf(reason, undefined);
    ofReason.set(reason, encoded);
    return encoded;
  };
  /** One entry whose serial are digits of `text`; answers where it ends. */
  const write = (
    start: number,
    text: string,
    from: number,
    to: number,
    seconds: number,
    tail: Uint8Array,
  ): number => {
    const out = scratch;
    // The length of an entry is known behind it; with up to 127 octets it takes one.
    const dated = serialInto(out, start + 2, text, from, to);
    const end = moments.into(out, dated, seconds);
    const length = end - start - 2 + tail.length;
    if (length > 0x7f) {
      const encoded = sequence(out.slice(start + 2, end), tail);
      out.set(encoded, start);
      return start + encoded.length;
    }
    out.set(header(TAG.sequence, length), start);
    out.set(tail, end);
    return end + tail.length;
  };
  const packed = ({ entries, text }: PackedEntries): Uint8Array => {
    const out = room(entries * ROOM + text.length);
    let at = 0;
    for (let from = 0; from < text.length;) {
      const toSerial = text.indexOf(",", from);
      const toTime = text.indexOf(",", toSerial + 1);
      const toReason = text.indexOf(",", toTime + 1);
      const end = text.indexOf(";", toReason);
      const next = end === -1 ? text.length : end;
      const reason = text.slice(toTime + 1, toReason) as CrlReason;
      const tail = extensions(reason, dateOf(text.slice(toReason + 1, next)));
      const seconds = Math.floor(Number(text.slice(toSerial + 1, toTime)) / 1000);
      at = write(at, text, from, toSerial, seconds, tail);
      from = next + 1;
    }
    return out.subarray(0, at);
  };
  const listed = (page: readonly CrlEntry[]): Uint8Array => {
    const longest = page.reduce((most, { serial }) => Math.max(most, serial.length), 0);
    const out = room(page.length * (ROOM + longest));
    let at = 0;
    for (const { serial, revokedAt, reason = "unspecified", invalidityDate: invalid } of page) {
      const seconds = Math.floor(revokedAt.getTime() / 1000);
      at = write(at, serial, 0, serial.length, seconds, extensions(reason, invalid));
    }
    return out.subarray(0, at);
  };
  return (page) => ("text" in page ? packed(page) : listed(page));
};
