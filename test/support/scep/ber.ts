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
