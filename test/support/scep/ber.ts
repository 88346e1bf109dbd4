import type { Element } from "../../../plugin/pki/der-read.ts";
import { tlv } from "../../../plugin/pki/der-write.ts";

const INDEFINITE = new Uint8Array([0x80]);
const END_OF_CONTENTS = new Uint8Array([0, 0]);

/** One constructed element of indefinite length (X.690 section 8.1.3.6). */
export const indefinite = (tag: number, ...parts: readonly Uint8Array[]): Uint8Array =>
  Buffer.concat([new Uint8Array([tag]), INDEFINITE, ...parts, END_OF_CONTENTS]);

/** A constructed OCTET STRING in segments of `size` octets, as BouncyCastle and Apple write long ones. */
export const segmented = (tag: number, contents: Uint8Array, size = 100): Uint8Array => {
  const segments: Uint8Array[] = [];
  for (let at = 0; at < contents.length; at += size)
    segments.push(tlv(0x04, contents.subarray(at, at + size)));
  return indefinite(tag, ...segments);
};

/** `depth` SEQUENCEs inside each other. */
export const nested = (depth: number, form: "definite" | "indefinite"): Uint8Array => {
  if (form === "indefinite")
    return Buffer.concat([
      Buffer.from("3080".repeat(depth), "hex"),
      Buffer.from("0000".repeat(depth), "hex"),
    ]);
  const headers: Buffer[] = [];
  let length = 0;
  for (let i = 0; i < depth; i++) {
    const header =
      length < 0x80
        ? Buffer.from([0x30, length])
        : Buffer.from([0x30, 0x83, length >> 16, (length >> 8) & 0xff, length & 0xff]);
    headers.push(header);
    length += header.length;
  }
  return Buffer.concat(headers.reverse());
};

/**
 * The same in BER throughout: every length indefinite or of four octets, with indefinite ones also every longer OCTET STRING in segments.
 * What `keeps` names stays as it is.
 */
export const inBer = (
  element: Element,
  lengths: "indefinite" | "long",
  keeps: readonly Uint8Array[] = [],
): Uint8Array => {
  const { tag, raw, value, children } = element;
  if (keeps.some((kept) => Buffer.compare(kept, raw) === 0)) return raw;
  const parts =
    (tag & 0x20) === 0 ? [value] : children.map((child) => inBer(child, lengths, keeps));
  if (lengths === "long") {
    const contents = Buffer.concat(parts);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(contents.length);
    return Buffer.concat([new Uint8Array([tag, 0x84]), length, contents]);
  }
  if (tag === 0x04 || tag === 0x80)
    return value.length > 8 ? segmented(tag | 0x20, value, 1 + (value.length >> 1)) : raw;
  return (tag & 0x20) === 0 ? raw : indefinite(tag, ...parts);
};
