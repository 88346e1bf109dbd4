import { expect, oidOf, readDer, TAG, type Element } from "./der-read.ts";
import { OID } from "./oids.ts";

/**
 * The few fields of a certificate that CMS needs. SCEP clients sign with throw-away certificates that break many rules (X.509 v1, serial
 * numbers of 33 octets, unknown critical extensions, any dates), so nothing else is looked at, and nothing here is to be trusted.
 */
export interface TransientCertificate {
  readonly raw: Uint8Array;
  /** X.509 version 1 carries no version. */
  readonly version1: boolean;
  /** Name as received, with tag and length. */
  readonly issuer: Uint8Array;
  /** INTEGER as received, with tag and length. */
  readonly serial: Uint8Array;
  /** Name as received, with tag and length. */
  readonly subject: Uint8Array;
  /** SubjectPublicKeyInfo, as received. */
  readonly spki: Uint8Array;
  readonly subjectKeyId: Uint8Array | undefined;
}

const subjectKeyIdOf = (extensions: Element | undefined): Uint8Array | undefined => {
  for (const extension of extensions?.children[0]?.children ?? []) {
    const value = extension.children.at(-1);
    if (value?.tag !== TAG.octetString) continue;
    if (oidOf(extension.children[0], "extension") === OID.subjectKeyIdentifier)
      return expect(readDer(value.value), TAG.octetString, "subject key identifier").value;
  }
  return undefined;
};

/** The fields out of a certificate that has been read as part of a message. Throws `bad_message`. */
export const transientCertificateOf = (certificate: Element): TransientCertificate => {
  const tbs = expect(certificate.children[0], TAG.sequence, "certificate");
  const at = tbs.children[0]?.tag === 0xa0 ? 1 : 0;
  const [serial, , issuer, , subject, spki] = tbs.children.slice(at);
  return {
    raw: certificate.raw,
    version1: at === 0,
    serial: expect(serial, TAG.integer, "serial number").raw,
    issuer: expect(issuer, TAG.sequence, "issuer").raw,
    subject: expect(subject, TAG.sequence, "subject").raw,
    spki: expect(spki, TAG.sequence, "public key").raw,
    subjectKeyId: subjectKeyIdOf(tbs.children.find((field) => field.tag === 0xa3)),
  };
};

/** Reads the fields of a DER certificate. Throws `bad_message`. */
export const transientCertificate = (der: Uint8Array): TransientCertificate =>
  transientCertificateOf(expect(readDer(der), TAG.sequence, "certificate"));
