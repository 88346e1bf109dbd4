import { randomBytes, X509Certificate } from "node:crypto";
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { CountersignConfig } from "../../../plugin/config.ts";
import type { Setup } from "../../../plugin/setup.ts";
import { startInstallation, type TestInstallation } from "../installation.ts";
import { ask, closeConnections, type HttpAnswer, type HttpQuestion } from "./http.ts";
import { readDegenerate } from "./reply.ts";
import { watchedKeyStores, type KeyWatch } from "./watched-keys.ts";

export const STATIC_SECRET = "open sesame, please";

export interface LabOptions {
  readonly config?: Partial<CountersignConfig>;
  readonly setup?: Partial<Setup>;
  /** Fields of the endpoint `std`. */
  readonly endpoint?: Readonly<Record<string, unknown>>;
  readonly template?: Readonly<Record<string, unknown>>;
}

/** A running installation behind a real listener: one hierarchy, one template, the endpoint `std` with a static and a dynamic policy. */
export class Lab {
  /** RA certificate of `std`, DER. */
  ra: Uint8Array = new Uint8Array(0);
  /** Issuing CA and root, DER. */
  chain: readonly Uint8Array[] = [];
  /** How far the installation's clock is ahead, in milliseconds; keep it a multiple of 50. */
  readonly time: { ahead: number };
  readonly keys: KeyWatch;
  private token = "";
  /** Somebody else, since nobody approves what they asked for. */
  private approver = "";
  private posts = 0;

  private constructor(
    readonly installation: TestInstallation,
    private readonly server: Server,
    readonly port: number,
    parts: Pick<Lab, "time" | "keys">,
  ) {
    this.time = parts.time;
    this.keys = parts.keys;
  }

  static async start(options: LabOptions = {}): Promise<Lab> {
    const time = { ahead: 0 };
    const keys: KeyWatch = { unwraps: 0, signatures: 0, down: false, lost: new Set() };
    const installation = await startInstallation(
      { limits: { sourcePerMinute: "off" }, ...options.config },
      {
        clock: { now: () => new Date(Date.now() + time.ahead) },
        keyStores: watchedKeyStores(keys),
        ...options.setup,
      },
    );
    const server = createServer({ maxHeaderSize: 65536 }, installation.countersign.handler);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const lab = new Lab(installation, server, port, { time, keys });
    try {
      await lab.furnish(options);
    } catch (failure) {
      await lab.end();
      throw failure;
    }
    return lab;
  }

  private async furnish({ endpoint, template }: LabOptions): Promise<void> {
    this.approver = await this.installation.countersign.tokens.mint({
      subject: "approver",
      tenant: "default",
      roles: ["owner"],
      lifetimeSeconds: 10_000_000,
    });
    this.token = await this.installation.countersign.tokens.mint({
      subject: "lab",
      tenant: "default",
      roles: ["owner"],
      lifetimeSeconds: 1_000_000_000,
    });
    await this.api("POST", "/hierarchies", { id: "lab", name: "Lab" });
    await this.api("POST", "/templates", {
      id: "device",
      authorityId: "lab",
      subject: "CN=%devicename%,O=Lab",
      sans: [{ type: "dns", pattern: "%devicename%.example.test" }],
      ...template,
    });
    await this.addEndpoint("std", endpoint);
    const served = await this.scep({ path: "?operation=GetCACert" });
    const [ra, ...chain] = readDegenerate(served.body).certificates;
    this.ra = ra ?? assert.fail("no RA certificate");
    this.chain = chain;
  }

  /** One more endpoint of the same authority, template and RA. */
  async addEndpoint(id: string, changes: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.api("POST", "/endpoints", {
      id,
      authorityId: "lab",
      templateIds: ["device"],
      policies: [
        {
          kind: "static",
          templateId: "device",
          secret: STATIC_SECRET,
          unknownDevice: "unmanaged",
        },
        { kind: "dynamic" },
      ],
      ...changes,
    });
  }

  /** The admin API; throws unless it answers 2xx. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the API's answers are judged by the tests
  async api(method: string, path: string, body?: unknown, as?: "asker"): Promise<any> {
    const approves = as === undefined && /^\/approvals\/[^/]+\/approve$/.test(path);
    const token = approves ? this.approver : this.token;
    const answer = await ask(this.port, {
      method,
      path: `/api/v1${path}`,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: Buffer.from(JSON.stringify(body)) }),
    });
    const text = answer.body.toString();
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }

  /** A stored certificate by its id, DER. */
  async der(id: string): Promise<Buffer> {
    const answer = await ask(this.port, {
      path: `/api/v1/certificates/${id}/der`,
      headers: { authorization: `Bearer ${this.token}` },
    });
    assert.equal(answer.status, 200, answer.body.toString());
    return answer.body;
  }

  /** A request below `/scep/<endpoint>`; `path` begins with `?` or `/`. */
  scep(question: HttpQuestion, endpoint = "std"): Promise<HttpAnswer> {
    return ask(this.port, { ...question, path: `/scep/${endpoint}${question.path}` });
  }

  /** PKIOperation by POST, as most clients send it; from one of a hundred addresses in turn, since none may fail often. */
  post(
    message: Uint8Array,
    endpoint = "std",
    from = `127.0.1.${1 + (this.posts++ % 100)}`,
  ): Promise<HttpAnswer> {
    return this.scep(
      {
        from,
        method: "POST",
        path: "?operation=PKIOperation",
        headers: { "content-type": "application/x-pki-message" },
        body: message,
      },
      endpoint,
    );
  }

  /** A one-time challenge for a device of its own. */
  async mint(
    devicename = `dev-${randomBytes(4).toString("hex")}`,
    endpointId = "std",
  ): Promise<{ readonly secret: string; readonly deviceId: string; readonly devicename: string }> {
    const device = await this.api("POST", "/devices", {
      hostId: "lab",
      deviceId: randomBytes(6).toString("hex"),
      platform: "other",
      attributes: { devicename },
    });
    const { secret } = await this.api("POST", "/challenges", {
      deviceId: device.id,
      templateId: "device",
      endpointId,
    });
    return { secret, deviceId: device.id, devicename };
  }

  /** Asserts that the certificate was issued by the lab's CA for this key. */
  checkIssued(der: Uint8Array | undefined, spki: Uint8Array): X509Certificate {
    assert.ok(der, "no certificate");
    const certificate = new X509Certificate(der);
    const ca = new X509Certificate(this.chain[0] ?? new Uint8Array(0));
    assert.ok(certificate.checkIssued(ca) && certificate.verify(ca.publicKey));
    assert.deepEqual(
      certificate.publicKey.export({ type: "spki", format: "der" }),
      Buffer.from(spki),
    );
    assert.equal(certificate.ca, false);
    return certificate;
  }

  async end(): Promise<void> {
    closeConnections();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    await this.installation.end();
  }
}
