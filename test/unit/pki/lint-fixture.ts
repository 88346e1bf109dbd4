import { signatureAlgorithmIdentifier } from "../../../plugin/pki/algorithms.ts";
import { context, integer, integerOf, sequence, time } from "../../../plugin/pki/der-write.ts";
import {
  authorityKeyIdentifier,
  basicConstraints,
  extendedKeyUsage,
  keyUsage,
  ocspNoCheck,
  encodeExtensions,
  subjectKeyIdentifier,
  type Extension,
} from "../../../plugin/pki/extensions.ts";
import type { LintSubject } from "../../../plugin/pki/lint-rule.ts";
import { encodeName } from "../../../plugin/pki/name.ts";
import { OID } from "../../../plugin/pki/oids.ts";
import { importPublicKey, keyIdentifier } from "../../../plugin/pki/public-key.ts";
import { keyOf, NOW, years, type TestCa } from "./pki-fixture.ts";

/** The encoded fields of a TBSCertificate, each to be spoilt by a test. */
export interface Fields {
  version: Uint8Array;
  serial: Uint8Array;
  algorithm: Uint8Array;
  issuer: Uint8Array;
  validity: Uint8Array;
  subject: Uint8Array;
  spki: Uint8Array;
  extensions: Extension[];
}
export type Faulty = Omit<LintSubject, "certificate"> & { fields: Fields };

export const keyId = (spki: Uint8Array): string => keyIdentifier(importPublicKey(spki));
export const without = (fields: Fields, type: string): void => {
  fields.extensions = fields.extensions.filter((extension) => extension.oid !== type);
};
export const replace = (fields: Fields, extension: Extension): void => {
  without(fields, extension.oid);
  fields.extensions.push(extension);
};
export const useKey = (fields: Fields, spki: Uint8Array): void => {
  fields.spki = spki;
  replace(fields, subjectKeyIdentifier(keyId(spki)));
};
export const encode = ({ fields: f }: Faulty): Uint8Array =>
  sequence(
    f.version,
    f.serial,
    f.algorithm,
    f.issuer,
    f.validity,
    f.subject,
    f.spki,
    context(3, encodeExtensions(f.extensions)),
  );
export const names = (...values: [string, string][]): Uint8Array =>
  encodeName(values.map((v) => [v]));
export const san = (...encoded: Uint8Array[]): Extension => ({
  oid: OID.subjectAltName,
  critical: false,
  value: sequence(...encoded),
});

/** A sound certificate of a device. */
export const soundLeaf = (issuing: TestCa): Faulty => ({
  issuer: issuing,
  role: "subscriber",
  fields: {
    version: context(0, integer(2)),
    serial: integerOf(Buffer.alloc(16, 0x5a)),
    algorithm: signatureAlgorithmIdentifier("ecdsa-sha256"),
    issuer: issuing.certificate.subjectRaw,
    validity: sequence(time(NOW), time(years(1))),
    subject: names([OID.commonName, "x"]),
    spki: keyOf("ec-p256", "leaf").spki,
    extensions: [
      authorityKeyIdentifier(issuing.certificate.subjectKeyIdentifier!),
      subjectKeyIdentifier(keyId(keyOf("ec-p256", "leaf").spki)),
      basicConstraints({ cA: false }),
      keyUsage(["digitalSignature"]),
      extendedKeyUsage([OID.clientAuth]),
    ],
  },
});
/** A sound certificate of an issuing CA. */
export const soundAuthority = (issuer: TestCa): Faulty => {
  const subject = soundLeaf(issuer);
  subject.fields.issuer = issuer.certificate.subjectRaw;
  without(subject.fields, OID.extKeyUsage);
  for (const extension of [
    authorityKeyIdentifier(issuer.certificate.subjectKeyIdentifier!),
    basicConstraints({ cA: true, pathLen: 0 }),
    keyUsage(["digitalSignature", "keyCertSign", "cRLSign"]),
  ])
    replace(subject.fields, extension);
  return { ...subject, issuer, role: "authority" };
};
/** A sound certificate of an OCSP responder. */
export const soundResponder = (issuing: TestCa): Faulty => {
  const subject: Faulty = { ...soundLeaf(issuing), role: "ocsp" };
  replace(subject.fields, extendedKeyUsage([OID.ocspSigning]));
  replace(subject.fields, ocspNoCheck());
  return subject;
};
