import type { SubjectAltName } from "../domain/san.ts";
import { KEY_USAGES, type CertificatePolicy, type KeyUsage } from "../domain/template.ts";
import { CountersignError } from "../errors.ts";
import {
  expect,
  members,
  octets,
  oidOf,
  readDer,
  smallInteger,
  TAG,
  textOf,
  type Element,
} from "./der-read.ts";
import type { BasicConstraints, Extension } from "./extensions.ts";
import { decodeGeneralName, urisOf } from "./general-name.ts";
import { OID } from "./oids.ts";

const fault = (what: string): CountersignError =>
  new CountersignError("bad_message", `not valid ASN.1: ${what}`);

const booleanOf = (element: Element): boolean => {
  const octet = element.value[0];
  if (element.tag !== TAG.boolean || element.value.length !== 1 || (octet !== 0 && octet !== 0xff))
    throw fault("boolean");
  return octet === 0xff;
};

/** SEQUENCE OF Extension; an explicit `critical FALSE`, as old encoders write it, is read as such. Throws `bad_message`. */
export const readExtensions = (element: Element | undefined): readonly Extension[] =>
  members(element, TAG.sequence, "extensions").map((item) => {
    const parts = members(item, TAG.sequence, "extension");
    const [type, second, third] = parts;
    if (parts.length < 2 || parts.length > 3 || second === undefined) throw fault("extension");
    const value = expect(third ?? second, TAG.octetString, "extension value");
    return {
      oid: oidOf(type, "extension type"),
      critical: third === undefined ? false : booleanOf(second),
      value: octets(value),
    };
  });

/** The OID that stands twice in the list; undefined when none does. */
export const duplicateExtension = (extensions: readonly Extension[]): string | undefined =>
  extensions.find(({ oid }, index) => extensions.findIndex((other) => other.oid === oid) < index)
    ?.oid;

/** Reader of extension values by type; every method answers undefined where the extension is absent and throws `bad_message` where it is broken. */
export class ExtensionReader {
  /** Values that were read once; the lint asks for the same ones in many rules. */
  private readonly values = new Map<string, Element>();

  constructor(readonly extensions: readonly Extension[]) {}

  /** The first extension of this type. */
  find(type: string): Extension | undefined {
    return this.extensions.find(({ oid }) => oid === type);
  }

  private value(type: string): Element | undefined {
    const known = this.values.get(type);
    if (known !== undefined) return known;
    const found = this.find(type);
    if (found === undefined) return undefined;
    const element = readDer(found.value);
    this.values.set(type, element);
    return element;
  }

  get basicConstraints(): BasicConstraints | undefined {
    const element = this.value(OID.basicConstraints);
    if (element === undefined) return undefined;
    const parts = [...members(element, TAG.sequence, "basic constraints")];
    const cA = parts[0]?.tag === TAG.boolean ? booleanOf(parts[0]) : undefined;
    if (cA !== undefined) parts.shift();
    const pathLen = parts[0] === undefined ? undefined : smallInteger(parts[0], "path length");
    if (parts.length > 1) throw fault("basic constraints");
    return { cA: cA ?? false, ...(pathLen === undefined ? {} : { pathLen }) };
  }

  /** Bits that have no name in our domain (encipherOnly, decipherOnly) are left out. */
  get keyUsages(): readonly KeyUsage[] | undefined {
    const element = this.value(OID.keyUsage);
    if (element === undefined) return undefined;
    const { value } = expect(element, TAG.bitString, "key usage");
    if (value.length < 1 || value.length > 3 || (value[0] ?? 0) > 7) throw fault("key usage");
    return KEY_USAGES.filter(
      (_, bit) => ((value[1 + (bit >> 3)] ?? 0) & (0x80 >> (bit & 7))) !== 0,
    );
  }

  /** OIDs. */
  get extendedKeyUsages(): readonly string[] | undefined {
    const element = this.value(OID.extKeyUsage);
    if (element === undefined) return undefined;
    return members(element, TAG.sequence, "extended key usage").map((item) => oidOf(item));
  }

  /** Each name; undefined stands for a kind that we do not issue. */
  get subjectAltNames(): readonly (SubjectAltName | undefined)[] | undefined {
    const element = this.value(OID.subjectAltName);
    if (element === undefined) return undefined;
    return members(element, TAG.sequence, "subject alternative name").map(decodeGeneralName);
  }

  /** The names of the kinds that we issue; empty where there are none. */
  get sans(): readonly SubjectAltName[] {
    return (this.subjectAltNames ?? []).filter((name) => name !== undefined);
  }

  /** Hex. */
  get subjectKeyIdentifier(): string | undefined {
    const element = this.value(OID.subjectKeyIdentifier);
    if (element === undefined) return undefined;
    return hex(expect(element, TAG.octetString, "subject key identifier"));
  }

  /** Hex; undefined also where the extension names issuer and serial only. */
  get authorityKeyIdentifier(): string | undefined {
    const element = this.value(OID.authorityKeyIdentifier);
    if (element === undefined) return undefined;
    const keyId = members(element, TAG.sequence, "authority key identifier").find(
      ({ tag }) => tag === 0x80,
    );
    return keyId === undefined ? undefined : hex(keyId);
  }

  get crlUrls(): readonly string[] | undefined {
    const element = this.value(OID.crlDistributionPoints);
    if (element === undefined) return undefined;
    return members(element, TAG.sequence, "CRL distribution points").flatMap((point) => {
      const name = members(point, TAG.sequence, "distribution point").find(
        ({ tag }) => tag === 0xa0,
      );
      return urisOf(name?.children.find(({ tag }) => tag === 0xa0)?.children ?? []);
    });
  }

  get ocspUrls(): readonly string[] | undefined {
    return this.accessUrls(OID.ocsp);
  }

  get caIssuersUrls(): readonly string[] | undefined {
    return this.accessUrls(OID.caIssuers);
  }

  get policies(): readonly CertificatePolicy[] | undefined {
    const element = this.value(OID.certificatePolicies);
    if (element === undefined) return undefined;
    return members(element, TAG.sequence, "certificate policies").map((policy) => {
      const [type, qualifiers] = members(policy, TAG.sequence, "certificate policy");
      const cps = qualifiers?.children.find(
        ({ children: [kind] }) => kind?.tag === TAG.oid && oidOf(kind) === OID.cps,
      )?.children[1];
      const address = cps === undefined ? undefined : textOf(cps);
      return { oid: oidOf(type), ...(address === undefined ? {} : { cps: address }) };
    });
  }

  private accessUrls(method: string): readonly string[] | undefined {
    const element = this.value(OID.authorityInfoAccess);
    if (element === undefined) return undefined;
    return members(element, TAG.sequence, "authority information access").flatMap((access) => {
      const [type, location] = members(access, TAG.sequence, "access description");
      return location !== undefined && oidOf(type) === method ? urisOf([location]) : [];
    });
  }
}

const hex = (element: Element): string => Buffer.from(element.value).toString("hex");
