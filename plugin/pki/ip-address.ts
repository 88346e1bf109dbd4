const ipv4 = (text: string): number[] | undefined => {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part)))
    return undefined;
  const octets = parts.map(Number);
  return octets.every((octet) => octet < 256) ? octets : undefined;
};

const groups = (text: string): number[] | undefined => {
  if (text === "") return [];
  const octets: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    const embedded = index === parts.length - 1 ? ipv4(part) : undefined;
    if (embedded !== undefined) octets.push(...embedded);
    else if (/^[0-9a-f]{1,4}$/i.test(part))
      octets.push(parseInt(part, 16) >> 8, parseInt(part, 16) & 0xff);
    else return undefined;
  }
  return octets;
};

const ipv6 = (text: string): number[] | undefined => {
  const [head = "", tail, more] = text.split("::");
  const before = groups(head);
  if (before === undefined || more !== undefined) return undefined;
  if (tail === undefined) return before.length === 16 ? before : undefined;
  const after = groups(tail);
  const gap = 16 - before.length - (after?.length ?? 0);
  // An IPv4 part stands at the very end only (RFC 4291 section 2.2).
  if (after === undefined || gap < 2 || head.includes(".")) return undefined;
  return [...before, ...new Array<number>(gap).fill(0), ...after];
};

/** The 4 or 16 octets of an address in text; undefined for anything else (zones, prefixes, leading zeros of IPv4). */
export const ipOctets = (text: string): Uint8Array | undefined => {
  const octets = text.includes(":") ? ipv6(text) : ipv4(text);
  return octets === undefined ? undefined : Uint8Array.from(octets);
};

/** Text of 4 or 16 octets, IPv6 as RFC 5952 writes it; undefined for another length. */
export const ipText = (octets: Uint8Array): string | undefined => {
  if (octets.length === 4) return octets.join(".");
  if (octets.length !== 16) return undefined;
  const hex = Array.from({ length: 8 }, (_, i) =>
    (((octets[2 * i] ?? 0) << 8) | (octets[2 * i + 1] ?? 0)).toString(16),
  ).join(":");
  const runs = hex.match(/(?:^|(?<=:))0(?::0)+(?=:|$)/g) ?? [];
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), "");
  if (longest === "") return hex;
  const at = `:${hex}:`.indexOf(`:${longest}:`);
  return `${hex.slice(0, at).replace(/:$/, "")}::${hex.slice(at + longest.length).replace(/^:/, "")}`;
};
