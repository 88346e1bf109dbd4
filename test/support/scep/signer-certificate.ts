import { randomBytes } from "node:crypto";
import { bitString, context, integer, sequence, time, tlv } from "../../../plugin/pki/der-write.ts";
import { encodeExtensions, type Extension } from "../../../plugin/pki/extensions.ts";
import { nameOf } from "./csr.ts";
import type { LabKey } from "./keys.ts";
import { rawSign, signatureAlgorithm, type AnyHash } from "./signature.ts";

/** A certificate that a client makes itself to sign its request with (RFC 8894 section 2.3), however odd. */
export interface SignerShape {
  readonly key: LabKey;
  readonly version?: 1 | 3;
  /** Contents of the INTEGER. */
  readonly serial?: Uint8Array;
  readonly subject?: string;
  /** RFC 4514 text, or the Name as DER; the subject unless given. */
  readonly issuer?: string | Uint8Array;
  /** Signs in place of the key. */
  readonly issuerKey?: LabKey;
  readonly extensions?: readonly Extension[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly hash?: AnyHash;
}

const HOUR = 3_600_000;

/** DER. */
export const signerCertificate = (shape: SignerShape): Uint8Array => {
  const { key, version = 3, subject = "CN=SCEP SIGNER", extensions = [], hash = "sha256" } = shape;
  const issuerKey = (shape.issuerKey ?? key).privateKey;
  const algorithm = signatureAlgorithm(issuerKey, hash);
  const tbs = sequence(
    ...(version === 3 ? [context(0, integer(2))] : []),
    tlv(0x02, shape.serial ?? Buffer.concat([Buffer.from([0x11]), randomBytes(8)])),
    algorithm,
    nameOf(shape.issuer ?? subject),
    sequence(
      time(shape.notBefore ?? new Date(Date.now() - HOUR)),
      time(shape.notAfter ?? new Date(Date.now() + 24 * HOUR)),
    ),
    nameOf(subject),
    key.spki,
    ...(extensions.length > 0 ? [context(3, encodeExtensions(extensions))] : []),
  );
  return sequence(tbs, algorithm, bitString(rawSign(tbs, issuerKey, hash)));
};
