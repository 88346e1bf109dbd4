import type { SubjectAltName } from "../domain/san.ts";
import { KEY_USAGES, type CertificatePolicy, type KeyUsage } from "../domain/template.ts";
import { CountersignError } from "../errors.ts";
import {
  bitFlags,
  boolean,
  context,
  contextPrimitive,
  enumerated,
  generalizedTime,
  ia5String,
  integer,
  NULL,
  octetString,
  oid,
  sequence,
} from "./der-write.ts";
import { encodeGeneralName, encodeUri } from "./general-name.ts";
import { isAscii } from "../domain/name-values.ts";
import { OID } from "./oids.ts";

/** An extension of a certificate, request, CRL or OCSP message; `value` is the DER inside its OCTET STRING. */
export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Uint8Array;
}

export interface BasicConstraints {
  readonly cA: boolean;
  readonly pathLen?: number;
}

/** What a certificate says beside its basic fields. Key identifiers are not here: they follow from the keys. */
export interface CertificateExtensions {
  readonly basicConstraints: BasicConstraints;
  readonly keyUsages: readonly KeyUsage[];
  /** OIDs. */
  readonly extendedKeyUsages?: readonly string[];
  readonly sans?: readonly SubjectAltName[];
  /** Addresses of the CRL: one distribution point. */
  readonly crlUrls?: readonly string[];
  readonly ocspUrls?: readonly string[];
  readonly caIssuersUrls?: readonly string[];
  readonly policies?: readonly CertificatePolicy[];
  readonly ocspNoCheck?: boolean;
  /** Extensions taken over from a request as they are (requirements.md T-12). */
  readonly other?: readonly Extension[];
}

const extension = (type: string, value: Uint8Array, critical = false): Extension => ({
  oid: type,
  critical,
  value,
});

/** Extension, DER; `critical` only where TRUE, since FALSE is its default. */
export const encodeExtension = ({ oid: type, critical, value }: Extension): Uint8Array =>
  critical
    ? sequence(oid(type), boolean(true), octetString(value))
    : sequence(oid(type), octetString(value));

/** Extensions: SEQUENCE OF Extension, DER, in the order given. */
export const encodeExtensions = (extensions: readonly Extension[]): Uint8Array =>
  sequence(...extensions.map(encodeExtension));

/** RFC 5280 section 4.2.1.2; key identifiers are hex. */
export const subjectKeyIdentifier = (keyId: string): Extension =>
  extension(OID.subjectKeyIdentifier, octetString(Buffer.from(keyId, "hex")));

/** RFC 5280 section 4.2.1.1, key identifier only. */
export const authorityKeyIdentifier = (keyId: string): Extension =>
  extension(OID.authorityKeyIdentifier, sequence(contextPrimitive(0, Buffer.from(keyId, "hex"))));

/** RFC 5280 section 4.2.1.9, critical. */
export const basicConstraints = ({ cA, pathLen }: BasicConstraints): Extension =>
  extension(
    OID.basicConstraints,
    sequence(...(cA ? [boolean(true)] : []), ...(pathLen === undefined ? [] : [integer(pathLen)])),
    true,
  );

/** RFC 5280 section 4.2.1.3, critical. */
export const keyUsage = (usages: readonly KeyUsage[]): Extension =>
  extension(OID.keyUsage, bitFlags(usages.map((usage) => KEY_USAGES.indexOf(usage))), true);

/** RFC 5280 section 4.2.1.12, not critical. */
export const extendedKeyUsage = (oids: readonly string[]): Extension =>
  extension(OID.extKeyUsage, sequence(...oids.map(oid)));

/** RFC 5280 section 4.2.1.6; critical where the subject is empty. Throws `invalid_input` as `encodeGeneralName`. */
export const subjectAltName = (sans: readonly SubjectAltName[], critical = false): Extension =>
  extension(OID.subjectAltName, sequence(...sans.map(encodeGeneralName)), critical);

const fullName = (urls: readonly string[]): Uint8Array =>
  context(0, context(0, ...urls.map(encodeUri)));

/** RFC 5280 section 4.2.1.13: one distribution point, reachable at each of the URLs. */
export const crlDistributionPoints = (urls: readonly string[]): Extension =>
  extension(OID.crlDistributionPoints, sequence(sequence(fullName(urls))));

/** RFC 5280 section 4.2.2.1. */
export const authorityInfoAccess = (
  ocspUrls: readonly string[],
  caIssuersUrls: readonly string[],
): Extension =>
  extension(
    OID.authorityInfoAccess,
    sequence(
      ...ocspUrls.map((url) => sequence(oid(OID.ocsp), encodeUri(url))),
      ...caIssuersUrls.map((url) => sequence(oid(OID.caIssuers), encodeUri(url))),
    ),
  );

const cpsQualifier = (address: string): Uint8Array => {
  if (!isAscii(address))
    throw new CountersignError(
      "invalid_input",
      `${JSON.stringify(address)} cannot be a CPS address`,
    );
  return sequence(oid(OID.cps), ia5String(address));
};

/** RFC 5280 section 4.2.1.4, each policy with its CPS address if it has one. Throws `invalid_input` for one that is not ASCII. */
export const certificatePolicies = (policies: readonly CertificatePolicy[]): Extension =>
  extension(
    OID.certificatePolicies,
    sequence(
      ...policies.map((policy) =>
        policy.cps === undefined
          ? sequence(oid(policy.oid))
          : sequence(oid(policy.oid), sequence(cpsQualifier(policy.cps))),
      ),
    ),
  );

/** RFC 6960 section 4.2.2.2.1: the responder's own certificate is not asked about. */
export const ocspNoCheck = (): Extension => extension(OID.ocspNoCheck, NULL);

/** RFC 5280 section 5.2.3. */
export const crlNumber = (number: bigint): Extension => extension(OID.crlNumber, integer(number));

/** RFC 5280 section 5.2.5, critical: the list covers the certificates that name this URL. */
export const issuingDistributionPoint = (url: string): Extension =>
  extension(OID.issuingDistributionPoint, sequence(fullName([url])), true);

/** RFC 5280 section 5.2.6: where the delta to this list is. */
export const freshestCrl = (url: string): Extension =>
  extension(OID.freshestCrl, sequence(sequence(fullName([url]))));

/** RFC 5280 section 5.2.4, critical: the list only says what has changed since the complete one with this number. */
export const deltaCrlIndicator = (base: bigint): Extension =>
  extension(OID.deltaCrlIndicator, integer(base), true);

/** X.509, expiredCertsOnCRL: certificates that expired at this moment or later are still listed. */
export const expiredCertsOnCrl = (from: Date): Extension =>
  extension(OID.expiredCertsOnCrl, generalizedTime(from));

/** RFC 5280 section 5.3.1. */
export const reasonCode = (code: number): Extension => extension(OID.reasonCode, enumerated(code));

/** RFC 5280 section 5.3.2. */
export const invalidityDate = (date: Date): Extension =>
  extension(OID.invalidityDate, generalizedTime(date));

/** RFC 6960 section 4.4.4: revocation is known back to this moment. */
export const archiveCutoff = (date: Date): Extension =>
  extension(OID.archiveCutoff, generalizedTime(date));

const some = <T>(values: readonly T[] | undefined): values is readonly T[] =>
  values !== undefined && values.length > 0;

/** The extensions of a certificate in our order; empty lists write nothing. Throws `invalid_input` as the single ones do. */
export const certificateExtensions = (
  wanted: CertificateExtensions,
  keys: { readonly subjectKeyId: string; readonly authorityKeyId: string },
  emptySubject: boolean,
): readonly Extension[] => {
  const { extendedKeyUsages, sans, crlUrls, ocspUrls = [], caIssuersUrls = [], policies } = wanted;
  return [
    authorityKeyIdentifier(keys.authorityKeyId),
    subjectKeyIdentifier(keys.subjectKeyId),
    basicConstraints(wanted.basicConstraints),
    keyUsage(wanted.keyUsages),
    ...(some(extendedKeyUsages) ? [extendedKeyUsage(extendedKeyUsages)] : []),
    ...(some(sans) ? [subjectAltName(sans, emptySubject)] : []),
    ...(some(policies) ? [certificatePolicies(policies)] : []),
    ...(some(crlUrls) ? [crlDistributionPoints(crlUrls)] : []),
    ...(ocspUrls.length + caIssuersUrls.length > 0
      ? [authorityInfoAccess(ocspUrls, caIssuersUrls)]
      : []),
    ...(wanted.ocspNoCheck === true ? [ocspNoCheck()] : []),
    ...(wanted.other ?? []),
  ];
};
