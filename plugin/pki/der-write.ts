import { CountersignError } from "../errors.ts";
import { octets, TAG, type Element } from "./der-read.ts";

const headerSize = (length: number): number =>
  length < 0x80 ? 2 : length < 0x100 ? 3 : length < 0x10000 ? 4 : length < 0x1000000 ? 5 : 6;

const writeHeader = (out: Buffer, tag: number, length: number, size: number): void => {
  out[0] = tag;
  if (size === 2) {
    out[1] = length;
  } else {
    out[1] = 0x80 | (size - 2);
    out.writeUIntBE(length, 2, size - 2);
  }
};

/** Identifier and length octets alone, for contents that are written in parts. */
export const header = (tag: number, length: number): Uint8Array => {
  const size = headerSize(length);
  const out = Buffer.allocUnsafe(size);
  writeHeader(out, tag, length, size);
  return out;
};

/** One TLV around the joined parts. */
export const tlv = (tag: number, ...parts: readonly Uint8Array[]): Uint8Array => {
  let length = 0;
  for (const part of parts) length += part.length;
  let at = headerSize(length);
  const out = Buffer.allocUnsafe(at + length);
  writeHeader(out, tag, length, at);
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
};

export const sequence = (...parts: readonly Uint8Array[]): Uint8Array =>
  tlv(TAG.sequence, ...parts);
/** SET OF in DER order (X.690 section 11.6). */
export const setOf = (...parts: readonly Uint8Array[]): Uint8Array =>
  tlv(TAG.set, ...(parts.length < 2 ? parts : [...parts].sort((a, b) => Buffer.compare(a, b))));
/** [n] constructed: an explicit tag, or an implicit one on a constructed type. */
export const context = (n: number, ...parts: readonly Uint8Array[]): Uint8Array =>
  tlv(0xa0 | n, ...parts);
/** [n] IMPLICIT on a primitive type. */
export const contextPrimitive = (n: number, contents: Uint8Array): Uint8Array =>
  tlv(0x80 | n, contents);

export const octetString = (...contents: readonly Uint8Array[]): Uint8Array =>
  tlv(TAG.octetString, ...contents);

/** What was read as BER, in DER: shortest lengths, OCTET STRINGs in one piece, SETs in order. Other constructed strings stay so. */
export const derOf = (element: Element): Uint8Array => {
  const { tag, value, children } = element;
  if ((tag & 0x20) === 0) return tlv(tag, value);
  if (tag === (TAG.octetString | 0x20)) return octetString(octets(element));
  const parts = children.map(derOf);
  return tag === TAG.set ? setOf(...parts) : tlv(tag, ...parts);
};
const noUnusedBits = new Uint8Array([0]);
export const bitString = (contents: Uint8Array): Uint8Array =>
  tlv(TAG.bitString, noUnusedBits, contents);
/** A named bit list, trailing zero bits removed (X.690 section 11.2.2). */
export const bitFlags = (set: readonly number[]): Uint8Array => {
  const highest = Math.max(-1, ...set);
  if (highest < 0) return tlv(TAG.bitString, noUnusedBits);
  const bytes = new Uint8Array(Math.floor(highest / 8) + 1);
  for (const bit of set) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  return tlv(TAG.bitString, new Uint8Array([7 - (highest & 7)]), bytes);
};

/** A non-negative INTEGER from big-endian octets. */
export const integerOf = (magnitude: Uint8Array): Uint8Array => {
  let start = 0;
  while (start < magnitude.length - 1 && magnitude[start] === 0) start++;
  const body = magnitude.subarray(start);
  if (body.length === 0) return tlv(TAG.integer, noUnusedBits);
  return (body[0] ?? 0) >= 0x80 ? tlv(TAG.integer, noUnusedBits, body) : tlv(TAG.integer, body);
};
export const integerFromHex = (hex: string): Uint8Array =>
  integerOf(Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex"));
export const integer = (value: number | bigint): Uint8Array => integerFromHex(value.toString(16));
export const enumerated = (value: number): Uint8Array =>
  tlv(TAG.enumerated, new Uint8Array([value]));

const base128 = (arc: bigint): number[] => {
  const septets = [Number(arc & 0x7fn)];
  for (let rest = arc >> 7n; rest > 0n; rest >>= 7n) septets.unshift(Number(rest & 0x7fn) | 0x80);
  return septets;
};
const oidBytes = new Map<string, Uint8Array>();
/** Whether the text is a dotted object identifier. */
export const isOid = (text: string): boolean =>
  /^(?:[01]\.[1-3]?\d|2\.(?:0|[1-9]\d*))(?:\.(?:0|[1-9]\d*))*$/.test(text) && text.length <= 128;
/** OBJECT IDENTIFIER from dotted text. Throws `invalid_input` for other text. */
export const oid = (dotted: string): Uint8Array => {
  const known = oidBytes.get(dotted);
  if (known !== undefined) return known;
  if (!isOid(dotted))
    throw new CountersignError(
      "invalid_input",
      `${JSON.stringify(dotted)} is no object identifier`,
    );
  const [first = 0n, second = 0n, ...rest] = dotted.split(".").map(BigInt);
  const encoded = tlv(TAG.oid, Uint8Array.from([first * 40n + second, ...rest].flatMap(base128)));
  if (oidBytes.size < 1000) oidBytes.set(dotted, encoded);
  return encoded;
};

export const boolean = (value: boolean): Uint8Array =>
  tlv(TAG.boolean, new Uint8Array([value ? 0xff : 0]));
export const NULL: Uint8Array = new Uint8Array([0x05, 0x00]);
export const utf8String = (text: string): Uint8Array => tlv(TAG.utf8, Buffer.from(text, "utf8"));
export const printableString = (text: string): Uint8Array =>
  tlv(TAG.printable, Buffer.from(text, "latin1"));
export const ia5String = (text: string): Uint8Array => tlv(TAG.ia5, Buffer.from(text, "latin1"));

const digits = (value: number, width: number): string => value.toString().padStart(width, "0");
const stamp = (date: Date): string =>
  digits(date.getUTCMonth() + 1, 2) +
  digits(date.getUTCDate(), 2) +
  digits(date.getUTCHours(), 2) +
  digits(date.getUTCMinutes(), 2) +
  digits(date.getUTCSeconds(), 2) +
  "Z";
export const generalizedTime = (date: Date): Uint8Array =>
  tlv(TAG.generalizedTime, Buffer.from(digits(date.getUTCFullYear(), 4) + stamp(date), "latin1"));
/** UTCTime through 2049, GeneralizedTime after (RFC 5280 section 4.1.2.5). */
export const time = (date: Date): Uint8Array =>
  date.getUTCFullYear() >= 1950 && date.getUTCFullYear() < 2050
    ? tlv(TAG.utcTime, Buffer.from(digits(date.getUTCFullYear() % 100, 2) + stamp(date), "latin1"))
    : generalizedTime(date);
