import { constants, createDecipheriv, createPrivateKey, privateDecrypt } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { parseCertificate } from "../../../plugin/pki/certificate.ts";
import { parseSignedMessage } from "../../../plugin/pki/cms-signed.ts";
import { type Element, octets, oidOf, readBer, textOf } from "../../../plugin/pki/der-read.ts";
import { OID } from "../../../plugin/pki/oids.ts";
import { labEnvelope } from "./envelope.ts";
import { ask } from "./http.ts";
import { labKeyOf } from "./keys.ts";
import type { Lab } from "./lab.ts";
import { labMessage } from "./message.ts";
import { storedKeyOf } from "./stored-keys.ts";

/** One request that went through, as the client sent it. */
export interface Bridged {
  readonly method: string;
  readonly messageType: string;
}

/**
 * The test-only switch for single DES: it stands between a client that knows nothing else and the server, which never takes it. Requests are opened with
 * the lab's RA key, sealed anew with AES and signed anew with the client's own key; replies go back untouched.
 */
export class DesBridge {
  readonly requests: Bridged[] = [];

  private constructor(
    private readonly lab: Lab,
    private readonly server: Server,
    private readonly options: DesBridgeOptions,
  ) {}

  static async start(lab: Lab, options: DesBridgeOptions): Promise<DesBridge> {
    const server = createServer({ maxHeaderSize: 65_536 });
    const bridge = new DesBridge(lab, server, options);
    server.on("request", (request, response) => {
      bridge.answer(request, response).catch((error: unknown) => {
        response.writeHead(502).end(String(error));
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return bridge;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/scep`;
  }

  async end(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://bridge");
    const operation = url.searchParams.get("operation") ?? "";
    const method = request.method ?? "GET";
    const path = `/scep/${this.options.endpoint}?operation=${operation}`;
    const forward = async () => {
      if (operation !== "PKIOperation") return ask(this.lab.port, { path });
      const sent =
        method === "POST"
          ? await buffer(request)
          : Buffer.from(url.searchParams.get("message") ?? "", "base64url");
      const message = await this.translate(sent, method);
      if (method === "POST") return ask(this.lab.port, { method, path, body: message });
      // In the client's own dialect: base64url, the message first.
      const base64 = Buffer.from(message).toString("base64url");
      return ask(this.lab.port, {
        path: `/scep/${this.options.endpoint}?message=${base64}&operation=PKIOperation`,
      });
    };
    const { status, headers, body } = await forward();
    const text = body.toString("latin1");
    const hidden = operation === "GetCACaps" && this.options.getOnly;
    const answer = hidden ? text.replace(/^(?:POSTPKIOperation|SCEPStandard)\n/gm, "") : body;
    response.writeHead(status, { "content-type": headers["content-type"] ?? "" }).end(answer);
  }

  private async translate(sent: Uint8Array, method: string): Promise<Uint8Array> {
    const signed = parseSignedMessage(sent);
    const text = (type: string): string => {
      const element = signed.attributes.get(type);
      return element === undefined ? "" : (textOf(element) ?? "");
    };
    const nonce = signed.attributes.get(OID.senderNonce);
    if (
      signed.signerCertificate === undefined ||
      nonce === undefined ||
      !existsSync(this.options.keyFile)
    )
      throw new Error("no signer, nonce or key");
    const messageType = text(OID.messageType);
    this.requests.push({ method, messageType });
    const key = labKeyOf(createPrivateKey(await readFile(this.options.keyFile, "latin1")));
    return labMessage({
      content: labEnvelope(this.open(signed.content ?? new Uint8Array(0)), {
        recipient: this.lab.ra,
      }),
      signer: { key, certificate: signed.signerCertificate.raw },
      messageType,
      transactionId: text(OID.transactionId),
      senderNonce: octets(nonce),
    });
  }

  /** What a DES envelope for our RA holds. Node knows single DES as triple DES with one key three times. */
  private open(envelope: Uint8Array): Uint8Array {
    const [, recipients, info] = at(readBer(envelope), 1, 0).children;
    const { serialOctets } = parseCertificate(this.lab.ra);
    const mine = recipients?.children.find(
      (one) => Buffer.compare(at(one, 1, 1).value, serialOctets) === 0,
    );
    if (mine === undefined || info === undefined) throw new Error("not for our RA");
    if (oidOf(at(info, 1, 0), "cipher") !== "1.3.14.3.2.7") throw new Error("no single DES");
    const ra = storedKeyOf(this.lab, this.lab.ra).privateKey;
    const block = privateDecrypt({ key: ra, padding: constants.RSA_NO_PADDING }, at(mine, 3).value);
    const des = block.subarray(-8);
    const decipher = createDecipheriv(
      "des-ede3-cbc",
      Buffer.concat([des, des, des]),
      at(info, 1, 1).value,
    );
    return Buffer.concat([decipher.update(octets(at(info, 2))), decipher.final()]);
  }
}

export interface DesBridgeOptions {
  /** Where the client keeps its key, PEM. */
  readonly keyFile: string;
  /** Which endpoint of the lab is behind it. */
  readonly endpoint: string;
  /** Hides POST from the client, so that it sends everything by GET. */
  readonly getOnly: boolean;
}

const at = (element: Element, ...path: readonly number[]): Element => {
  let here = element;
  for (const index of path) {
    const next = here.children[index];
    if (next === undefined) throw new Error(`nothing at ${path.join(".")}`);
    here = next;
  }
  return here;
};
