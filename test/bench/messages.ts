import { generateKeyPair, randomBytes, randomUUID } from "node:crypto";
import { promisify } from "node:util";
import { type DeviceKey, deviceKey } from "../../adapters/scep-client/device-key.ts";
import { readScepReply } from "../../adapters/scep-client/scep-reply.ts";
import {
  buildCsr,
  buildEnvelope,
  buildSignedMessage,
  buildTransientCertificate,
  CONTENT_CIPHERS,
  OID,
  octetString,
  parseCertificate,
  printableString,
  transientCertificate,
} from "../../plugin/sdk.ts";
import type { HttpReply } from "./load.ts";
import type { Admission, EnrolmentServer } from "./product-server.ts";

/** A key of a simulated device and the certificate it signs with. */
export interface Client {
  readonly key: DeviceKey;
  readonly certificate: Uint8Array;
}

/** A prepared request and what its reply is held against. */
export interface Prepared {
  readonly message: Uint8Array;
  readonly transactionId: string;
  readonly senderNonce: Uint8Array;
  readonly client: Client;
}

const makeKeys = promisify(generateKeyPair);

/** RSA-2048, as most devices have them. */
export const makeClients = (count: number): Promise<Client[]> =>
  Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const key = deviceKey((await makeKeys("rsa", { modulusLength: 2048 })).privateKey);
      const certificate = await buildTransientCertificate({
        subject: [[["2.5.4.3", `bench client ${index}`]]],
        signer: key.signer,
        serial: randomBytes(8),
        notBefore: new Date(Date.now() - 3_600_000),
        notAfter: new Date(Date.now() + 86_400_000),
      });
      return { key, certificate };
    }),
  );

/** One PKCSReq with AES-128-CBC and SHA-256. Keys come again; the CSR, its challenge and the transaction are its own. */
export const prepareMessage = async (
  { recipient }: EnrolmentServer,
  { challenge, serialNumber }: Admission,
  client: Client,
): Promise<Prepared> => {
  const { signer } = client.key;
  const transactionId = randomUUID();
  const senderNonce = randomBytes(16);
  const csr = await buildCsr({
    // In the order of the template, which a static challenge holds it against.
    subject: [[["2.5.4.3", serialNumber]], [["2.5.4.11", "Managed devices"]]],
    signer,
    challengePassword: challenge,
  });
  const { issuer, serial } = transientCertificate(recipient);
  const { publicKey } = parseCertificate(recipient);
  const message = await buildSignedMessage({
    content: buildEnvelope(
      csr,
      { issuer, serial, publicKey },
      CONTENT_CIPHERS["aes-128-cbc"],
      randomBytes,
    ),
    attributes: [
      { oid: OID.messageType, value: printableString("19") },
      { oid: OID.transactionId, value: printableString(transactionId) },
      { oid: OID.senderNonce, value: octetString(senderNonce) },
    ],
    signer,
    certificate: client.certificate,
    hash: "sha256",
    signingTime: new Date(),
  });
  return { message, transactionId, senderNonce, client };
};

/** Serial number of the certificate in a reply. Throws what is wrong with the reply: HTTP status, signer, nonces, pkiStatus, key. */
export const openReply = async (
  server: EnrolmentServer,
  { transactionId, senderNonce, client }: Prepared,
  reply: HttpReply | undefined,
): Promise<string> => {
  if (reply === undefined) throw new Error("the connection broke");
  if (reply.status !== 200) throw new Error(`HTTP ${reply.status}`);
  const opened = await readScepReply(reply.body, {
    request: { transactionId, senderNonce },
    caCertificates: server.caCertificates,
    certificate: client.certificate,
    decrypter: client.key.decrypter,
  });
  if (opened.status !== "issued") throw new Error(JSON.stringify(opened));
  const leaf = opened.certificates
    .map(parseCertificate)
    .find(({ spki }) => Buffer.compare(spki, client.key.signer.publicKey) === 0);
  if (leaf === undefined) throw new Error("no certificate for the key of the request");
  return leaf.serial;
};
