import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import type { AddressInfo, Socket } from "node:net";
import { join } from "node:path";
import { createServer, type Server, type TlsOptions } from "node:tls";
import { countersign } from "../support/standalone.ts";
import { eventually, type Served, serve } from "./served.ts";

/** What a receiver has understood of RFC 5425 frames with RFC 5424 messages in them. */
interface Message {
  readonly priority: string;
  readonly at: string;
  readonly messageId: string;
  readonly sequenceId: number;
  readonly entry: Record<string, unknown>;
}

const MESSAGE =
  /^<(\d{1,3})>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) ([!-~]{1,255}) countersign - ([!-~]{1,32}) \[meta sequenceId="(\d+)"\] \uFEFF(\{.*\})$/su;

const messagesIn = (octets: Buffer): Message[] => {
  const messages: Message[] = [];
  for (let at = 0; at < octets.length;) {
    const space = octets.indexOf(0x20, at);
    const length = Number(octets.toString("latin1", at, space));
    assert.ok(Number.isInteger(length) && length > 0, "octet count");
    const text = octets.toString("utf8", space + 1, space + 1 + length);
    const [, priority = "", stamp = "", , messageId = "", sequenceId = "", json = ""] =
      MESSAGE.exec(text) ?? assert.fail(text);
    const entry = JSON.parse(json) as Record<string, unknown>;
    messages.push({ priority, at: stamp, messageId, sequenceId: Number(sequenceId), entry });
    at = space + 1 + length;
  }
  return messages;
};

describe("countersign ledger forward", function () {
  this.timeout(60_000);
  let served: Served;
  let token: string;
  let file: (name: string) => string;
  const servers: Server[] = [];

  before(async () => {
    served = await serve();
    file = (name) => join(served.folder, name);
    token = file("token");
    const minted = await served.countersign.tokens.mint({
      ...{ subject: "siem", tenant: "default", roles: ["ca-auditor"], lifetimeSeconds: 3600 },
    });
    await writeFile(token, minted, { mode: 0o600 });
    for (const name of ["siem", "other"])
      execFileSync(
        "openssl",
        [
          ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"],
          ...["-keyout", file(`${name}.key`), "-out", file(`${name}.pem`), "-days", "2"],
          ...["-subj", `/CN=${name}`, "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        ],
        { stdio: "ignore" },
      );
    const api = await served.api();
    await api.post("/hierarchies", { id: "office", keyAlgorithm: "ec-p256" });
    await api.post("/templates", {
      id: "wifi",
      authorityId: "office",
      name: "WLAN für alle ☃",
      subject: "CN=%serialnumber%",
    });
  });
  after(async () => {
    for (const server of servers) server.close();
    await served.end();
  });

  const receiver = async (more: TlsOptions = {}) => {
    const chunks: Buffer[] = [];
    const sockets: Socket[] = [];
    const server = createServer(
      { key: await readFile(file("siem.key")), cert: await readFile(file("siem.pem")), ...more },
      (socket) => {
        sockets.push(socket);
        socket.on("data", (chunk: Buffer) => void chunks.push(chunk));
        socket.on("error", () => undefined);
      },
    );
    server.on("tlsClientError", () => undefined);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    servers.push(server);
    const { port } = server.address() as AddressInfo;
    return { address: `tls://127.0.0.1:${port}`, got: () => messagesIn(Buffer.concat(chunks)) };
  };
  const forward = (to: string, ...more: string[]) =>
    countersign([
      ...["ledger", "forward", "--to", to, "--url", served.url, "--token-file", token, ...more],
    ]);
  /** Sealing takes up to a second. */
  const sealed = async (): Promise<void> => {
    const api = await served.api();
    await eventually(async () =>
      (await api.all("/ledger")).every(({ sequence }) => sequence !== undefined),
    );
  };

  it("O-06 sends every entry over TLS, once, in order, and goes on where it was", async () => {
    await sealed();
    const { address, got } = await receiver();
    const options = ["--ca", file("siem.pem"), "--state", file("state")];
    const first = await forward(address, ...options);
    assert.equal(first.status, 0, first.stderr);
    const messages = got();
    assert.deepEqual(
      messages.map(({ sequenceId }) => sequenceId),
      messages.map((_, at) => at + 1),
    );
    const made = messages.find(({ messageId }) => messageId === "template.created");
    assert.equal(made?.priority, "110");
    assert.equal(made.entry["tenant"], "default");
    assert.equal(made.entry["subjectId"], "wifi");
    assert.match(String(made.entry["hash"]), /^[0-9a-f]{64}$/);
    assert.equal(made.at, made.entry["at"]);
    assert.equal(Number(await readFile(file("state"), "utf8")), messages.length);

    const api = await served.api();
    await api.patch("/templates/wifi", { name: "a second name" });
    await sealed();
    const second = await forward(address, ...options);
    assert.equal(second.status, 0, second.stderr);
    const later = got().slice(messages.length);
    assert.ok(later.some(({ messageId }) => messageId === "template.changed"));
    assert.equal(later[0]?.sequenceId, messages.length + 1);
  });

  it("sends nothing to a receiver that is another, and keeps its place", async () => {
    const { address, got } = await receiver();
    const refused = await forward(address, "--ca", file("other.pem"), "--state", file("none"));
    assert.notEqual(refused.status, 0);
    assert.match(refused.stderr, /127\.0\.0\.1:\d+ cannot be reached: /);
    assert.deepEqual(got(), []);
    await assert.rejects(readFile(file("none")));
  });

  it("shows its certificate to a receiver that asks for one", async () => {
    const demanding = { requestCert: true, ca: await readFile(file("other.pem")) };
    const { address, got } = await receiver(demanding);
    const bare = await forward(address, "--ca", file("siem.pem"), "--state", file("bare"));
    assert.notEqual(bare.status, 0);
    await assert.rejects(readFile(file("bare")));
    const shown = await forward(
      ...([address, "--ca", file("siem.pem"), "--cert", file("other.pem")] as const),
      ...["--key", file("other.key"), "--after", "1"],
    );
    assert.equal(shown.status, 0, shown.stderr);
    assert.equal(got()[0]?.sequenceId, 2);
  });

  it("says what is wrong with an address and with a state file", async () => {
    assert.match((await forward("siem.example")).stderr, /is no receiver; write tls:/);
    await writeFile(file("odd"), "not a number");
    const odd = await forward("tls://127.0.0.1:1", "--state", file("odd"));
    assert.match(odd.stderr, /holds no entry's number/);
    assert.match((await forward("tls://127.0.0.1:1")).stderr, /cannot be reached: .*ECONNREFUSED/);
  });
});
