import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Api, Json } from "../flows/api.ts";
import { eventually, type Served, serve } from "../flows/served.ts";
import { leftOut } from "../support/left-out.ts";
import {
  findRsyslog,
  type Rsyslog,
  type RunningRsyslog,
  startRsyslog,
} from "../support/rsyslog.ts";
import { countersign } from "../support/standalone.ts";

describe("countersign ledger forward to Debian's rsyslog", function () {
  this.timeout(120_000);
  let rsyslog: Rsyslog;
  let served: Served;
  let api: Api;
  let file: (name: string) => string;
  const running: RunningRsyslog[] = [];

  before(async function () {
    const found = findRsyslog();
    if (found === undefined) {
      leftOut(this, "rsyslog with its openssl driver is missing");
      return;
    }
    rsyslog = found;
    served = await serve();
    // Whoever rsyslog runs as must get to its own folder.
    await chmod(served.folder, 0o711);
    file = (name) => join(served.folder, name);
    const minted = await served.countersign.tokens.mint({
      ...{ subject: "siem", tenant: "default", roles: ["ca-auditor"], lifetimeSeconds: 3600 },
    });
    await writeFile(file("token"), minted, { mode: 0o600 });
    for (const name of ["receiver", "sender"])
      execFileSync(
        "openssl",
        [
          ...[
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            `/CN=${name}`,
          ],
          ...["-keyout", file(`${name}.key`), "-out", file(`${name}.pem`)],
          ...["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        ],
        { stdio: "ignore" },
      );
    api = await served.api();
    await api.post("/hierarchies", { id: "office", keyAlgorithm: "ec-p256" });
    await api.post("/templates", {
      ...{ id: "wifi", authorityId: "office", name: "WLAN für alle ☃" },
      subject: "CN=%serialnumber%",
    });
    // The longest name that there may be, in letters of three octets.
    await api.post("/templates", {
      ...{ id: "long", authorityId: "office", name: "☃".repeat(100), subject: "CN=%devicename%" },
    });
    await eventually(async () => (await entries()).some(({ subjectId }) => subjectId === "long"));
  });
  after(async () => {
    for (const one of running) await one.stop();
    await (served as Served | undefined)?.end();
  });

  /** What is sealed, in its order. */
  const entries = async (): Promise<readonly Json[]> =>
    (await api.get("/ledger/chain?limit=500")).items as Json[];
  const receiving = async (name: string, clients?: string): Promise<RunningRsyslog> => {
    const one = await startRsyslog(rsyslog, file(name), {
      ...{ certificate: file("receiver.pem"), key: file("receiver.key") },
      ...(clients === undefined ? {} : { clients }),
    });
    running.push(one);
    return one;
  };
  const forward = ({ port }: RunningRsyslog, ...more: string[]) =>
    countersign([
      ...["ledger", "forward", "--to", `tls://127.0.0.1:${port}`, "--ca", file("receiver.pem")],
      ...["--url", served.url, "--token-file", file("token"), ...more],
    ]);

  it("O-06 rsyslog takes every entry apart into the fields of RFC 5424, once and in order", async () => {
    const receiver = await receiving("anybody");
    const expected = await entries();
    const sent = await forward(receiver, "--state", file("state"));
    assert.equal(sent.status, 0, sent.stderr);
    await eventually(async () => (await receiver.taken()).length >= expected.length);
    const taken = await receiver.taken();
    assert.deepEqual(
      taken.map((one) => one["structured-data"]),
      taken.map((_, at) => `[meta sequenceId="${at + 1}"]`),
    );
    for (const [at, { event, at: when, sequence, hash, data }] of expected.entries()) {
      const one = taken[at] ?? assert.fail(`entry ${at} has not come`);
      assert.deepEqual(
        [one["protocol-version"], one["app-name"], one.procid, one.msgid, one.syslogfacility],
        ["1", "countersign", "-", event, "13"],
      );
      assert.equal(one.timereported, when);
      assert.equal(one.syslogseverity, /refused|failed/.test(event as string) ? "4" : "6");
      const { tenant, ...entry } = JSON.parse(one.msg.replace(/^\uFEFF/, ""));
      assert.deepEqual(
        [tenant, entry.sequence, entry.hash, entry.data],
        ["default", sequence, hash, data],
      );
    }
    assert.ok(taken.some(({ msg }) => msg.includes('"subjectId":"long"')));

    // What comes later goes on from there, and nothing comes twice.
    await api.patch("/templates/wifi", { name: "a second name" });
    await eventually(async () => (await entries()).at(-1)?.event === "template.changed");
    const more = await entries();
    assert.equal((await forward(receiver, "--state", file("state"))).status, 0);
    await eventually(async () => (await receiver.taken()).length >= more.length);
    assert.deepEqual(
      (await receiver.taken()).slice(expected.length).map(({ msgid }) => msgid),
      more.slice(expected.length).map(({ event }) => event),
    );
  });

  it("O-06 an rsyslog that wants a certificate of the sender takes from who shows it, and from nobody else", async () => {
    const receiver = await receiving("known-only", file("sender.pem"));
    const bare = await forward(receiver, "--state", file("bare"));
    const shown = await forward(
      ...([receiver, "--cert", file("sender.pem"), "--key", file("sender.key")] as const),
      ...["--state", file("shown")],
    );
    assert.equal(shown.status, 0, shown.stderr);
    const expected = (await entries()).length;
    await eventually(async () => (await receiver.taken()).length >= expected);
    assert.notEqual(bare.status, 0, "said that it had sent what nobody has taken");
    assert.equal((await receiver.taken()).length, expected);
  });
});
