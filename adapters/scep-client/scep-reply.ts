import {
  CountersignError,
  OID,
  openEnvelope,
  parseEnvelope,
  parseSignedMessage,
  readCertsOnly,
  textOf,
  transientCertificate,
  verifySignedMessage,
  type Decrypter,
  type SignedMessage,
} from "../../plugin/sdk.ts";
import type { ScepRequest } from "./scep-request.ts";

/** What a CertRep says once it is verified. */
export type ScepReply =
  | { readonly status: "issued"; readonly certificates: readonly Uint8Array[] }
  | { readonly status: "pending" }
  /** `failInfo` as in RFC 8894 section 3.2.1.4.5; `text` is the server's own, often absent. */
  | { readonly status: "refused"; readonly failInfo: string; readonly text: string | undefined };

/** What a reply must fit. */
export interface Expected {
  readonly request: Pick<ScepRequest, "transactionId" | "senderNonce">;
  /** Certificates of GetCACert, DER: one of them signs the reply. */
  readonly caCertificates: readonly Uint8Array[];
  /** The request's signer: certificate and key that open the reply. */
  readonly certificate: Uint8Array;
  readonly decrypter: Decrypter;
}

const fault = (what: string): CountersignError =>
  new CountersignError("bad_message", `the SCEP reply ${what}`);

const same = (a: Uint8Array | undefined, b: Uint8Array): boolean =>
  a !== undefined && Buffer.compare(a, b) === 0;

const text = (message: SignedMessage, type: string): string | undefined => {
  const value = message.attributes.get(type);
  return value === undefined ? undefined : textOf(value);
};

const checkOrigin = (message: SignedMessage, { request, caCertificates }: Expected): void => {
  const signer = message.signerCertificate?.raw;
  if (!caCertificates.some((certificate) => same(signer, certificate)))
    throw fault("is not signed by a certificate of GetCACert");
  if (!verifySignedMessage(message)) throw fault("has a wrong signature");
  if (text(message, OID.messageType) !== "3") throw fault("is not a CertRep");
  if (text(message, OID.transactionId) !== request.transactionId)
    throw fault("belongs to another transaction");
  if (!same(message.attributes.get(OID.recipientNonce)?.value, request.senderNonce))
    throw fault("does not repeat the nonce of the request");
  if (message.attributes.get(OID.senderNonce)?.value.length !== 16)
    throw fault("has no sender nonce of 16 octets");
};

const openCertificates = async (
  message: SignedMessage,
  { certificate, decrypter }: Expected,
): Promise<readonly Uint8Array[]> => {
  const envelope = parseEnvelope(message.content ?? new Uint8Array(0));
  const { plaintext, ok } = await openEnvelope(
    envelope,
    transientCertificate(certificate),
    decrypter,
  );
  if (!ok) throw fault("cannot be opened with the key of the request");
  return readCertsOnly(plaintext).certificates;
};

/**
 * Verifies a CertRep (signer, signature, transaction id, nonces) and opens it. Throws `bad_message` for a reply that is not to be believed;
 * a refusal that is to be believed is a result.
 */
export const readScepReply = async (bytes: Uint8Array, expected: Expected): Promise<ScepReply> => {
  const message = parseSignedMessage(bytes);
  checkOrigin(message, expected);
  switch (text(message, OID.pkiStatus)) {
    case "0":
      return { status: "issued", certificates: await openCertificates(message, expected) };
    case "2":
      return {
        status: "refused",
        failInfo: text(message, OID.failInfo) ?? "",
        text: text(message, OID.failInfoText),
      };
    case "3":
      return { status: "pending" };
    default:
      throw fault("has no known status");
  }
};
