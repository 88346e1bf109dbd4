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

/** The code of a reason in CRLs and OCSP answers. */
export const reasonNumber = (reason: CrlReason): number =>
  reason === "removeFromCRL" ? 8 : REVOCATION_REASONS[reason];

/** More than any entry needs beside its serial. */
const ROOM = 96;
/** Serials of 1 to 16 octets are written straight into the page. */
const SHORT = 32;

/** RFC 5280 section 5.3.1: better absent than unspecified. */
const extensionsOf = ({
  reason = "unspecified",
  invalidityDate: invalid,
}: CrlEntry): Uint8Array => {
  const list: Extension[] = [
    ...(reason === "unspecified" ? [] : [reasonCode(reasonNumber(reason))]),
    ...(invalid === undefined ? [] : [invalidityDate(invalid)]),
  ];
  return list.length === 0 ? new Uint8Array(0) : encodeExtensions(list);
};

/**
 * Writes pages of entries; what it answers is a view that holds until the next page: a million entries are a second's work, and what is the same in many of them (second of revocation,
 * extensions) is encoded once.
 */
export const crlEntryWriter = (): ((page: readonly CrlEntry[]) => Uint8Array) => {
  const ofReason = new Map<CrlReason, Uint8Array>();
  let scratch = Buffer.alloc(0);
  let second = NaN;
  let timeOfSecond: Uint8Array = new Uint8Array(0);

  const extensions = (entry: CrlEntry): Uint8Array => {
    if (entry.invalidityDate !== undefined) return extensionsOf(entry);
    const reason = entry.reason ?? "unspecified";
    const known = ofReason.get(reason) ?? extensionsOf(entry);
    ofReason.set(reason, known);
    return known;
  };
  const timeOf = (date: Date): Uint8Array => {
    const at = Math.floor(date.getTime() / 1000);
    if (at !== second) {
      second = at;
      timeOfSecond = time(date);
    }
    return timeOfSecond;
  };
  const serialInto = (out: Buffer, at: number, serial: string): number => {
    if (serial.length > SHORT || serial.length % 2 === 1 || serial.startsWith("00")) {
      const encoded = integerFromHex(serial);
      out.set(encoded, at);
      return at + encoded.length;
    }
    const length = serial.length / 2;
    // A first bit of 1 would make it negative.
    const pad = serial.charCodeAt(0) >= 0x38 ? 1 : 0;
    out[at] = TAG.integer;
    out[at + 1] = length + pad;
    out[at + 2] = 0;
    out.write(serial, at + 2 + pad, "hex");
    return at + 2 + pad + length;
  };

  return (page) => {
    const longest = page.reduce((most, { serial }) => Math.max(most, serial.length), 0);
    const needed = page.length * (ROOM + longest);
    if (scratch.length < needed) scratch = Buffer.allocUnsafe(needed);
    const out = scratch;
    let at = 0;
    for (const entry of page) {
      const date = timeOf(entry.revokedAt);
      const tail = extensions(entry);
      // The length of an entry is known behind it; with up to 127 octets it takes one.
      const start = at;
      const end = serialInto(out, start + 2, entry.serial);
      const length = end - start - 2 + date.length + tail.length;
      if (length > 0x7f) {
        const encoded = sequence(out.subarray(start + 2, end), date, tail);
        out.set(encoded, start);
        at = start + encoded.length;
        continue;
      }
      out.set(header(TAG.sequence, length), start);
      out.set(date, end);
      out.set(tail, end + date.length);
      at = start + 2 + length;
    }
    return out.subarray(0, at);
  };
};
