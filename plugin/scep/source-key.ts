import { ipOctets, ipText } from "../domain/ip-address.ts";

/**
 * What is counted as one source: an IPv4 address, also one written as IPv6; of other IPv6 addresses the first 64 bits, since every
 * client has that many addresses to choose from; any other text as it is.
 */
export const sourceKey = (source: string): string => {
  if (!source.includes(":")) return source;
  // Zone ids name an interface of ours.
  const octets = ipOctets(source.split("%", 1)[0] ?? "");
  if (octets === undefined) return source;
  const mapped = octets.subarray(0, 10).every((octet) => octet === 0);
  if (mapped && octets[10] === 0xff && octets[11] === 0xff)
    return ipText(octets.subarray(12)) ?? source;
  return ipText(octets.map((octet, index) => (index < 8 ? octet : 0))) ?? source;
};
