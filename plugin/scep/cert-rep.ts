import type { Hash } from "../domain/algorithm.ts";
import { CountersignError, type ErrorFacts } from "../errors.ts";
import type { ContentCipher } from "../pki/algorithms.ts";
import { buildCertsOnly } from "../pki/cms-degenerate.ts";
import { buildEnvelope, type EnvelopeRecipient } from "../pki/cms-envelope-build.ts";
import { buildSignedMessage, type SignedAttribute } from "../pki/cms-signed-build.ts";
import { octetString, printableString, utf8String } from "../pki/der-write.ts";
import { OID } from "../pki/oids.ts";
import type { Random } from "../ports/ambient.ts";
import type { Signer } from "../ports/keys.ts";

/** Who signs the reply, and to which request. */
export interface ReplyContext {
  readonly signer: Signer;
  /** DER of the RA certificate; strongSwan needs it in the message. */
  readonly certificate: Uint8Array;
  readonly transactionId: string;
  readonly recipientNonce: Uint8Array;
  readonly hash: Hash;
}

export type FailInfo = ErrorFacts["failInfo"];

/** What a CertRep says (RFC 8894 section 3.3.2). */
export type Reply =
  | {
      readonly status: "success";
      readonly certificates: readonly Uint8Array[];
      readonly crls: readonly Uint8Array[];
      readonly recipient: EnvelopeRecipient;
      readonly cipher: ContentCipher;
    }
  /** Waits for approval; the client polls. */
  | { readonly status: "pending" }
  | { readonly status: "failure"; readonly failInfo: FailInfo; readonly text: string | undefined };

/** RFC 8894 section 3.2.1.3. */
const PKI_STATUS = { success: "0", failure: "2", pending: "3" } as const;

/** The "safe superset" that every measured client accepts (scep.md 3.5). DER. */
export const buildCertRep = (
  context: ReplyContext,
  reply: Reply,
  random: Random,
): Promise<Uint8Array> => {
  const attributes: SignedAttribute[] = [
    { oid: OID.messageType, value: printableString("3") },
    { oid: OID.pkiStatus, value: printableString(PKI_STATUS[reply.status]) },
    { oid: OID.transactionId, value: transactionText(context.transactionId) },
    { oid: OID.senderNonce, value: octetString(random.bytes(16)) },
    { oid: OID.recipientNonce, value: octetString(context.recipientNonce) },
  ];
  if (reply.status === "failure") {
    attributes.push({ oid: OID.failInfo, value: printableString(reply.failInfo.toString()) });
    if (reply.text !== undefined)
      attributes.push({ oid: OID.failInfoText, value: utf8String(reply.text) });
  }
  const content =
    reply.status === "success"
      ? buildEnvelope(
          buildCertsOnly(reply.certificates, reply.crls),
          reply.recipient,
          reply.cipher,
          (length) => random.bytes(length),
        )
      : undefined;
  const { signer, certificate, hash } = context;
  return buildSignedMessage({ content, attributes, signer, certificate, hash });
};

/** PrintableString, which certmonger and Apple insist on; the same characters in UTF8String where an id has others. */
const transactionText = (id: string): Uint8Array =>
  /^[\x20-\x7e]*$/.test(id) ? printableString(id) : utf8String(id);

/** One text for every fault of a challenge, so that nobody learns which (decision 4). */
const CHALLENGE_TEXT = "The challenge was refused";
/** What every request that does not open is answered with. */
export const OPAQUE: Reply = { status: "failure", failInfo: 1, text: undefined };

/** Whether a reply is the one for every fault of a challenge. */
export const saysChallengeRefused = (reply: Reply): boolean =>
  reply.status === "failure" && reply.text === CHALLENGE_TEXT;

/** Faults that a client whose challenge was good may read in full: they name the value (T-18). */
const TOLD = new Set<string>([
  "policy_refused",
  "variable_without_value",
  "bad_csr",
  "renewal_refused",
  "approval_denied",
]);

/** A failure as the client may see it. Undefined for what is no answer to this client: HTTP 429 or 503 then. */
export const failureOf = (
  error: CountersignError,
): Extract<Reply, { status: "failure" }> | undefined => {
  switch (error.code) {
    case "challenge_refused":
    case "claim_mismatch":
    case "challenge_lapsed":
    case "deployment_locked":
    case "device_gone":
    case "user_disabled":
    case "limit_exceeded":
      return { status: "failure", failInfo: 2, text: CHALLENGE_TEXT };
    case "internal":
      return { status: "failure", failInfo: 2, text: undefined };
    default:
      if ([429, 503, 507].includes(error.facts.http)) return undefined;
      return {
        status: "failure",
        failInfo: error.facts.failInfo,
        text: TOLD.has(error.code) ? error.detail : error.facts.title,
      };
  }
};
