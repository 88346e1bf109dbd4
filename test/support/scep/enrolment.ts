import { randomBytes } from "node:crypto";
import { labCsr, type CsrShape } from "./csr.ts";
import { labEnvelope, type EnvelopeShape } from "./envelope.ts";
import { rsaKey, type LabKey } from "./keys.ts";
import { STATIC_SECRET, type Lab } from "./lab.ts";
import { labMessage, newTransaction, type MessageShape } from "./message.ts";
import { checkReply, type Asked, type LabReply } from "./reply.ts";
import { signerCertificate, type SignerShape } from "./signer-certificate.ts";

/** One request layer by layer; what is left out is right. */
export interface EnrolmentShape {
  /** The key to certify, and of the transient signer. */
  readonly key?: LabKey;
  readonly devicename?: string;
  readonly challenge?: string | Uint8Array | undefined;
  readonly csr?: Partial<CsrShape>;
  /** In place of the request: what the envelope holds. */
  readonly plaintext?: Uint8Array;
  readonly signer?: Partial<SignerShape>;
  /** Who signs, in place of a transient certificate. */
  readonly identity?: MessageShape["signer"];
  readonly envelope?: Partial<EnvelopeShape>;
  /** In place of the envelope: eContent. */
  readonly content?: Uint8Array;
  readonly message?: Partial<MessageShape>;
}

export interface Enrolment {
  readonly message: Uint8Array;
  readonly asked: Asked;
  readonly key: LabKey;
  readonly csr: Uint8Array;
  readonly envelope: Uint8Array;
  readonly identity: MessageShape["signer"];
}

/** A PKCSReq to the lab's RA with the static secret of `std`, for a device of a new name. */
export const enrolment = (lab: Pick<Lab, "ra">, shape: EnrolmentShape = {}): Enrolment => {
  const key = shape.key ?? rsaKey();
  const devicename = shape.devicename ?? `dev-${randomBytes(4).toString("hex")}`;
  const csr = labCsr({
    key,
    subject: `CN=${devicename},O=Lab`,
    challenge: "challenge" in shape ? shape.challenge : STATIC_SECRET,
    ...shape.csr,
  });
  const identity = shape.identity ?? {
    key: shape.signer?.key ?? key,
    certificate: signerCertificate({ key, ...shape.signer }),
  };
  const envelope =
    shape.content ?? labEnvelope(shape.plaintext ?? csr, { recipient: lab.ra, ...shape.envelope });
  const transaction = newTransaction();
  const wanted: MessageShape = {
    content: envelope,
    signer: identity,
    messageType: "19",
    signingTime: new Date(),
    ...transaction,
    ...shape.message,
  };
  const { transactionId, senderNonce } = wanted;
  const asked: Asked = {
    transactionId: typeof transactionId === "string" ? transactionId : transaction.transactionId,
    senderNonce: senderNonce ?? transaction.senderNonce,
    signer: { certificate: identity.certificate, privateKey: identity.key.privateKey },
  };
  return { message: labMessage(wanted), asked, key, csr, envelope, identity };
};

/** Sends it by POST and checks the reply. */
export const send = async (
  lab: Lab,
  request: Pick<Enrolment, "message" | "asked">,
  endpoint = "std",
): Promise<LabReply> => checkReply(await lab.post(request.message, endpoint), request.asked);

/** The whole dialogue at once. */
export const enrol = async (
  lab: Lab,
  shape: EnrolmentShape = {},
  endpoint = "std",
): Promise<LabReply & { readonly sent: Enrolment }> => {
  const sent = enrolment(lab, shape);
  return { ...(await send(lab, sent, endpoint)), sent };
};
