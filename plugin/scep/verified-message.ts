import { hash } from "node:crypto";
import { CountersignError, messageOf } from "../errors.ts";
import { type Envelope, parseEnvelope } from "../pki/cms-envelope.ts";
import { envelopeDigests, recipientOf } from "../pki/cms-envelope-open.ts";
import { verifySignedMessage } from "../pki/cms-signed.ts";
import { TAG } from "../pki/der-read.ts";
import { tlv } from "../pki/der-write.ts";
import { OID } from "../pki/oids.ts";
import type { ParsedCertificate } from "../pki/certificate.ts";
import { importDeviceKey, isRsaInfo, type PublicKey } from "../pki/public-key.ts";
import type { TransientCertificate } from "../pki/transient-certificate.ts";
import type { EndpointRuntime, RaWay } from "../services/endpoints/endpoint-runtimes.ts";
import type { Dialect } from "../domain/client-profiles.ts";
import type { PkiMessage } from "./pki-message.ts";
import type { Ciphertext } from "./seen-ciphertexts.ts";

/** A message whose signature holds and whose envelope we could open. Nothing in here is secret, so its faults may be told. */
export interface VerifiedMessage {
  readonly signer: { readonly key: PublicKey; readonly certificate: TransientCertificate };
  readonly envelope: Envelope;
  /** The RA it is addressed to; the current one when it is addressed to none of ours (and will not open then). */
  readonly way: RaWay;
  readonly ciphertext: Ciphertext;
}

/** Throws `bad_algorithm`, `unverified`, `invalid_input`, and `bad_message` for what is no envelope at all. */
export const verifyMessage = (
  { signed }: PkiMessage,
  runtime: EndpointRuntime,
  { legacy, gcm }: Dialect,
): VerifiedMessage => {
  if (
    signed.digest === undefined ||
    signed.digest === "md5" ||
    (signed.digest === "sha1" && !legacy)
  ) {
    throw new CountersignError(
      "bad_algorithm",
      `digest ${signed.digest ?? "of an unknown kind"} is not accepted`,
    );
  }
  if (signed.signerCertificate === undefined)
    throw new CountersignError("unverified", "the signer's certificate is not in the message");
  if (signed.scheme === undefined)
    throw new CountersignError("bad_algorithm", "the signature algorithm is not supported");
  if (signed.contentType !== OID.data)
    throw new CountersignError("invalid_input", "the signed content is not id-data");
  const key = importSigner(signed.signerCertificate);
  if (!verifySignedMessage(signed, key))
    throw new CountersignError("unverified", "the signature or the digest is wrong");
  // The reply is an envelope for the signer (RFC 8894 section 3.1), so its key must take one.
  if (key.type !== "rsa")
    throw new CountersignError(
      "bad_algorithm",
      "the signer's key is not RSA: choose RSA-2048 for the request's key",
    );
  if (signed.content === undefined || signed.content.length === 0)
    throw new CountersignError("invalid_input", "the message holds no envelope");
  const envelope = parseEnvelope(signed.content, gcm);
  if (envelope.cipher.legacy && !legacy)
    throw new CountersignError(
      "bad_algorithm",
      `${envelope.cipher.name} envelopes are not accepted`,
    );
  const way = addressee(envelope, runtime);
  return {
    signer: { key, certificate: signed.signerCertificate },
    envelope,
    way,
    ciphertext: ciphertextOf(envelope, way, key),
  };
};

/** What "one ciphertext, one message" goes by (scep.md 5.3 rule 5); needs no private key. */
const ciphertextOf = (envelope: Envelope, way: RaWay, signer: PublicKey): Ciphertext => {
  const { ciphertextDigest, contentDigest } = envelopeDigests(
    envelope,
    recipientName(way.certificate),
  );
  const content = Buffer.concat([Buffer.from(contentDigest, "hex"), signer.spki]);
  return { digest: ciphertextDigest, content: hash("sha256", content, "hex") };
};

const importSigner = (certificate: TransientCertificate): PublicKey => {
  try {
    return importDeviceKey(certificate.spki);
  } catch (cause) {
    // It is the key of the request too: a bad RSA key is a bad request, another kind of key a bad algorithm (scep.md cases 48, 49).
    const code = isRsaInfo(certificate.spki) ? "bad_csr" : "bad_algorithm";
    throw new CountersignError(code, `the key cannot be used: ${messageOf(cause)}`, { cause });
  }
};

/** How an envelope names an RA. */
export const recipientName = (certificate: ParsedCertificate) => ({
  issuer: certificate.issuerRaw,
  serial: tlv(TAG.integer, certificate.serialOctets),
  subjectKeyId:
    certificate.subjectKeyIdentifier === undefined
      ? undefined
      : Buffer.from(certificate.subjectKeyIdentifier, "hex"),
});

const addressee = (envelope: Envelope, { ways, current }: EndpointRuntime): RaWay =>
  recipientOf(
    envelope,
    ways.map((way) => ({ ...recipientName(way.certificate), way })),
  )?.way ?? current;
