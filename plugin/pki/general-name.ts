import type { SubjectAltName } from "../domain/san.ts";
import { CountersignError } from "../errors.ts";
import { oidOf, textOf, type Element } from "./der-read.ts";
import { context, contextPrimitive, oid, utf8String } from "./der-write.ts";
import { ipOctets, ipText } from "../domain/ip-address.ts";
import { isAscii } from "../domain/name-values.ts";
import { isUnicode } from "./name.ts";
import { OID } from "./oids.ts";

/** Tags of the choices of GeneralName that we write (RFC 5280 section 4.2.1.6). */
const OTHER_NAME = 0;
const RFC822 = 1;
const DNS = 2;
const URI = 6;
const IP = 7;

const refuse = ({ type, value }: SubjectAltName): CountersignError =>
  new CountersignError("invalid_input", `${JSON.stringify(value)} cannot be a ${type} name`);

/** GeneralName with a URI, DER; the bytes of the text as they are. Throws `invalid_input` for one that is empty or not ASCII. */
export const encodeUri = (value: string): Uint8Array => encodeGeneralName({ type: "uri", value });

/** GeneralName, DER. Throws `invalid_input` for a value that its type cannot hold; whether it makes sense is the lint's matter. */
export const encodeGeneralName = (name: SubjectAltName): Uint8Array => {
  const { type, value } = name;
  if (type === "ip") {
    const octets = ipOctets(value);
    if (octets === undefined) throw refuse(name);
    return contextPrimitive(IP, octets);
  }
  if (value === "" || !isUnicode(value)) throw refuse(name);
  if (type === "upn") return context(OTHER_NAME, oid(OID.upn), context(0, utf8String(value)));
  if (!isAscii(value)) throw refuse(name);
  const tag = { rfc822: RFC822, dns: DNS, uri: URI }[type];
  return contextPrimitive(tag, Buffer.from(value, "latin1"));
};

const decodeOtherName = (element: Element): SubjectAltName | undefined => {
  const [type, wrapped, ...rest] = element.children;
  if (wrapped?.tag !== (0xa0 | 0) || rest.length > 0 || wrapped.children.length !== 1)
    throw new CountersignError("bad_message", "not valid ASN.1: other name");
  if (oidOf(type, "other name") !== OID.upn) return undefined;
  const text = wrapped.children[0];
  const value = text === undefined ? undefined : textOf(text);
  return value === undefined ? undefined : { type: "upn", value };
};

const TEXT_TYPES = new Map([
  [0x80 | RFC822, "rfc822" as const],
  [0x80 | DNS, "dns" as const],
  [0x80 | URI, "uri" as const],
]);

/**
 * A GeneralName as text. Undefined for the kinds that we never issue (directoryName, registeredID, other otherNames) and for text that is
 * not ASCII. Throws `bad_message` for what is no GeneralName.
 */
export const decodeGeneralName = (element: Element): SubjectAltName | undefined => {
  const { tag, value } = element;
  const type = TEXT_TYPES.get(tag);
  if (type !== undefined) {
    const text = Buffer.from(value).toString("latin1");
    return isAscii(text) ? { type, value: text } : undefined;
  }
  if (tag === (0x80 | IP)) {
    const text = ipText(value);
    return text === undefined ? undefined : { type: "ip", value: text };
  }
  if (tag === (0xa0 | OTHER_NAME)) return decodeOtherName(element);
  if ((tag & 0xc0) !== 0x80 || (tag & 0x1f) > 8)
    throw new CountersignError("bad_message", "not valid ASN.1: general name");
  return undefined;
};

/** The URIs among the names of a SEQUENCE-like element; other kinds are left out. */
export const urisOf = (names: readonly Element[]): readonly string[] =>
  names
    .map(decodeGeneralName)
    .filter((name) => name?.type === "uri")
    .map((name) => name?.value ?? "");
