import fc from "fast-check";
import { tlv } from "../../plugin/pki/der-write.ts";

/** One change to a message; places are fractions of its length or of the number of its elements. */
export type Mutation =
  | { readonly kind: "set" | "insert"; readonly place: number; readonly octets: Uint8Array }
  | { readonly kind: "cut"; readonly place: number; readonly share: number }
  | {
      readonly kind: "repeat";
      readonly place: number;
      readonly share: number;
      readonly times: number;
    }
  | { readonly kind: "flip"; readonly place: number; readonly bit: number }
  | { readonly kind: "tag"; readonly place: number; readonly tag: number }
  | { readonly kind: "length"; readonly place: number; readonly octets: Uint8Array }
  | { readonly kind: "drop" | "double" | "empty"; readonly place: number }
  | { readonly kind: "move"; readonly place: number; readonly to: number }
  | { readonly kind: "wrap"; readonly place: number; readonly depth: number; readonly tag: number }
  | {
      readonly kind: "fill";
      readonly place: number;
      readonly octet: number;
      readonly length: number;
    };

const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const octets = fc.uint8Array({ minLength: 0, maxLength: 24 });
/** Octets that mean something in BER. */
const telling = fc.constantFrom(
  ...[
    "00",
    "0000",
    "80",
    "ff",
    "3080",
    "0500",
    "3000",
    "3100",
    "a080",
    "2480",
    "1f8501",
    "0600",
  ].map((hex) => Uint8Array.from(Buffer.from(hex, "hex"))),
);
const lengths = fc.constantFrom(
  ...[
    "00",
    "7f",
    "80",
    "8100",
    "81ff",
    "82ffff",
    "84ffffffff",
    "8400000005",
    "88ffffffffffffffff",
    "ff",
  ].map((hex) => Uint8Array.from(Buffer.from(hex, "hex"))),
);
const tags = fc.oneof(
  fc.constantFrom(
    0x02,
    0x03,
    0x04,
    0x05,
    0x06,
    0x0c,
    0x13,
    0x16,
    0x24,
    0x30,
    0x31,
    0x80,
    0xa0,
    0xa1,
  ),
  fc.integer({ min: 0, max: 255 }),
);

export const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ kind: fc.constantFrom("set", "insert"), place, octets: fc.oneof(octets, telling) }),
  fc.record({
    kind: fc.constant("cut"),
    place,
    share: fc.double({ min: 0, max: 0.2, noNaN: true }),
  }),
  fc.record({
    kind: fc.constant("repeat"),
    place,
    share: fc.double({ min: 0, max: 0.1, noNaN: true }),
    times: fc.integer({ min: 2, max: 40 }),
  }),
  fc.record({ kind: fc.constant("flip"), place, bit: fc.integer({ min: 0, max: 7 }) }),
  fc.record({ kind: fc.constant("tag"), place, tag: tags }),
  fc.record({ kind: fc.constant("length"), place, octets: lengths }),
  fc.record({ kind: fc.constantFrom("drop", "double", "empty"), place }),
  fc.record({ kind: fc.constant("move"), place, to: place }),
  fc.record({
    kind: fc.constant("wrap"),
    place,
    depth: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constant(2000)),
    tag: fc.constantFrom(0x30, 0x31, 0xa0, 0x24),
  }),
  fc.record({
    kind: fc.constant("fill"),
    place,
    octet: fc.constantFrom(0x00, 0x05, 0x30, 0x80, 0xff, 0x41),
    length: fc.constantFrom(0, 1, 127, 128, 255, 256, 4096, 30_000),
  }),
);

/** Where an element stands: identifier, contents and end. */
interface Span {
  readonly start: number;
  readonly contents: number;
  readonly end: number;
  readonly parent: Span | undefined;
}

/** Elements of definite length as far as they can be followed; broken parts are left as they are. */
const spansOf = (bytes: Uint8Array): readonly Span[] => {
  const spans: Span[] = [];
  const walk = (from: number, to: number, parent: Span | undefined): void => {
    for (let at = from; at + 2 <= to && spans.length < 5000;) {
      const first = bytes[at + 1] ?? 0;
      const count = first > 0x80 ? first & 0x7f : 0;
      if (first === 0x80 || count > 4 || at + 2 + count > to) return;
      let length = count === 0 ? first : 0;
      for (let i = 0; i < count; i++) length = length * 256 + (bytes[at + 2 + i] ?? 0);
      const contents = at + 2 + count;
      if (contents + length > to) return;
      const span = { start: at, contents, end: contents + length, parent };
      spans.push(span);
      if (((bytes[at] ?? 0) & 0x20) !== 0) walk(contents, span.end, span);
      at = span.end;
    }
  };
  walk(0, bytes.length, undefined);
  return spans;
};

const splice = (bytes: Uint8Array, from: number, to: number, put: Uint8Array): Uint8Array =>
  Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(to)]);

/** Identifier and length of an element, DER. */
const headerOf = (tag: number, length: number): Uint8Array => {
  if (length < 0x80) return new Uint8Array([tag, length]);
  if (length < 0x100) return new Uint8Array([tag, 0x81, length]);
  return length < 0x10000
    ? new Uint8Array([tag, 0x82, length >> 8, length & 0xff])
    : new Uint8Array([tag, 0x83, length >> 16, (length >> 8) & 0xff, length & 0xff]);
};

/** Replaces an element and corrects the lengths of all around it, so that the fault lies deep inside a sound message. */
const replace = (bytes: Uint8Array, span: Span, put: Uint8Array): Uint8Array => {
  // From the inside out, put together at once.
  const before: Uint8Array[] = [];
  const after: Uint8Array[] = [];
  let length = put.length;
  let [from, to] = [span.start, span.end];
  for (let outer = span.parent; outer !== undefined; outer = outer.parent) {
    const ahead = bytes.subarray(outer.contents, from);
    const behind = bytes.subarray(to, outer.end);
    length += ahead.length + behind.length;
    const header = headerOf(bytes[outer.start] ?? 0x30, length);
    length += header.length;
    before.push(ahead, header);
    after.push(behind);
    [from, to] = [outer.start, outer.end];
  }
  return Buffer.concat([
    bytes.subarray(0, from),
    ...before.reverse(),
    put,
    ...after,
    bytes.subarray(to),
  ]);
};

const NOTHING = new Uint8Array(0);
/** The headers are put together at once: element in element, 2000 deep would copy 60 MB. */
const nest = (inner: Uint8Array, depth: number, tag: number): Uint8Array => {
  const headers: Uint8Array[] = [];
  let length = inner.length;
  for (let i = 0; i < depth && length < 60_000; i++) {
    const header = headerOf(tag, length);
    headers.push(header);
    length += header.length;
  }
  return Buffer.concat([...headers.reverse(), inner]);
};

/** The octets after one change. */
export const mutate = (bytes: Uint8Array, change: Mutation): Uint8Array => {
  const at = Math.floor(change.place * bytes.length);
  const spans = spansOf(bytes);
  const span = spans[Math.floor(change.place * spans.length)];
  const element = span === undefined ? NOTHING : bytes.subarray(span.start, span.end);
  switch (change.kind) {
    case "set":
      return splice(bytes, at, Math.min(bytes.length, at + change.octets.length), change.octets);
    case "insert":
      return splice(bytes, at, at, change.octets);
    case "cut":
      return splice(bytes, at, Math.floor(at + change.share * (bytes.length - at)), NOTHING);
    case "repeat": {
      const part = bytes.subarray(at, Math.floor(at + change.share * (bytes.length - at)) + 1);
      return splice(bytes, at, at, Buffer.concat(Array.from({ length: change.times }, () => part)));
    }
    case "flip": {
      const bent = Uint8Array.from(bytes);
      if (bent.length > 0) bent[at] = (bent[at] ?? 0) ^ (1 << change.bit);
      return bent;
    }
    default:
  }
  if (span === undefined) return bytes;
  switch (change.kind) {
    case "tag":
      return splice(bytes, span.start, span.start + 1, new Uint8Array([change.tag]));
    case "length":
      return splice(bytes, span.start + 1, span.contents, change.octets);
    case "drop":
      return replace(bytes, span, NOTHING);
    case "double":
      return replace(bytes, span, Buffer.concat([element, element]));
    case "empty":
      return replace(bytes, span, tlv(bytes[span.start] ?? 0));
    case "wrap":
      return replace(bytes, span, nest(element, change.depth, change.tag));
    case "fill":
      return replace(
        bytes,
        span,
        tlv(bytes[span.start] ?? 0, new Uint8Array(change.length).fill(change.octet)),
      );
    case "move": {
      const other = spans[Math.floor(change.to * spans.length)] ?? span;
      return replace(bytes, span, bytes.subarray(other.start, other.end));
    }
  }
};
