import {
  type CsrFrame,
  type ParsedCsr,
  readCsrContents,
  readCsrFrame,
  verifyCsr,
} from "../pki/certificate-request.ts";
import { openEnvelope } from "../pki/cms-envelope-open.ts";
import { type PublicKey, verifySignature } from "../pki/public-key.ts";
import type { Ciphertext } from "./seen-ciphertexts.ts";
import { recipientName, type VerifiedMessage } from "./verified-message.ts";

/** A certificate request that has passed the binding gate (scep.md section 4). */
export interface EnrolmentRequest {
  readonly csr: ParsedCsr;
  readonly ciphertext: Ciphertext;
}

/**
 * Opens the envelope and judges it at one exit: undefined when it does not open, does not hold a PKCS#10 request, the request's own signature is wrong, or the signer
 * may not speak for its key. Whatever fails, the same work is done (scep.md 5.3 rule 3); what the request asks for is read only after that. `mayDiffer`: the signer's own certificate or the endpoint's profile
 * vouches for another key. Throws `bad_csr` for a proven request that asks for the impossible, and what the RA key throws when it cannot be used.
 */
export const openRequest = async (
  { envelope, way, signer, ciphertext }: VerifiedMessage,
  mayDiffer: boolean,
): Promise<EnrolmentRequest | undefined> => {
  const name = recipientName(way.certificate);
  const { plaintext, ok } = await openEnvelope(envelope, name, way.decrypter);
  const frame = tryRead(plaintext);
  const proven = frame === undefined ? dummyVerify(signer.key, plaintext) : verifyCsr(frame);
  const bound =
    frame !== undefined &&
    (mayDiffer || Buffer.compare(frame.publicKey.spki, signer.key.spki) === 0);
  if (!ok || !proven || !bound) return undefined;
  return { csr: readCsrContents(frame), ciphertext };
};

const tryRead = (plaintext: Uint8Array): CsrFrame | undefined => {
  try {
    return readCsrFrame(plaintext);
  } catch {
    return undefined;
  }
};

const dummySignature = new Uint8Array(256).fill(1);
/** As much work as the proof of possession of a real request; always false. */
const dummyVerify = (key: PublicKey, plaintext: Uint8Array): boolean =>
  verifySignature(key, "rsa-pkcs1-sha256", plaintext, dummySignature) && false;
