import { createHash, randomBytes } from "node:crypto";
import {
  buildCsr,
  buildEnvelope,
  buildSignedMessage,
  CONTENT_CIPHERS,
  OID,
  octetString,
  parseCertificate,
  printableString,
  transientCertificate,
  type CbcCipherName,
  type DistinguishedName,
  type Hash,
  type Signer,
  type SubjectAltName,
} from "../../plugin/sdk.ts";

/** What a device asks for. */
export interface Wanted {
  readonly subject: DistinguishedName;
  readonly sans?: readonly SubjectAltName[];
  readonly challenge?: string;
  /** The key to certify. */
  readonly signer: Signer;
}

/** How the request is wrapped: who signs it, for whom it is enveloped. */
export interface Wrapping {
  /** 19 PKCSReq, 17 RenewalReq. */
  readonly messageType: "19" | "17";
  readonly signer: Signer;
  readonly certificate: Uint8Array;
  /** DER, from GetCACert. */
  readonly recipient: Uint8Array;
  readonly cipher: CbcCipherName;
  readonly hash: Hash;
  readonly signingTime: Date;
}

export interface ScepRequest {
  /** The pkiMessage, DER. */
  readonly message: Uint8Array;
  readonly transactionId: string;
  readonly senderNonce: Uint8Array;
}

/**
 * A pkiMessage around a PKCS#10 request (RFC 8894 sections 3.2 and 3.3). The transaction id follows from the key, as with every client, so
 * that a repeated attempt is the same transaction. Throws `bad_algorithm` for a recipient without an RSA key.
 */
export const buildScepRequest = async (wanted: Wanted, how: Wrapping): Promise<ScepRequest> => {
  const csr = await buildCsr({
    subject: wanted.subject,
    signer: wanted.signer,
    ...(wanted.sans === undefined ? {} : { sans: wanted.sans }),
    ...(wanted.challenge === undefined ? {} : { challengePassword: wanted.challenge }),
  });
  const { issuer, serial } = transientCertificate(how.recipient);
  const { publicKey } = parseCertificate(how.recipient);
  const recipient = { issuer, serial, publicKey };
  const content = buildEnvelope(csr, recipient, CONTENT_CIPHERS[how.cipher], randomBytes);
  const transactionId = createHash("sha256").update(wanted.signer.publicKey).digest("hex");
  const senderNonce = randomBytes(16);
  const message = await buildSignedMessage({
    content,
    attributes: [
      { oid: OID.messageType, value: printableString(how.messageType) },
      { oid: OID.transactionId, value: printableString(transactionId) },
      { oid: OID.senderNonce, value: octetString(senderNonce) },
    ],
    signer: how.signer,
    certificate: how.certificate,
    hash: how.hash,
    signingTime: how.signingTime,
  });
  return { message, transactionId, senderNonce };
};
