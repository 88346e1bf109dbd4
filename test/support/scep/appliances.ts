import assert from "node:assert/strict";
import { hash, randomBytes, X509Certificate } from "node:crypto";
import { parseDn } from "../../../plugin/domain/distinguished-name.ts";
import type { SubjectAltName } from "../../../plugin/domain/san.ts";
import { sequence } from "../../../plugin/pki/der-write.ts";
import { keyUsage } from "../../../plugin/pki/extensions.ts";
import { encodeName } from "../../../plugin/pki/name.ts";
import { labCsr } from "./csr.ts";
import { labEnvelope, type LabCipher } from "./envelope.ts";
import { ask, type HttpAnswer } from "./http.ts";
import type { LabKey } from "./keys.ts";
import { labMessage } from "./message.ts";
import { checkReply, type LabReply, readDegenerate } from "./reply.ts";
import { signerCertificate } from "./signer-certificate.ts";

/** What an administrator types into the form of an appliance. */
export interface ApplianceForm {
  readonly subject: string;
  readonly sans: readonly SubjectAltName[];
  readonly challenge: string;
  readonly key: LabKey;
  /** Of its envelopes; AES-128 unless given. */
  readonly cipher?: LabCipher;
}

/** What one message of an appliance was like, in octets, as its debug log counts them. */
export interface Sizes {
  readonly data: number;
  readonly envelope: number;
  readonly base64: number;
  readonly reply: number;
}

/** Lines of 64 characters, each with its end, as OpenSSL writes base64. */
const folded = (base64: string): string => base64.replace(/.{1,64}/g, "$&\n");

/** Plain HTTP on this machine; appliances speak nothing else. */
const scep = (port: number, endpoint: string, query: string, agent?: string): Promise<HttpAnswer> =>
  ask(port, {
    path: `/scep/${endpoint}?${query}`,
    headers: agent === undefined ? {} : { "user-agent": agent },
  });

/** A double of FortiOS's SCEP client, by its debug log in seed 004 section 5.2.3: one CA certificate, GET, PENDING, CertPoll, SUCCESS. */
export class FortiGate {
  /** 32 upper-case hex digits. */
  readonly transactionId: string;
  readonly sizes: Sizes[] = [];
  private ca: Uint8Array = new Uint8Array(0);
  private readonly certificate: Uint8Array;

  constructor(
    private readonly port: number,
    private readonly endpoint: string,
    private readonly form: ApplianceForm,
  ) {
    this.transactionId = hash("md5", form.key.spki, "hex").toUpperCase();
    this.certificate = signerCertificate({
      ...{ key: form.key, subject: form.subject },
      serial: Buffer.concat([Buffer.from([0x11]), randomBytes(13)]),
      extensions: [keyUsage(["digitalSignature", "keyEncipherment"])],
    });
  }

  /** It knows one answer only: "MIME header: application/x-x509-ca-cert", "loaded cacert", "loaded signing cert". */
  async loadCa(): Promise<X509Certificate> {
    const answer = await scep(this.port, this.endpoint, "operation=GetCACert&message=ca");
    assert.equal(answer.status, 200);
    assert.equal(answer.headers["content-type"], "application/x-x509-ca-cert");
    this.ca = answer.body;
    return new X509Certificate(answer.body);
  }

  /** PKCSReq. */
  enrol(): Promise<LabReply> {
    const { key, subject, sans, challenge } = this.form;
    return this.send("19", labCsr({ key, subject, sans, challenge }));
  }

  /** CertPoll with issuerAndSubject, under the same transaction id. */
  poll(): Promise<LabReply> {
    const issuer = new X509Certificate(this.ca).subject.split("\n").reverse().join(",");
    const names = [issuer, this.form.subject].map((name) => encodeName(parseDn(name)));
    return this.send("20", sequence(...names));
  }

  private async send(messageType: string, data: Uint8Array): Promise<LabReply> {
    const { key, cipher = "aes-128-cbc" } = this.form;
    const envelope = labEnvelope(data, { recipient: this.ca, cipher });
    const senderNonce = randomBytes(16);
    const { transactionId, certificate } = this;
    const message = labMessage({
      content: envelope,
      signer: { key, certificate },
      ...{ messageType, transactionId, senderNonce, signingTime: new Date() },
    });
    const base64 = folded(Buffer.from(message).toString("base64"));
    const query = `operation=PKIOperation&message=${encodeURIComponent(base64)}`;
    const answer = await scep(this.port, this.endpoint, query);
    this.sizes.push({
      data: data.length,
      envelope: envelope.length,
      base64: base64.length,
      reply: answer.body.length,
    });
    const signer = { certificate, privateKey: key.privateKey };
    return checkReply(answer, { transactionId, senderNonce, signer });
  }
}

/** A double of SonicOS's SCEP client, by seed 004 section 5.3: wants the enrolment agent twice, and signs its request with MD5. */
export class SonicWall {
  private agents: readonly Uint8Array[] = [];

  constructor(
    private readonly port: number,
    private readonly endpoint: string,
    private readonly form: ApplianceForm,
    private readonly userAgent?: string,
  ) {}

  /** The chain after the two. Fails, as the appliance does, unless the same enrolment agent is listed first and second. */
  async loadChain(): Promise<readonly X509Certificate[]> {
    const query = "operation=GetCACert";
    const answer = await scep(this.port, this.endpoint, query, this.userAgent);
    assert.equal(answer.headers["content-type"], "application/x-x509-ca-ra-cert");
    const [signing, encrypting, ...chain] = readDegenerate(answer.body).certificates;
    assert.ok(signing && encrypting);
    assert.deepEqual(Buffer.from(signing), Buffer.from(encrypting), "the agent is listed once");
    this.agents = [signing, encrypting];
    return chain.map((der) => new X509Certificate(der));
  }

  async enrol(): Promise<LabReply> {
    const { key, subject, sans, challenge } = this.form;
    const [signing, encrypting = new Uint8Array(0)] = this.agents;
    const certificate = signerCertificate({ key, subject });
    const transactionId = hash("md5", key.spki, "hex");
    const senderNonce = randomBytes(16);
    const message = labMessage({
      content: labEnvelope(labCsr({ key, subject, sans, challenge, hash: "md5" }), {
        recipient: encrypting,
      }),
      signer: { key, certificate },
      messageType: "19",
      transactionId,
      senderNonce,
    });
    const base64 = encodeURIComponent(Buffer.from(message).toString("base64"));
    const query = `operation=PKIOperation&message=${base64}`;
    const answer = await scep(this.port, this.endpoint, query, this.userAgent);
    const signer = { certificate, privateKey: key.privateKey };
    const reply = checkReply(answer, { transactionId, senderNonce, signer });
    assert.deepEqual(Buffer.from(reply.signer), Buffer.from(signing ?? []), "another signer");
    return reply;
  }
}
