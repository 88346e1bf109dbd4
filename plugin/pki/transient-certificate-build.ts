import { schemeOfKey } from "../domain/algorithm.ts";
import type { Signer } from "../ports/keys.ts";
import { signatureAlgorithmIdentifier } from "./algorithms.ts";
import { bitString, context, integer, integerOf, sequence, time } from "./der-write.ts";
import { certificateExtensions, encodeExtensions } from "./extensions.ts";
import { encodeName, type Rdns } from "./name.ts";
import { importPublicKey, keyIdentifier } from "./public-key.ts";
import { signMessage } from "./signing.ts";

/**
 * The self-signed certificate with which a client signs its first SCEP request and receives the reply (RFC 8894 section 2.3), DER. It says
 * nothing that anybody should trust. `serial`: big-endian octets. Throws what `encodeName` and `Signer.sign` throw.
 */
export const buildTransientCertificate = async ({
  subject,
  signer,
  serial,
  notBefore,
  notAfter,
}: {
  readonly subject: Rdns;
  readonly signer: Signer;
  readonly serial: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
}): Promise<Uint8Array> => {
  const scheme = schemeOfKey(signer.algorithm);
  const algorithm = signatureAlgorithmIdentifier(scheme);
  const name = encodeName(subject);
  const keyId = keyIdentifier(importPublicKey(signer.publicKey));
  const extensions = certificateExtensions(
    { basicConstraints: { cA: false }, keyUsages: ["digitalSignature", "keyEncipherment"] },
    { subjectKeyId: keyId, authorityKeyId: keyId },
    subject.length === 0,
  );
  const tbs = sequence(
    context(0, integer(2)),
    integerOf(serial),
    algorithm,
    name,
    sequence(time(notBefore), time(notAfter)),
    name,
    signer.publicKey,
    context(3, encodeExtensions(extensions)),
  );
  return sequence(tbs, algorithm, bitString(await signMessage(signer, scheme, tbs)));
};
