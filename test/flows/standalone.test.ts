import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { connect } from "node:tls";
import { setTimeout as pause } from "node:timers/promises";
import { listen } from "../support/listen.ts";
import { openssl } from "../support/openssl.ts";
import { countersign, countersignOutput, served, type Serving } from "../support/standalone.ts";
import { run, workFolder, type WorkFolder } from "../support/tools.ts";

interface Connection {
  readonly listeners: readonly { readonly url: string; readonly serves: readonly string[] }[];
}

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

/** A self-signed certificate with its key; the name tells one from another. */
const selfSigned = async (folder: WorkFolder, name: string, certificate: string, key: string) => {
  await openssl([
    ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", `/CN=${name}`],
    ...["-keyout", folder.file(`${key}.new`), "-out", folder.file(`${certificate}.new`)],
  ]);
  await rename(folder.file(`${key}.new`), folder.file(key));
  await rename(folder.file(`${certificate}.new`), folder.file(certificate));
};

/** Common name of the certificate that a TLS listener shows now. */
const shownName = (port: number): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.end();
    });
    socket.once("error", reject);
  });

const eventually = async (holds: () => Promise<boolean> | boolean): Promise<void> => {
  for (let waited = 0; !(await holds()); waited += 100) {
    assert.ok(waited < 15_000, "it did not happen");
    await pause(100);
  }
};

describe("standalone server", function () {
  this.timeout(60_000);
  let folder: WorkFolder;
  let running: Serving | undefined;
  const connection = (): Connection =>
    JSON.parse(readFileSync(folder.file("data/connection.json"), "utf8")) as Connection;

  beforeEach(async () => {
    folder = await workFolder();
  });
  afterEach(async () => {
    await running?.stop("SIGKILL");
    running = undefined;
    await folder.remove();
  });

  it("initialises an empty folder for its owner alone, says one line when it is ready, and goes on with it", async () => {
    const data = folder.file("data");
    const first = await served(data, ["--public-url", "http://pki.example"]);
    running = first;
    assert.deepEqual(Object.keys(first.ready), ["ready", "admin", "scep", "token"]);
    assert.equal(first.ready.scep, "http://pki.example/scep");
    assert.equal(first.stdout().split("\n").length, 2);
    assert.equal(modeOf(data), "700");
    for (const name of readdirSync(data))
      assert.equal(modeOf(`${data}/${name}`), name === "keys" ? "700" : "600", name);
    assert.equal(statSync(`${data}/server.secret`).size, 32);
    const { status } = await fetch(`${first.ready.admin}/api/v1/whoami`, {
      headers: { authorization: `Bearer ${first.ready.token}` },
    });
    assert.equal(status, 200);
    await countersignOutput(["authority", "hierarchy", "lab", "--data", data]);
    assert.doesNotMatch(first.stderr(), /no --public-url/);
    assert.equal(await first.stop(), 0);
    for (const gone of ["connection.json", "token", "operator.token"])
      assert.ok(!readdirSync(data).includes(gone), gone);

    const second = await served(data);
    running = second;
    assert.equal(second.ready.scep, "http://pki.example/scep");
    assert.equal(
      await countersignOutput(["authority", "show", "lab", "--data", data, "--get", "status"]),
      "active\n",
    );
    assert.equal(await second.stop("SIGINT"), 0);
  });

  it("warns when the base URL is only the listener's own address", async () => {
    running = await served(folder.file("data"));
    assert.match(running.stderr(), /no --public-url/);
  });

  it("lets a request that is under way finish before it ends", async () => {
    const { ready, ...server } = await served(folder.file("data"));
    running = server;
    const answer = fetch(`${ready.admin}/api/v1/hierarchies`, {
      method: "POST",
      headers: { authorization: `Bearer ${ready.token}`, "content-type": "application/json" },
      body: JSON.stringify({ id: "lab", keyAlgorithm: "rsa-3072" }),
    });
    await pause(100);
    const stopped = server.stop();
    assert.equal((await answer).status, 201);
    assert.equal(await stopped, 0);
  });

  it("E-14 E-15 E-16 serves plain HTTP beside HTTPS with TLS 1.2 and 1.3, and asks nobody for a certificate", async () => {
    await selfSigned(folder, "first", "tls.pem", "tls.key");
    const server = await served(folder.file("data"), [
      ...["--tls-port", "0", "--tls-cert", folder.file("tls.pem")],
      ...["--tls-key", folder.file("tls.key")],
    ]);
    running = server;
    assert.equal((await fetch(`${server.ready.admin}/healthz`)).status, 200);
    const { port } = new URL(
      connection().listeners.find(({ url }) => url.startsWith("https:"))?.url ?? "",
    );
    const client = (...args: string[]) =>
      run("openssl", ["s_client", "-connect", `127.0.0.1:${port}`, ...args], {
        input: "GET /healthz HTTP/1.0\r\n\r\n",
      });
    for (const cipher of ["ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384"]) {
      const { stdout } = await client("-tls1_2", "-cipher", cipher);
      assert.match(stdout.toString(), new RegExp(`Cipher is ${cipher}`));
      assert.match(stdout.toString(), /No client certificate CA names sent/);
    }
    const modern = (await client("-tls1_3", "-ign_eof")).stdout.toString();
    assert.match(modern, /TLSv1\.3/);
    assert.match(modern, /"status":"ok"/);
    const old = await client("-tls1_1", "-cipher", "ALL:@SECLEVEL=0");
    assert.doesNotMatch(old.stdout.toString(), /Cipher is ECDHE|Cipher is AES/);
    assert.match(
      `${old.stderr}${old.stdout.toString()}`,
      /alert protocol version|Cipher is \(NONE\)/,
    );
  });

  it("E-08 says of each endpoint whether client certificates are asked for, as far as its listeners know", async () => {
    await selfSigned(folder, "first", "tls.pem", "tls.key");
    const data = ["--data", folder.file("data")];
    const secure = ["--tls-port", "0", "--tls-cert", folder.file("tls.pem")];
    const asked = () =>
      countersignOutput(["endpoint", "show", "lab", "--get", "clientCertificates", ...data]);
    const restarted = async (...args: string[]) => {
      await running?.stop();
      running = await served(folder.file("data"), args);
    };
    await restarted();
    await countersignOutput([
      "authority",
      "hierarchy",
      "lab",
      "--key-algorithm",
      "ec-p256",
      ...data,
    ]);
    await countersignOutput([
      ...["template", "create", "lab", "--authority-id", "lab", "--subject", "CN=x", ...data],
    ]);
    await countersignOutput([
      ...["endpoint", "create", "lab", "--authority-id", "lab", "--template-ids", "lab"],
      ...["--dynamic", ...data],
    ]);
    assert.equal(await asked(), "no-tls\n");
    await restarted("--scep-url", "https://scep.example/scep");
    assert.equal(await asked(), "unknown\n", "whatever ends TLS in front may ask");
    await restarted(...secure, "--tls-key", folder.file("tls.key"));
    assert.equal(await asked(), "never\n", "the test before shows that it is so");
  });

  it("E-15 shows a certificate of an own authority as soon as there is one, without a restart", async () => {
    const server = await served(folder.file("data"), [
      ...["--tls-port", "0", "--tls-authority", "corp", "--tls-names", "localhost,127.0.0.1"],
    ]);
    running = server;
    const secure = connection().listeners.find(({ url }) => url.startsWith("https:"))?.url ?? "";
    const port = Number(new URL(secure).port);
    assert.equal(await shownName(port), "Countersign placeholder");
    assert.equal(modeOf(folder.file("data/tls.pem")), "600");
    await countersignOutput(["authority", "hierarchy", "corp", "--data", folder.file("data")]);
    await eventually(async () => (await shownName(port)) === "localhost");
    const chain = ["authority", "chain", "corp", "--data", folder.file("data")];
    await writeFile(folder.file("ca.pem"), await countersignOutput(chain));
    const { stdout } = await run("openssl", [
      ...["s_client", "-connect", `127.0.0.1:${port}`, "-verify_return_error"],
      ...["-CAfile", folder.file("ca.pem"), "-verify_hostname", "localhost", "-tls1_2"],
      ...["-cipher", "ECDHE-RSA-AES128-GCM-SHA256"],
    ]);
    assert.match(stdout.toString(), /Verify return code: 0 \(ok\)/);
    const roles = ["certificate", "list", "--role", "tls", "--json", "--data", folder.file("data")];
    assert.equal(JSON.parse(await countersignOutput(roles)).items.length, 1);
    assert.equal(await server.stop(), 0);
    const wrong = await countersign([
      ...["serve", "--data", folder.file("data"), "--tls-port", "0", "--tls-authority", "corp"],
      ...["--tls-key", folder.file("data/tls.pem")],
    ]);
    assert.match(wrong.stderr, /--tls-cert with --tls-key or --tls-authority/);
  });

  it("E-15 takes a new certificate without a restart, and keeps the old one while the new one is broken", async () => {
    await selfSigned(folder, "first", "tls.pem", "tls.key");
    const server = await served(folder.file("data"), [
      ...["--tls-port", "0", "--tls-cert", folder.file("tls.pem")],
      ...["--tls-key", folder.file("tls.key")],
    ]);
    running = server;
    const port = Number(
      new URL(connection().listeners.find(({ url }) => url.startsWith("https:"))?.url ?? "").port,
    );
    assert.equal(await shownName(port), "first");
    await writeFile(folder.file("tls.pem"), "no certificate");
    await eventually(() => /TLS certificate not loaded/.test(server.stderr()));
    assert.equal(await shownName(port), "first");
    await selfSigned(folder, "second", "tls.pem", "tls.key");
    await eventually(async () => (await shownName(port)) === "second");
    await selfSigned(folder, "third", "tls.pem", "tls.key");
    process.kill(server.pid, "SIGHUP");
    await pause(300);
    assert.equal(await shownName(port), "third");
    assert.equal(await server.stop(), 0);
  });

  it("serves on each further listener only what it names", async () => {
    const server = await served(folder.file("data"), ["--listen", "scep,status=127.0.0.1:0"]);
    running = server;
    const further = connection().listeners[1]!;
    assert.deepEqual(further.serves, ["scep", "status"]);
    const status = async (path: string): Promise<number> =>
      (await fetch(`${further.url}${path}`)).status;
    assert.equal(await status("/healthz"), 200);
    assert.equal(await status("/metrics"), 404);
    assert.equal(await status("/api/v1/whoami"), 404);
    assert.equal((await fetch(`${server.ready.admin}/api/v1/whoami`)).status, 401);
  });

  it("takes request lines of 20 KB, as clients that send messages by GET write them", async () => {
    const server = await served(folder.file("data"));
    running = server;
    const url = `${server.ready.scep}/none?operation=PKIOperation&message=${"A".repeat(20_000)}`;
    assert.equal((await fetch(url)).status, 404);
  });

  it("refuses a port that is taken, and leaves nothing behind", async () => {
    const other = await listen((_request, response) => void response.end());
    try {
      const port = String(other.port);
      const ran = await countersign(["serve", "--data", folder.file("data"), "--port", port]);
      assert.equal(ran.status, 1);
      assert.match(ran.stderr, new RegExp(`127.0.0.1:${port}: another program uses it`));
      assert.match(ran.stderr, /\(conflict\)/);
      assert.deepEqual(readdirSync(folder.path), []);
    } finally {
      await other.close();
    }
  });

  it("names every fault of a configuration file at once, and leaves nothing behind", async () => {
    writeFileSync(
      folder.file("config.json"),
      JSON.stringify({ organization: "", crl: { intervalSeconds: -1 }, colour: "red" }),
    );
    const ran = await countersign([
      ...["serve", "--data", folder.file("data"), "--port", "0"],
      ...["--config", folder.file("config.json")],
    ]);
    assert.equal(ran.status, 1);
    for (const path of ["organization", "crl.intervalSeconds", "colour"])
      assert.match(ran.stderr, new RegExp(path));
    assert.deepEqual(readdirSync(folder.path), ["config.json"]);
  });
});
