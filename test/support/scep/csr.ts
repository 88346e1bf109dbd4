import type { KeyObject } from "node:crypto";
import type { SubjectAltName } from "../../../plugin/domain/san.ts";
import { parseDn } from "../../../plugin/domain/distinguished-name.ts";
import {
  bitString,
  context,
  integer,
  oid,
  printableString,
  sequence,
  tlv,
} from "../../../plugin/pki/der-write.ts";
import {
  encodeExtensions,
  subjectAltName,
  type Extension,
} from "../../../plugin/pki/extensions.ts";
import { encodeName } from "../../../plugin/pki/name.ts";
import { OID } from "../../../plugin/pki/oids.ts";
import type { LabKey } from "./keys.ts";
import { rawSign, signatureAlgorithm, type AnyHash, type Padding } from "./signature.ts";

/** A PKCS#10 request, right or wrong in every way that a test wants. */
export interface CsrShape {
  readonly key: LabKey;
  /** RFC 4514 text, or the Name as DER. */
  readonly subject: string | Uint8Array;
  /** Text as PrintableString, the value's DER, or none. */
  readonly challenge?: string | Uint8Array | undefined;
  readonly sans?: readonly SubjectAltName[];
  readonly extensions?: readonly Extension[];
  /** Whole Attribute elements after ours, DER. */
  readonly attributes?: readonly Uint8Array[];
  readonly hash?: AnyHash;
  readonly padding?: Padding;
  /** Another private key makes the signature. */
  readonly signWith?: KeyObject;
  /** AlgorithmIdentifier in place of the right one, DER. */
  readonly algorithm?: Uint8Array;
  readonly version?: number;
  readonly bendSignature?: boolean;
}

/** Attribute with one value, DER. */
export const csrAttribute = (type: string, value: Uint8Array): Uint8Array =>
  sequence(oid(type), tlv(0x31, value));

export const nameOf = (subject: string | Uint8Array): Uint8Array =>
  typeof subject === "string" ? encodeName(parseDn(subject)) : subject;

/** One bit of the last octet turned over. */
export const flipLast = (bytes: Uint8Array): Uint8Array => {
  const bent = Uint8Array.from(bytes);
  bent[bent.length - 1] = (bent.at(-1) ?? 0) ^ 1;
  return bent;
};

const attributesOf = (shape: CsrShape): Uint8Array => {
  const { challenge, sans = [], extensions = [], attributes = [] } = shape;
  const list: Uint8Array[] = [];
  if (challenge !== undefined)
    list.push(
      csrAttribute(
        OID.challengePassword,
        typeof challenge === "string" ? printableString(challenge) : challenge,
      ),
    );
  const requested = [...(sans.length > 0 ? [subjectAltName(sans)] : []), ...extensions];
  if (requested.length > 0)
    list.push(csrAttribute(OID.extensionRequest, encodeExtensions(requested)));
  list.push(...attributes);
  return context(0, ...list.sort((a, b) => Buffer.compare(a, b)));
};

/** DER of the request. */
export const labCsr = (shape: CsrShape): Uint8Array => {
  const { key, hash = "sha256", padding = "pkcs1" } = shape;
  const info = sequence(
    integer(shape.version ?? 0),
    nameOf(shape.subject),
    key.spki,
    attributesOf(shape),
  );
  const signer = shape.signWith ?? key.privateKey;
  const signature = rawSign(info, signer, hash, padding);
  return sequence(
    info,
    shape.algorithm ?? signatureAlgorithm(signer, hash, padding),
    bitString(shape.bendSignature === true ? flipLast(signature) : signature),
  );
};
