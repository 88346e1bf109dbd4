import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { openssl } from "../support/openssl.ts";
import { countersignOutput, type Ready, served, type Serving } from "../support/standalone.ts";
import { workFolder, type WorkFolder } from "../support/tools.ts";

interface Shown {
  readonly cert?: string;
  readonly key?: string;
  readonly headers?: Record<string, string>;
  readonly agent?: Agent;
  readonly maxVersion?: "TLSv1.2" | "TLSv1.3";
}

describe("machines that sign in with their certificates", function () {
  this.timeout(60_000);
  let folder: WorkFolder;
  let server: Serving & { readonly ready: Ready };
  let port: string;
  let robot: { readonly cert: string; readonly key: string };
  const cli = async (...args: string[]) =>
    JSON.parse(await countersignOutput([...args, "--data", folder.file("data"), "--json"]));

  /** Key and certificate of a credential's file. */
  const opened = async (file: string, password: string) => {
    const pem = await openssl(["pkcs12", "-in", file, "-passin", `pass:${password}`, "-nodes"]);
    const part = (what: string) =>
      new RegExp(`-----BEGIN ${what}-----[^]+?-----END ${what}-----`).exec(pem)?.[0] ?? "";
    return { cert: part("CERTIFICATE"), key: part("PRIVATE KEY") };
  };
  const get = (path: string, { headers = {}, ...tls }: Shown = {}) =>
    new Promise<{ readonly status: number; readonly text: string }>((resolve, reject) => {
      const options = { host: "127.0.0.1", port, path, headers, rejectUnauthorized: false };
      request({ ...options, ...tls }, (response) => {
        let text = "";
        response.on("data", (chunk: Buffer) => (text += chunk.toString()));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      })
        .on("error", reject)
        .end();
    });
  const status = async (shown?: Shown) => (await get("/api/v1/whoami", shown)).status;

  before(async () => {
    folder = await workFolder();
    await openssl([
      ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=pki"],
      ...["-keyout", folder.file("tls.key"), "-out", folder.file("tls.pem")],
    ]);
    server = await served(folder.file("data"), [
      ...["--mtls-port", "0", "--tls-cert", folder.file("tls.pem")],
      ...["--tls-key", folder.file("tls.key")],
    ]);
    const { listeners } = JSON.parse(
      readFileSync(folder.file("data/connection.json"), "utf8"),
    ) as Ready & { readonly listeners: readonly { readonly url: string }[] };
    port = new URL(listeners.find(({ url }) => url.startsWith("https:"))?.url ?? "").port;
    const out = ["--out", folder.file("robot.p12")];
    const { password } = await cli(
      "credential",
      "create",
      "robot",
      "--roles",
      "ca-auditor",
      ...out,
    );
    robot = await opened(folder.file("robot.p12"), password as string);
  });
  after(async () => {
    await server.stop("SIGKILL");
    await folder.remove();
  });

  it("R-10 the file's certificate signs in by mutual TLS, with the credential's roles and no more", async () => {
    for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
      const who = await get("/api/v1/whoami", { ...robot, maxVersion });
      assert.equal(who.status, 200, who.text);
      const { id, roles } = JSON.parse(who.text);
      assert.deepEqual([id, roles], ["credential:robot", ["ca-auditor"]]);
    }
    assert.equal((await get("/api/v1/ledger", robot)).status, 200);
    assert.equal((await get("/api/v1/people", robot)).status, 403);
    assert.ok((await cli("credential", "show", "robot")).lastUsedAt);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let turn = 0; turn < 3; turn += 1) assert.equal(await status({ ...robot, agent }), 200);
    agent.destroy();
    // Sessions that are taken up again.
    const resuming = new Agent({ maxCachedSessions: 10 });
    for (let turn = 0; turn < 3; turn += 1)
      assert.equal(await status({ ...robot, agent: resuming }), 200);
    resuming.destroy();
  });

  it("R-10 nobody else's key does, nor a browser, and without a certificate a token is asked for", async () => {
    assert.equal(await status(), 401);
    const headers = { authorization: `Bearer ${server.ready.token}` };
    assert.equal(await status({ headers }), 200);
    await openssl([
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"],
      ...["-subj", "/CN=robot/O=default", "-days", "2"],
      ...["-keyout", folder.file("liar.key"), "-out", folder.file("liar.pem")],
    ]);
    const liar = {
      cert: readFileSync(folder.file("liar.pem"), "utf8"),
      key: readFileSync(folder.file("liar.key"), "utf8"),
    };
    assert.equal(await status(liar), 401);
    await assert.rejects(
      status({ cert: robot.cert, key: liar.key }),
      "no handshake without its key",
    );
    for (const sent of [{ origin: "https://evil.example" }, { "sec-fetch-site": "none" }])
      assert.equal(await status({ ...robot, headers: sent }), 401);
    assert.equal(await status({ ...robot, headers: { authorization: "Bearer rubbish" } }), 401);
    // The same certificate, told by somebody who ends TLS in front of the plain listener.
    const told = await fetch(`${server.ready.admin}/api/v1/whoami`, {
      headers: {
        "x-ssl-client-cert": encodeURIComponent(robot.cert),
        "x-forwarded-proto": "https",
      },
    });
    assert.equal(told.status, 401);
    assert.equal((await get("/scep/any?operation=GetCACaps", robot)).status, 404);
  });

  it("R-10 rotation leaves both good; an inactive credential is refused at once, on a connection that is open too", async () => {
    const out = ["--out", folder.file("robot-2.p12")];
    const { password } = await cli("credential", "rotate", "robot", ...out);
    const second = await opened(folder.file("robot-2.p12"), password as string);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (const shown of [robot, { ...second, agent }]) assert.equal(await status(shown), 200);
    await cli("credential", "change", "robot", "--active", "false");
    for (const shown of [robot, { ...second, agent }]) assert.equal(await status(shown), 401);
    await cli("credential", "change", "robot", "--active", "true");
    assert.equal(await status(second), 200);
    await countersignOutput(["credential", "delete", "robot", "--data", folder.file("data")]);
    for (const shown of [robot, { ...second, agent }]) assert.equal(await status(shown), 401);
    agent.destroy();
  });
});
