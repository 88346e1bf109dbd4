import type { SignatureScheme } from "../domain/algorithm.ts";
import { REVOCATION_REASONS, type RevocationReason } from "../domain/certificate.ts";
import type { Signer } from "../ports/keys.ts";
import { signatureAlgorithmIdentifier } from "./algorithms.ts";
import { parseCertificate } from "./certificate.ts";
import {
  bitString,
  context,
  contextPrimitive,
  enumerated,
  generalizedTime,
  octetString,
  oid,
  sequence,
} from "./der-write.ts";
import { archiveCutoff, encodeExtensions } from "./extensions.ts";
import { keyBitsOf } from "./ocsp.ts";
import { OID } from "./oids.ts";
import { sha1KeyIdentifier } from "./public-key.ts";
import { signMessage } from "./signing.ts";

/** RFC 6960 section 4.2.1, without `successful`. */
export const OCSP_ERRORS = {
  malformedRequest: 1,
  internalError: 2,
  tryLater: 3,
  sigRequired: 5,
  unauthorized: 6,
} as const;
export type OcspErrorStatus = keyof typeof OCSP_ERRORS;

export type OcspStatus =
  | { readonly kind: "good" }
  | { readonly kind: "revoked"; readonly at: Date; readonly reason?: RevocationReason | undefined }
  | { readonly kind: "unknown" };

export interface SingleOcspResponse {
  /** CertID as it was asked, DER. */
  readonly certIdRaw: Uint8Array;
  readonly status: OcspStatus;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  /** Revocation is known back to this moment (RFC 6960 section 4.4.4). */
  readonly archiveCutoff?: Date | undefined;
}

export interface OcspResponseSpec {
  /** DER; its key is the signer's. */
  readonly responderCertificate: Uint8Array;
  readonly signer: Signer;
  readonly scheme: SignatureScheme;
  readonly responses: readonly SingleOcspResponse[];
  /** Value of the request's nonce extension. */
  readonly nonce?: Uint8Array | undefined;
  readonly producedAt: Date;
}

/** ResponderIDs by key of responders, which are few and live long, by the octets of their certificates. */
const responderIds = new WeakMap<Uint8Array, Uint8Array>();

const responderId = (certificate: Uint8Array): Uint8Array => {
  const known = responderIds.get(certificate);
  if (known !== undefined) return known;
  const keyBits = keyBitsOf(parseCertificate(certificate));
  const made = context(2, octetString(Buffer.from(sha1KeyIdentifier({ keyBits }), "hex")));
  responderIds.set(certificate, made);
  return made;
};

const NOTHING = new Uint8Array(0);

const encodeStatus = (status: OcspStatus): Uint8Array => {
  switch (status.kind) {
    case "good":
      return contextPrimitive(0, NOTHING);
    case "unknown":
      return contextPrimitive(2, NOTHING);
    case "revoked": {
      const { at, reason = "unspecified" } = status;
      // As in CRLs: better absent than unspecified.
      return reason === "unspecified"
        ? context(1, generalizedTime(at))
        : context(1, generalizedTime(at), context(0, enumerated(REVOCATION_REASONS[reason])));
    }
  }
};

const encodeResponse = (response: SingleOcspResponse): Uint8Array =>
  sequence(
    response.certIdRaw,
    encodeStatus(response.status),
    generalizedTime(response.thisUpdate),
    context(0, generalizedTime(response.nextUpdate)),
    ...(response.archiveCutoff === undefined
      ? []
      : [context(1, encodeExtensions([archiveCutoff(response.archiveCutoff)]))]),
  );

const encodeNonce = (nonce: Uint8Array): Uint8Array =>
  context(1, encodeExtensions([{ oid: OID.ocspNonce, critical: false, value: nonce }]));

/**
 * A successful, signed OCSPResponse, DER (RFC 6960 section 4.2). The responder is named by its key, and its certificate goes along.
 * Throws what `Signer.sign` throws.
 */
export const buildOcspResponse = async (spec: OcspResponseSpec): Promise<Uint8Array> => {
  const data = sequence(
    responderId(spec.responderCertificate),
    generalizedTime(spec.producedAt),
    sequence(...spec.responses.map(encodeResponse)),
    ...(spec.nonce === undefined ? [] : [encodeNonce(spec.nonce)]),
  );
  const basic = sequence(
    data,
    signatureAlgorithmIdentifier(spec.scheme),
    bitString(await signMessage(spec.signer, spec.scheme, data)),
    context(0, sequence(spec.responderCertificate)),
  );
  const bytes = sequence(oid(OID.ocspBasic), octetString(basic));
  return sequence(enumerated(0), context(0, bytes));
};

/** An unsigned error answer, DER. */
export const ocspError = (status: OcspErrorStatus): Uint8Array =>
  sequence(enumerated(OCSP_ERRORS[status]));
