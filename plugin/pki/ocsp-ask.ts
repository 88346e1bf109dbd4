import { hash } from "node:crypto";
import { CountersignError } from "../errors.ts";
import { digestAlgorithmIdentifier, signatureSchemeOf } from "./algorithms.ts";
import { type ParsedCertificate, parseCertificate } from "./certificate.ts";
import { verifyIssued } from "./chain.ts";
import { bits, child, expect, integerHex, octets, readDer, TAG, timeOf } from "./der-read.ts";
import { integerFromHex, octetString, sequence } from "./der-write.ts";
import { keyBitsOf } from "./ocsp.ts";
import { OID } from "./oids.ts";
import { verifySignature } from "./public-key.ts";

/** What a responder says of one certificate. */
export interface OcspFinding {
  readonly status: "good" | "revoked" | "unknown";
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
}

const STATUSES = new Map<number, OcspFinding["status"]>([
  [0x80, "good"],
  [0xa1, "revoked"],
  [0x82, "unknown"],
]);

/** An unsigned request about one certificate, without a nonce, DER (RFC 6960 section 4.1.1); `serial` is lower-case hex. */
export const ocspRequestFor = (issuer: ParsedCertificate, serial: string): Uint8Array => {
  const certId = sequence(
    digestAlgorithmIdentifier("sha256"),
    octetString(hash("sha256", issuer.subjectRaw, "buffer")),
    octetString(hash("sha256", keyBitsOf(issuer), "buffer")),
    integerFromHex(serial),
  );
  return sequence(sequence(sequence(sequence(certId))));
};

/**
 * Reads an answer about one certificate as a careful client does: successful, about that serial, signed by a responder that the issuer (DER) has certified for
 * it. Throws `bad_message` for what is no such answer, `unverified` for one by a wrong key.
 */
export const readOcspResponse = (
  der: Uint8Array,
  issuer: Uint8Array,
  serial: string,
): OcspFinding => {
  const outer = readDer(der);
  const status = outer.children[0]?.value[0];
  if (status !== 0) throw fault(`the responder answers with error ${status ?? "?"}`);
  const bytes = child(child(outer, 1, 0xa0, "response bytes"), 0, TAG.sequence, "response bytes");
  const basic = readDer(octets(child(bytes, 1, TAG.octetString, "response")));
  const data = child(basic, 0, TAG.sequence, "response data");
  const sent = child(child(basic, 3, 0xa0, "certificates"), 0, TAG.sequence, "certificates");
  const responder = sent.children[0]?.raw ?? new Uint8Array(0);
  const certified = parseCertificate(responder);
  const delegated =
    certified.extendedKeyUsages?.includes(OID.ocspSigning) === true &&
    verifyIssued(responder, issuer);
  const scheme = signatureSchemeOf(basic.children[1]);
  const signature = bits(basic.children[2], "signature");
  if (!delegated)
    throw new CountersignError("unverified", "the responder was not certified by the authority");
  if (scheme === undefined || !verifySignature(certified.publicKey, scheme, data.raw, signature))
    throw new CountersignError("unverified", "the answer was not signed by the responder's key");
  const list = data.children.find(({ tag }) => tag === TAG.sequence);
  const [id, said, thisUpdate, nextUpdate] =
    expect(list, TAG.sequence, "responses").children[0]?.children ?? [];
  const about = integerHex(child(expect(id, TAG.sequence, "CertID"), 3, TAG.integer, "serial"));
  if (about !== serial) throw fault("it is about another certificate");
  const known = STATUSES.get(said?.tag ?? 0);
  const from = thisUpdate && timeOf(thisUpdate);
  if (known === undefined || from === undefined) throw fault("status");
  const until = nextUpdate?.tag === 0xa0 ? nextUpdate.children[0] : undefined;
  return { status: known, thisUpdate: from, nextUpdate: until && timeOf(until) };
};

const fault = (what: string): CountersignError =>
  new CountersignError("bad_message", `not a good OCSP response: ${what}`);
