import { CountersignError } from "../errors.ts";
import { hasForbiddenCharacter } from "./distinguished-name.ts";
import { ipOctets, ipText } from "./ip-address.ts";
import type { SanType, SubjectAltName } from "./san.ts";

/** A DNS name has at most 253 characters, a URI in our certificates at most 2,048. */
const LONGEST_DNS = 253;
const LONGEST_URI = 2048;
const LONGEST_ADDRESS = 320;

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const LOCAL_PART = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}$/;

/**
 * Checks one alternative name and gives the form we store and compare: DNS names and the domain of an address in lower
 * case, IP addresses as RFC 5952 writes them, URIs byte-equal (T-20), UPNs unchanged. A wildcard (`*.example.com`) only
 * where `wildcard` says so. Throws `invalid_input`, which names type and value.
 */
export const normalizeSan = (
  { type, value }: SubjectAltName,
  options: { readonly wildcard?: boolean } = {},
): SubjectAltName => {
  const normal = hasForbiddenCharacter(value)
    ? undefined
    : NORMALIZERS[type](value, options.wildcard === true);
  if (normal === undefined) {
    throw new CountersignError(
      "invalid_input",
      `${JSON.stringify(value.slice(0, 120))} is not a valid ${NAMES[type]}`,
    );
  }
  return { type, value: normal };
};

const NAMES: Record<SanType, string> = {
  rfc822: "e-mail address (RFC 822, ASCII)",
  dns: "DNS name",
  uri: "URI with a scheme",
  upn: "NT principal name (user@domain)",
  ip: "IP address",
};

const dnsName = (value: string, wildcard: boolean): string | undefined => {
  const lower = value.toLowerCase();
  const labels = lower.split(".");
  if (wildcard && labels[0] === "*" && labels.length > 2) labels.shift();
  const valid =
    lower.length <= LONGEST_DNS &&
    labels.every((label) => LABEL.test(label)) &&
    // An address in a dNSName would never match anything (RFC 6125 section 1.7.2).
    ipOctets(lower) === undefined;
  return valid ? lower : undefined;
};

const mailAddress = (value: string): string | undefined => {
  const at = value.lastIndexOf("@");
  const local = value.slice(0, Math.max(at, 0));
  const domain = dnsName(value.slice(at + 1), false);
  const dotsStandBetween = !/^\.|\.\.|\.$/.test(local);
  return LOCAL_PART.test(local) && dotsStandBetween && domain !== undefined
    ? `${local}@${domain}`
    : undefined;
};

const uri = (value: string): string | undefined =>
  value.length <= LONGEST_URI &&
  /^[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]+$/.test(value) &&
  !/[<>"\\^`{|}]/.test(value)
    ? value
    : undefined;

const principalName = (value: string): string | undefined =>
  value.length <= LONGEST_ADDRESS && /^[^\s@]+@[^\s@]+$/u.test(value) ? value : undefined;

const ipAddress = (value: string): string | undefined => {
  const octets = ipOctets(value);
  return octets === undefined ? undefined : ipText(octets);
};

const NORMALIZERS: Record<SanType, (value: string, wildcard: boolean) => string | undefined> = {
  rfc822: mailAddress,
  dns: dnsName,
  uri,
  upn: principalName,
  ip: ipAddress,
};
