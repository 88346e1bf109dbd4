/** One INTEGER, DER, of an unsigned big-endian number. */
const integer = (number: Uint8Array): Buffer => {
  let from = 0;
  while (from < number.length - 1 && number[from] === 0) from += 1;
  const digits = number.subarray(from);
  const sign = (digits[0] ?? 0) >= 0x80 ? [0] : [];
  return Buffer.from([0x02, digits.length + sign.length, ...sign, ...digits]);
};

/** A token's signature, r and s of the same length one after the other, as DER SEQUENCE {r, s} (RFC 5480 appendix A). */
export const derOfRawSignature = (raw: Uint8Array): Uint8Array => {
  const half = raw.length / 2;
  const body = Buffer.concat([integer(raw.subarray(0, half)), integer(raw.subarray(half))]);
  const length = body.length < 0x80 ? [body.length] : [0x81, body.length];
  return Buffer.from([0x30, ...length, ...body]);
};
