import { CountersignError } from "../errors.ts";
import { parseSignedMessage, type SignedMessage } from "../pki/cms-signed.ts";
import { type Element, octets, TAG, textOf } from "../pki/der-read.ts";
import { OID } from "../pki/oids.ts";

/** RFC 8894 section 3.2.1.2, requests only. */
export const MESSAGE_TYPES = {
  RenewalReq: "17",
  PKCSReq: "19",
  CertPoll: "20",
  GetCert: "21",
  GetCRL: "22",
} as const;

/** A pkiMessage whose transaction can be answered; nothing in it is verified yet. */
export interface PkiMessage {
  readonly signed: SignedMessage;
  /** Undefined where it is missing; whatever text came otherwise. */
  readonly messageType: string | undefined;
  /** 1 to 255 characters, repeated as they came. */
  readonly transactionId: string;
  /** 1 to 64 octets, repeated as they came; clients send 16, some 8 or 32. */
  readonly senderNonce: Uint8Array;
}

const fault = (what: string): CountersignError => new CountersignError("bad_message", what);

/** Throws `bad_message` for what is no text. */
const textAttribute = (element: Element, name: string): string => {
  const text = textOf(element);
  if (text === undefined) throw fault(`${name} is not a string`);
  return text;
};

/** Throws `bad_message` when no CertRep could be addressed: not a SignedData with attributes, no transaction id, no sender nonce. */
export const readPkiMessage = (bytes: Uint8Array): PkiMessage => {
  const signed = parseSignedMessage(bytes);
  const { attributes } = signed;
  const transaction = attributes.get(OID.transactionId);
  const nonce = attributes.get(OID.senderNonce);
  if (transaction === undefined) throw fault("no transaction id");
  if (nonce === undefined || (nonce.tag & 0xdf) !== TAG.octetString) throw fault("no sender nonce");
  const transactionId = textAttribute(transaction, "transaction id");
  const senderNonce = octets(nonce);
  if (transactionId.length === 0 || transactionId.length > 255)
    throw fault("transaction id of no use");
  if (senderNonce.length === 0 || senderNonce.length > 64) throw fault("sender nonce of no use");
  const type = attributes.get(OID.messageType);
  return {
    signed,
    messageType: type === undefined ? undefined : textAttribute(type, "message type"),
    transactionId,
    senderNonce,
  };
};
