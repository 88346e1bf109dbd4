import { CountersignError } from "../errors.ts";

/** Universal tag numbers with their constructed bit, as identifier octets (X.690 section 8.1.2). */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8: 0x0c,
  printable: 0x13,
  t61: 0x14,
  ia5: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  visible: 0x1a,
  universal: 0x1c,
  bmp: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

export interface Limits {
  readonly bytes: number;
  readonly depth: number;
  readonly nodes: number;
}

/** scep.md case 53: far above any honest message, far below what hurts. */
export const LIMITS: Limits = { bytes: 128 * 1024, depth: 32, nodes: 4000 };

/** One TLV. `raw` and `value` are views of the input; `children` is empty for a primitive. */
export interface Element {
  readonly tag: number;
  /** Identifier, length and contents, as received. */
  readonly raw: Uint8Array;
  /** Contents, as received. */
  readonly value: Uint8Array;
  readonly children: readonly Element[];
}

const fault = (what: string): CountersignError =>
  new CountersignError("bad_message", `not valid ASN.1: ${what}`);

/** Views are made when they are asked for: most elements are only walked over. */
class Part implements Element {
  constructor(
    readonly tag: number,
    private readonly bytes: Uint8Array,
    private readonly start: number,
    private readonly valueStart: number,
    private readonly valueEnd: number,
    private readonly end: number,
    readonly children: readonly Element[],
  ) {}
  get raw(): Uint8Array {
    return this.bytes.subarray(this.start, this.end);
  }
  get value(): Uint8Array {
    return this.bytes.subarray(this.valueStart, this.valueEnd);
  }
}
const NO_CHILDREN: readonly Element[] = [];

/**
 * A reader of DER, or of BER as SCEP clients write it (indefinite lengths, constructed strings; RFC 5652 section 1 allows both).
 * High tag numbers never occur in our formats and are refused. One pass, with limits on bytes, depth and nodes.
 */
class Reader {
  private nodes = 0;
  private at = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly ber: boolean,
    private readonly limits: Limits,
  ) {
    if (bytes.length > limits.bytes) throw fault("too long");
  }

  whole(): Element {
    const element = this.element(this.bytes.length, 0);
    if (this.at !== this.bytes.length) throw fault("trailing bytes");
    return element;
  }

  private element(end: number, depth: number): Element {
    if (depth > this.limits.depth) throw fault("nested too deep");
    if (++this.nodes > this.limits.nodes) throw fault("too many elements");
    const start = this.at;
    if (start + 2 > end) throw fault("truncated");
    const tag = this.bytes[start] ?? 0;
    if ((tag & 0x1f) === 0x1f) throw fault("high tag number");
    this.at = start + 1;
    const length = this.length(end);
    const constructed = (tag & 0x20) !== 0;
    if (length === undefined && !constructed) throw fault("indefinite length of a primitive");
    const contentStart = this.at;
    const contentEnd = length === undefined ? end : contentStart + length;
    if (contentEnd > end) throw fault("length beyond the end");
    if (!constructed) {
      this.at = contentEnd;
      return new Part(tag, this.bytes, start, contentStart, contentEnd, contentEnd, NO_CHILDREN);
    }
    const children: Element[] = [];
    let valueEnd = contentEnd;
    if (length === undefined) {
      while (!this.endOfContents(end)) children.push(this.element(end, depth + 1));
      valueEnd = this.at - 2;
    } else {
      while (this.at < contentEnd) children.push(this.element(contentEnd, depth + 1));
    }
    return new Part(tag, this.bytes, start, contentStart, valueEnd, this.at, children);
  }

  private endOfContents(end: number): boolean {
    if (this.at + 2 > end) throw fault("unterminated indefinite length");
    if (this.bytes[this.at] !== 0 || this.bytes[this.at + 1] !== 0) return false;
    this.at += 2;
    return true;
  }

  /** Undefined: indefinite. */
  private length(end: number): number | undefined {
    const first = this.bytes[this.at++] ?? 0;
    if (first < 0x80) return first;
    if (first === 0x80) {
      if (!this.ber) throw fault("indefinite length in DER");
      return undefined;
    }
    const count = first & 0x7f;
    if (count > 4 || this.at + count > end) throw fault("length of the length");
    let length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + (this.bytes[this.at++] ?? 0);
    if (!this.ber && (length < 0x80 || length < 2 ** (8 * (count - 1))))
      throw fault("length not minimal");
    return length;
  }
}

/** Exactly one DER element. Throws `bad_message`. */
export const readDer = (bytes: Uint8Array, limits: Limits = LIMITS): Element =>
  new Reader(bytes, false, limits).whole();

/** Exactly one BER element. Throws `bad_message`. */
export const readBer = (bytes: Uint8Array, limits: Limits = LIMITS): Element =>
  new Reader(bytes, true, limits).whole();

/** Throws `bad_message` unless the element is there and has this tag. */
export const expect = (element: Element | undefined, tag: number, what: string): Element => {
  if (element?.tag !== tag) throw fault(`${what} expected`);
  return element;
};

/** Child `index` with this tag. */
export const child = (parent: Element, index: number, tag: number, what: string): Element =>
  expect(parent.children[index], tag, what);

/** The children of a SEQUENCE or SET; throws `bad_message` for anything else. */
export const members = (
  element: Element | undefined,
  tag: number,
  what: string,
): readonly Element[] => expect(element, tag, what).children;

/** Contents of an OCTET STRING (or an implicitly tagged one), segments of a constructed BER string joined (X.690 section 8.7.3). */
export const octets = (element: Element): Uint8Array => {
  if ((element.tag & 0x20) === 0) return element.value;
  const parts: Uint8Array[] = [];
  const collect = (node: Element): void => {
    for (const part of node.children) {
      if (part.tag === TAG.octetString) parts.push(part.value);
      else if (part.tag === (TAG.octetString | 0x20)) collect(part);
      else throw fault("segment of an octet string");
    }
  };
  collect(element);
  return Buffer.concat(parts);
};

/** Contents of a BIT STRING without unused bits. */
export const bits = (element: Element | undefined, what: string): Uint8Array => {
  const { value } = expect(element, TAG.bitString, what);
  if (value[0] !== 0) throw fault(`${what} with unused bits`);
  return value.subarray(1);
};

/** A small non-negative INTEGER or ENUMERATED. */
export const smallInteger = (element: Element | undefined, what: string): number => {
  if (element === undefined || (element.tag !== TAG.integer && element.tag !== TAG.enumerated))
    throw fault(`${what} expected`);
  const { value } = element;
  if (value.length === 0 || value.length > 4 || (value[0] ?? 0) >= 0x80)
    throw fault(`${what} out of range`);
  return value.reduce((sum, byte) => sum * 256 + byte, 0);
};

/** Contents octets of an INTEGER as lower-case hex without leading zero octets: how serial numbers are kept. */
export const integerHex = (element: Element): string => {
  let start = 0;
  while (start < element.value.length - 1 && element.value[start] === 0) start++;
  return Buffer.from(element.value.subarray(start)).toString("hex");
};

const oidTexts = new Map<string, string>();

/** Dotted text of an OBJECT IDENTIFIER; at most 64 octets. */
export const oidOf = (element: Element | undefined, what = "object identifier"): string => {
  const { value } = expect(element, TAG.oid, what);
  if (value.length === 0 || value.length > 64 || (value[value.length - 1] ?? 0) >= 0x80)
    throw fault(what);
  const key = Buffer.from(value.buffer, value.byteOffset, value.length).toString("latin1");
  const known = oidTexts.get(key);
  if (known !== undefined) return known;
  const arcs: bigint[] = [];
  let arc = 0n;
  for (const byte of value) {
    if (arc === 0n && byte === 0x80) throw fault(`${what} not minimal`);
    arc = (arc << 7n) | BigInt(byte & 0x7f);
    if (byte < 0x80) {
      arcs.push(arc);
      arc = 0n;
    }
  }
  const first = arcs.shift() ?? 0n;
  const top = first < 40n ? 0n : first < 80n ? 1n : 2n;
  const text = [top, first - top * 40n, ...arcs].join(".");
  if (oidTexts.size < 1000) oidTexts.set(key, text);
  return text;
};

// One for all: making one costs more than most texts take.
const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const wellFormed = (text: string): string | undefined => (/\p{Cs}/u.test(text) ? undefined : text);

/** Four octets a character (X.690 section 8.23.7). */
const universalText = (bytes: Buffer): string | undefined => {
  if (bytes.length % 4 !== 0) return undefined;
  const points = Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readUInt32BE(4 * at));
  return points.every((point) => point <= 0x10ffff)
    ? wellFormed(points.map((point) => String.fromCodePoint(point)).join(""))
    : undefined;
};

/** Text of any character string type that names and attributes use. Undefined for another tag or for broken text. */
export const textOf = (element: Element): string | undefined => {
  const bytes = Buffer.from(element.value.buffer, element.value.byteOffset, element.value.length);
  switch (element.tag) {
    case TAG.utf8: {
      try {
        return strictUtf8.decode(bytes);
      } catch {
        return undefined;
      }
    }
    case TAG.printable:
    case TAG.ia5:
    case TAG.visible:
      return bytes.every((byte) => byte < 0x80) ? bytes.toString("latin1") : undefined;
    case TAG.t61:
      return bytes.toString("latin1");
    case TAG.bmp:
      return bytes.length % 2 === 0
        ? wellFormed(Buffer.from(bytes).swap16().toString("utf16le"))
        : undefined;
    case TAG.universal:
      return universalText(bytes);
    default:
      return undefined;
  }
};

/** UTCTime or GeneralizedTime in the forms of RFC 5280 section 4.1.2.5; undefined for any other. */
export const timeOf = (element: Element): Date | undefined => {
  const text = Buffer.from(element.value).toString("latin1");
  const match = /^(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/.exec(text);
  if (match === null || (element.tag !== TAG.utcTime && element.tag !== TAG.generalizedTime))
    return undefined;
  const short = element.tag === TAG.utcTime;
  if ((match[1]?.length === 2) !== short) return undefined;
  const year = Number(match[1]) + (short ? (Number(match[1]) < 50 ? 2000 : 1900) : 0);
  const [month, day, hour, minute, second] = match.slice(2).map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ];
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  // Date.UTC takes the years 0 to 99 for 1900 to 1999.
  const exact = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1;
  return exact && date.getUTCDate() === day ? date : undefined;
};
