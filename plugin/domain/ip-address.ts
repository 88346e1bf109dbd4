/**
 * The octets of an IP address, 4 or 16, as they stand in an iPAddress SAN (RFC 5280 section 4.2.1.6); undefined for
 * anything that is none. No zone ids, no prefix lengths, no leading zeros in IPv4.
 */
export const ipOctets = (text: string): Uint8Array | undefined => {
  const octets = text.includes(":") ? ipv6(text) : ipv4(text);
  return octets === undefined ? undefined : Uint8Array.from(octets);
};

/** The text of 4 or 16 octets, IPv6 as RFC 5952 writes it; undefined for another number of them. */
export const ipText = (octets: Uint8Array): string | undefined => {
  if (octets.length === 4) return octets.join(".");
  if (octets.length !== 16) return undefined;
  const groups = Array.from(
    { length: 8 },
    (_, i) => ((octets[2 * i] ?? 0) << 8) | (octets[2 * i + 1] ?? 0),
  );
  const gap = longestZeroRun(groups);
  const hex = (part: readonly number[]): string => part.map((g) => g.toString(16)).join(":");
  if (gap.length < 2) return hex(groups);
  return `${hex(groups.slice(0, gap.start))}::${hex(groups.slice(gap.start + gap.length))}`;
};

const ipv4 = (text: string): readonly number[] | undefined => {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part))) {
    return undefined;
  }
  const octets = parts.map(Number);
  return octets.every((octet) => octet <= 255) ? octets : undefined;
};

const ipv6 = (text: string): readonly number[] | undefined => {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = groupsOf(halves[0] ?? "", halves.length === 1);
  const tail = halves.length === 2 ? groupsOf(halves[1] ?? "", true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 16 - head.length - tail.length;
  const gapFits = halves.length === 2 ? missing >= 2 : missing === 0;
  return gapFits ? [...head, ...Array<number>(missing).fill(0), ...tail] : undefined;
};

/** Octets of colon-separated groups; the last may be an IPv4 address. */
const groupsOf = (text: string, last: boolean): number[] | undefined => {
  if (text === "") return [];
  const octets: number[] = [];
  const parts = text.split(":");
  for (const [i, part] of parts.entries()) {
    if (/^[0-9A-Fa-f]{1,4}$/.test(part)) {
      const group = Number.parseInt(part, 16);
      octets.push(group >> 8, group & 0xff);
      continue;
    }
    const embedded = last && i === parts.length - 1 ? ipv4(part) : undefined;
    if (embedded === undefined) return undefined;
    octets.push(...embedded);
  }
  return octets.length <= 16 ? octets : undefined;
};

const longestZeroRun = (groups: readonly number[]): { start: number; length: number } => {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start += 1) {
    let end = start;
    while (groups[end] === 0) end += 1;
    if (end - start > best.length) best = { start, length: end - start };
  }
  return best;
};
