import { hash } from "node:crypto";
import { parseCsr, type ParsedCsr, verifyCsr } from "../pki/certificate-request.ts";
import { envelopeDigests, openEnvelope } from "../pki/cms-envelope-open.ts";
import { parseEnvelope } from "../pki/cms-envelope.ts";
import { TAG } from "../pki/der-read.ts";
import { tlv } from "../pki/der-write.ts";
import { type PublicKey, verifySignature } from "../pki/public-key.ts";
import type { Decrypter } from "../ports/keys.ts";
import type { ContentCipher } from "../pki/algorithms.ts";
import type { ParsedCertificate } from "../pki/certificate.ts";
import { CountersignError } from "../errors.ts";
import type { Ciphertext } from "./seen-ciphertexts.ts";

/** A certificate request that has passed the binding gate (scep.md section 4). */
export interface EnrolmentRequest {
  readonly csr: ParsedCsr;
  readonly ciphertext: Ciphertext;
}

/** What "one ciphertext, one message" goes by (scep.md 5.3 rule 5); needs no private key. */
export const ciphertextOf = (
  envelope: ReturnType<typeof parseEnvelope>,
  certificate: ParsedCertificate,
  signer: PublicKey,
): Ciphertext => {
  const { ciphertextDigest, contentDigest } = envelopeDigests(envelope, recipientName(certificate));
  const content = Buffer.concat([Buffer.from(contentDigest, "hex"), signer.spki]);
  return { digest: ciphertextDigest, content: hash("sha256", content, "hex") };
};

/**
 * Opens the envelope and judges it at one exit: undefined when it does not open, does not hold a PKCS#10 request, the request's own signature is wrong, or its key is
 * not the signer's. Whatever fails, the same work is done (scep.md 5.3 rule 3). Throws only when the RA key cannot be used.
 */
export const openRequest = async (
  envelope: ReturnType<typeof parseEnvelope>,
  ra: { readonly certificate: ParsedCertificate; readonly decrypter: Decrypter },
  signer: PublicKey,
  ciphertext: Ciphertext,
): Promise<EnrolmentRequest | undefined> => {
  const name = recipientName(ra.certificate);
  const { plaintext, ok } = await openEnvelope(envelope, name, ra.decrypter);
  const csr = tryParse(plaintext);
  const proven = csr === undefined ? dummyVerify(signer, plaintext) : verifyCsr(csr);
  const bound = csr !== undefined && Buffer.compare(csr.publicKey.spki, signer.spki) === 0;
  if (!ok || !proven || !bound) return undefined;
  return { csr, ciphertext };
};

/** Refuses old ciphers unless the endpoint takes them. Throws `bad_algorithm`. */
export const checkCipher = (cipher: ContentCipher, legacy: boolean): void => {
  if (cipher.legacy && !legacy)
    throw new CountersignError("bad_algorithm", `${cipher.name} envelopes are not accepted`);
};

const recipientName = (certificate: ParsedCertificate) => ({
  issuer: certificate.issuerRaw,
  serial: tlv(TAG.integer, certificate.serialOctets),
  subjectKeyId:
    certificate.subjectKeyIdentifier === undefined
      ? undefined
      : Buffer.from(certificate.subjectKeyIdentifier, "hex"),
});

const tryParse = (plaintext: Uint8Array): ParsedCsr | undefined => {
  try {
    return parseCsr(plaintext);
  } catch {
    return undefined;
  }
};

const dummySignature = new Uint8Array(256).fill(1);
/** As much work as the proof of possession of a real request; always false. */
const dummyVerify = (key: PublicKey, plaintext: Uint8Array): boolean =>
  verifySignature(key, "rsa-pkcs1-sha256", plaintext, dummySignature) && false;
