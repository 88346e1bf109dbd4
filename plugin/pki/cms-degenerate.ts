import { CountersignError } from "../errors.ts";
import { contentInfo, readContentInfo } from "./content-info.ts";
import { expect, LIMITS, TAG } from "./der-read.ts";
import { context, integer, oid, sequence, tlv } from "./der-write.ts";
import { OID } from "./oids.ts";

/** What a SignedData without content and signers carries, each DER and in the order of the message. */
export interface CertsOnly {
  readonly certificates: readonly Uint8Array[];
  readonly crls: readonly Uint8Array[];
}

/**
 * A degenerate SignedData (RFC 8894 section 3.4), DER. The order is kept, against DER's rule for sets: clients take the first certificate
 * for the issued one, and in GetCACert for the RA's.
 */
export const buildCertsOnly = (
  certificates: readonly Uint8Array[],
  crls: readonly Uint8Array[] = [],
): Uint8Array => {
  const optional = [
    ...(certificates.length > 0 ? [context(0, ...certificates)] : []),
    ...(crls.length > 0 ? [context(1, ...crls)] : []),
  ];
  const signedData = sequence(
    integer(1),
    tlv(TAG.set),
    sequence(oid(OID.data)),
    ...optional,
    tlv(TAG.set),
  );
  return contentInfo(OID.signedData, signedData);
};

/** Certificates and CRLs of any SignedData, BER or DER; signers are not looked at. Throws `bad_message`. */
export const readCertsOnly = (bytes: Uint8Array, limits = LIMITS): CertsOnly => {
  const { contentType, content } = readContentInfo(bytes, limits);
  if (contentType !== OID.signedData)
    throw new CountersignError("bad_message", "not valid CMS: not a SignedData");
  const fields = expect(content, TAG.sequence, "SignedData").children.slice(3);
  const contents = (tag: number): readonly Uint8Array[] =>
    (fields.find((field) => field.tag === tag)?.children ?? [])
      .filter((element) => element.tag === TAG.sequence)
      .map(({ raw }) => raw);
  return { certificates: contents(0xa0), crls: contents(0xa1) };
};
