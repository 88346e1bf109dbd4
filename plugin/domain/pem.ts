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

/** DER of the PEM blocks of these labels in a file, in its order; text around them and other blocks are passed over. */
export const pemBlocks = (
  file: Uint8Array,
  ...labels: readonly string[]
): readonly Uint8Array[] => {
  const text = Buffer.from(file).toString("latin1");
  const block = new RegExp(
    `-----BEGIN (${labels.join("|")})-----([A-Za-z0-9+/=\\s]+)-----END \\1-----`,
    "g",
  );
  return [...text.matchAll(block)].map(([, , base64 = ""]) => Buffer.from(base64, "base64"));
};
