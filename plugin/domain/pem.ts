/** RFC 7468 text of DER, lines of 64 characters. */
export const toPem = (der: Uint8Array, label: string): string => {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
};

/** DER of one PEM block of any label, or of bare base64; undefined for anything else. */
export const fromPem = (text: string): Uint8Array | undefined => {
  const block = /^\s*-----BEGIN ([A-Z0-9 ]+)-----([^-]+)-----END \1-----\s*$/.exec(text);
  const base64 = (block?.[2] ?? text).replace(/\s/g, "");
  return /^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(base64)
    ? new Uint8Array(Buffer.from(base64, "base64"))
    : undefined;
};
