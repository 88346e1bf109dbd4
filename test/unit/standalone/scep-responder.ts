import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { CONTENT_CIPHERS } from "../../../plugin/pki/algorithms.ts";
import { buildCertsOnly } from "../../../plugin/pki/cms-degenerate.ts";
import { buildEnvelope } from "../../../plugin/pki/cms-envelope-build.ts";
import { buildSignedMessage } from "../../../plugin/pki/cms-signed-build.ts";
import { parseSignedMessage } from "../../../plugin/pki/cms-signed.ts";
import { octetString, printableString, utf8String } from "../../../plugin/pki/der-write.ts";
import { OID } from "../../../plugin/pki/oids.ts";
import { importPublicKey } from "../../../plugin/pki/public-key.ts";
import { makeIdentity, OpensslDir, type Identity } from "../pki/cms-fixtures.ts";

/** What one answer does otherwise than it should. */
export interface Fault {
  readonly caps?: string;
  readonly status?: "0" | "2" | "3" | "9";
  readonly messageType?: string;
  readonly transactionId?: string;
  readonly recipientNonce?: Uint8Array;
  readonly senderNonce?: Uint8Array;
  readonly signer?: "stranger";
  readonly leaf?: "stranger";
  readonly recipient?: "stranger";
  readonly bend?: (reply: Buffer) => Uint8Array;
  readonly http?: number;
}

/** A SCEP server for the client's tests: openssl verifies and opens each request and issues; only the reply is built with our own code. */
export class ScepResponder {
  readonly dir = new OpensslDir();
  fault: Fault = {};
  /** What the last request was: HTTP method, message type, PKCS#10 as openssl prints it, its envelope's algorithms. */
  last = { method: "", messageType: "", csr: "", cms: "", signer: Buffer.alloc(0) as Buffer };
  url = "";
  private server: Server | undefined;
  readonly ca: Identity;
  readonly stranger: Identity;
  readonly ra: Identity;
  raCertificate: Uint8Array = new Uint8Array(0);

  constructor() {
    const { dir } = this;
    this.ca = makeIdentity(dir, "ca", ["rsa:2048"]);
    this.stranger = makeIdentity(dir, "stranger", ["rsa:2048"]);
    this.ra = makeIdentity(dir, "ra", ["rsa:2048"]);
    dir.write("ra.ext", Buffer.from("keyUsage=critical,digitalSignature,keyEncipherment\n"));
    dir.run(..."req -new -key ra.key -subj /O=Lab/CN=ra -out ra.csr".split(" "));
    const sign = "x509 -req -in ra.csr -CA ca.pem -CAkey ca.key -days 5 -extfile ra.ext";
    this.raCertificate = dir.run(...sign.split(" "), "-outform", "DER");
  }

  async start(): Promise<void> {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const query = new URL(request.url ?? "", "http://lab").searchParams;
        const message = Buffer.from(query.get("message") ?? "", "base64");
        const body = request.method === "POST" ? Buffer.concat(chunks) : message;
        this.last.method = request.method ?? "";
        void this.answer(query.get("operation"), body).then(({ type, bytes }) => {
          response.writeHead(this.fault.http ?? 200, { "content-type": type, "retry-after": "7" });
          response.end(bytes);
        });
      });
    });
    await new Promise<void>((done) => this.server?.listen(0, "127.0.0.1", done));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/scep`;
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((done) => this.server?.close(done));
    this.dir.remove();
  }

  private async answer(operation: string | null, body: Buffer) {
    if (operation === "GetCACaps") {
      const caps = this.fault.caps ?? "AES\r\nPOSTPKIOperation\nSHA-256\n";
      return { type: "text/plain", bytes: Buffer.from(caps) };
    }
    if (operation === "GetCACert") {
      const bytes = buildCertsOnly([this.raCertificate, this.ca.certificate]);
      return { type: "application/x-x509-ca-ra-cert; charset=x", bytes };
    }
    return { type: "application/x-pki-message", bytes: await this.pkiOperation(body) };
  }

  private async pkiOperation(body: Buffer): Promise<Uint8Array> {
    const { dir, fault, last } = this;
    dir.write("request", body);
    const verify = "cms -verify -inform DER -in request -noverify -binary -signer signer.pem";
    dir.write("envelope", dir.run(...verify.split(" ")));
    const print = "cms -cmsout -print -inform DER -in envelope".split(" ");
    last.cms = dir.run(...print).toString();
    const decrypt = "cms -decrypt -inform DER -in envelope -inkey ra.key -binary";
    dir.write("csr", dir.run(...decrypt.split(" ")));
    last.csr = dir.run(..."req -inform DER -in csr -verify -noout -text".split(" ")).toString();
    last.signer = dir.run(..."x509 -in signer.pem -outform DER".split(" "));
    const issue = "x509 -req -inform DER -in csr -CA ca.pem -CAkey ca.key -copy_extensions copyall";
    const leaf =
      fault.leaf === "stranger"
        ? this.stranger.certificate
        : dir.run(...issue.split(" "), "-outform", "DER");

    const { attributes, signerCertificate } = parseSignedMessage(body);
    const value = (type: string): Uint8Array => attributes.get(type)!.value;
    last.messageType = Buffer.from(value(OID.messageType)).toString();
    const status = fault.status ?? "0";
    const printable = (type: string, text: string) => ({ oid: type, value: printableString(text) });
    const octets = (type: string, bytes: Uint8Array) => ({ oid: type, value: octetString(bytes) });
    const to = fault.recipient === "stranger" ? this.stranger.keys.signer.publicKey : undefined;
    const name = signerCertificate!;
    const publicKey = importPublicKey(to ?? name.spki);
    const bag = buildCertsOnly([leaf]);
    const cipher = CONTENT_CIPHERS["aes-128-cbc"];
    const envelope = buildEnvelope(bag, { ...name, publicKey }, cipher, randomBytes);
    const signer = fault.signer === "stranger" ? this.stranger : this.ra;
    const reply = await buildSignedMessage({
      content: status === "0" ? envelope : undefined,
      attributes: [
        printable(OID.messageType, fault.messageType ?? "3"),
        printable(OID.pkiStatus, status),
        printable(
          OID.transactionId,
          fault.transactionId ?? Buffer.from(value(OID.transactionId)).toString(),
        ),
        octets(OID.recipientNonce, fault.recipientNonce ?? value(OID.senderNonce)),
        octets(OID.senderNonce, fault.senderNonce ?? randomBytes(16)),
        ...(status === "2"
          ? [
              printable(OID.failInfo, "2"),
              { oid: OID.failInfoText, value: utf8String("not today") },
            ]
          : []),
      ],
      signer: signer.keys.signer,
      certificate: signer === this.ra ? this.raCertificate : signer.certificate,
      hash: "sha256",
    });
    return fault.bend?.(Buffer.from(reply)) ?? reply;
  }
}
