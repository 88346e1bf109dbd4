import assert from "node:assert/strict";
import {
  createHash,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  randomBytes,
  sign,
} from "node:crypto";
import { promisify } from "node:util";
import { type DeviceKey, deviceKey } from "../../adapters/scep-client/device-key.ts";
import { getCaCert } from "../../adapters/scep-client/scep-client.ts";
import { readScepReply, type ScepReply } from "../../adapters/scep-client/scep-reply.ts";
import { scepTransport } from "../../adapters/scep-client/scep-transport.ts";
import {
  buildCsr,
  buildEnvelope,
  buildSignedMessage,
  buildTransientCertificate,
  CONTENT_CIPHERS,
  type CsrSpec,
  OID,
  octetString,
  parseCertificate,
  parseDn,
  printableString,
  transientCertificate,
} from "../../plugin/sdk.ts";

const makeKey = promisify(generateKeyPair);

/** Keys of 2048 bits in the making while tests wait for something else. */
const ahead: Promise<KeyObject>[] = [];
const AHEAD = 2;

/** A device's RSA key, a new one each time; 2048 bits, or what the test is about. */
export const newKey = async (modulusLength = 2048): Promise<KeyObject> => {
  if (modulusLength !== 2048) return makeRsaKey(modulusLength);
  const next = ahead.shift();
  while (ahead.length < AHEAD) ahead.push(makeRsaKey(modulusLength));
  return next ?? makeRsaKey(modulusLength);
};

const makeRsaKey = async (modulusLength: number): Promise<KeyObject> =>
  (await makeKey("rsa", { modulusLength })).privateKey;

/** What a device asks for. `csr` may add what our own client never writes. */
export interface Asking extends Partial<Omit<CsrSpec, "subject" | "signer">> {
  readonly subject?: string;
  readonly challenge?: string | undefined;
  readonly key: KeyObject;
  readonly transactionId?: string;
}

/** A pkiMessage for an endpoint, and what its reply must fit. */
export interface Message {
  readonly bytes: Uint8Array;
  send(): Promise<ScepReply>;
}

/** Signs with an RSA key that our own client refuses to use; it goes by the name of the smallest that it knows. */
const weakKey = (key: KeyObject): DeviceKey => {
  const publicKey = createPublicKey(key).export({ type: "spki", format: "der" });
  return {
    signer: {
      ...{ algorithm: "rsa-2048", takes: "message", publicKey },
      sign: (message) => Promise.resolve(sign("sha256", message, key)),
    },
    decrypter: { publicKey, unwrap: () => Promise.reject(new Error("not for replies")) },
  };
};

/** A PKCSReq around any PKCS#10, from a device whose key is RSA. */
export const scepMessage = async (url: string, asking: Asking): Promise<Message> => {
  const transport = scepTransport(url);
  const caCertificates = await getCaCert(transport);
  const { subject = "CN=anything", challenge, key, transactionId, ...more } = asking;
  const keys =
    (key.asymmetricKeyDetails?.modulusLength ?? 0) < 2048 ? weakKey(key) : deviceKey(key);
  const now = Date.now();
  const certificate = await buildTransientCertificate({
    subject: parseDn("CN=transient"),
    signer: keys.signer,
    serial: randomBytes(8),
    notBefore: new Date(now - 3_600_000),
    notAfter: new Date(now + 86_400_000),
  });
  const csr = await buildCsr({
    ...more,
    subject: parseDn(subject),
    signer: keys.signer,
    ...(challenge === undefined ? {} : { challengePassword: challenge }),
  });
  const recipient = caCertificates[0];
  assert.ok(recipient);
  const { issuer, serial } = transientCertificate(recipient);
  const content = buildEnvelope(
    csr,
    { issuer, serial, publicKey: parseCertificate(recipient).publicKey },
    CONTENT_CIPHERS["aes-128-cbc"],
    randomBytes,
  );
  const transaction =
    transactionId ?? createHash("sha256").update(keys.signer.publicKey).digest("hex");
  const senderNonce = randomBytes(16);
  const bytes = await buildSignedMessage({
    content,
    attributes: [
      { oid: OID.messageType, value: printableString("19") },
      { oid: OID.transactionId, value: printableString(transaction) },
      { oid: OID.senderNonce, value: octetString(senderNonce) },
    ],
    signer: keys.signer,
    certificate,
    hash: "sha256",
    signingTime: new Date(now),
  });
  const request = { message: bytes, transactionId: transaction, senderNonce };
  return {
    bytes,
    send: async () => {
      const { body } = await transport.post("PKIOperation", bytes);
      return readScepReply(body, {
        request,
        caCertificates,
        certificate,
        decrypter: keys.decrypter,
      });
    },
  };
};

/** One request and its reply. */
export const ask = async (url: string, asking: Asking): Promise<ScepReply> =>
  (await scepMessage(url, asking)).send();

/** The certificate (DER) of a request that must succeed. */
export const enrolled = async (url: string, asking: Asking): Promise<Uint8Array> => {
  const reply = await ask(url, asking);
  assert.ok(reply.status === "issued", JSON.stringify(reply));
  const [leaf] = reply.certificates;
  assert.ok(leaf);
  return leaf;
};

/** The refusal of a request that must be refused. */
export const refused = async (
  url: string,
  asking: Asking,
): Promise<Extract<ScepReply, { status: "refused" }>> => {
  const reply = await ask(url, asking);
  assert.ok(reply.status === "refused", JSON.stringify(reply));
  return reply;
};

export const serialOf = (der: Uint8Array): string => parseCertificate(der).serial;
