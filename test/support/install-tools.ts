/**
 * `npm run test:deps`: finds the tools of the tests or installs them. Says nothing when all are there; otherwise a line for each tool. Where something
 * cannot be had, it says what to type, and fails if `CI=true`.
 */
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

import { fetchBouncyCastle, findBouncyCastle } from "./bouncy-castle.ts";
import { findChromium } from "./chromium.ts";
import { findFirefox } from "./firefox/find-firefox.ts";
import { fetchJscep, findJscep } from "./jscep.ts";
import { fetchSchemathesis, findSchemathesis } from "./schemathesis.ts";
import { findPromtool, PROMETHEUS_CACHE } from "./promtool.ts";
import { findRsyslog, RSYSLOG_CACHE, RSYSLOG_PACKAGES } from "./rsyslog.ts";
import { findSoftHsm, SOFTHSM_CACHE } from "./softhsm.ts";
import { findSoftokn } from "./softokn.ts";
import { inCi } from "./left-out.ts";

interface Tool {
  readonly name: string;
  /** Debian packages that bring it. */
  readonly packages: readonly string[];
  readonly present: () => boolean;
}

const FOLDERS = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"];
const program = (name: string) => (): boolean =>
  FOLDERS.some((folder) => folder !== "" && existsSync(join(folder, name)));
const plugin = (name: string) => (): boolean =>
  existsSync(`/usr/lib/ipsec/plugins/libstrongswan-${name}.so`);

const TOOLS: readonly Tool[] = [
  { name: "SoftHSM", packages: ["softhsm2"], present: () => findSoftHsm() !== undefined },
  { name: "pkcs11-tool", packages: ["opensc"], present: program("pkcs11-tool") },
  { name: "NSS softokn", packages: ["libnss3"], present: () => findSoftokn() !== undefined },
  { name: "certutil", packages: ["libnss3-tools"], present: program("certutil") },
  { name: "openssl", packages: ["openssl"], present: program("openssl") },
  { name: "strongSwan pki", packages: ["strongswan-pki"], present: program("pki") },
  {
    name: "strongSwan's openssl plugin",
    packages: ["libstrongswan-standard-plugins"],
    present: plugin("openssl"),
  },
  {
    name: "strongSwan's curl plugin",
    packages: ["libstrongswan-extra-plugins"],
    present: plugin("curl"),
  },
  {
    name: "certmonger",
    packages: ["certmonger"],
    present: () => program("certmonger")() || existsSync("/usr/libexec/certmonger"),
  },
  { name: "scepclient", packages: ["scep"], present: program("scepclient") },
  { name: "python3", packages: ["python3-minimal"], present: program("python3") },
  { name: "Chromium", packages: ["chromium"], present: () => findChromium() !== undefined },
  { name: "Firefox", packages: ["firefox-esr"], present: () => findFirefox() !== undefined },
  { name: "dbus-daemon", packages: ["dbus"], present: program("dbus-daemon") },
  { name: "promtool", packages: ["prometheus"], present: () => findPromtool() !== undefined },
];

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const run = (command: readonly string[], cwd?: string): SpawnSyncReturns<string> =>
  spawnSync(command[0] ?? "", command.slice(1), {
    cwd,
    encoding: "utf8",
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });

/** What stands before a command of root's; undefined when we may not be root. */
const rootPrefix = (): readonly string[] | undefined => {
  if (process.getuid?.() === 0) return [];
  return run(["sudo", "-n", "true"]).status === 0 ? ["sudo", "-n"] : undefined;
};

/** Installs with the lists of packages that are here; asks for new ones when that fails. */
const install = (root: readonly string[], packages: readonly string[]): boolean => {
  const options = ["install", "-y", "--no-install-recommends", ...packages];
  const attempt = (): boolean => run([...root, "apt-get", ...options]).status === 0;
  return attempt() || (run([...root, "apt-get", "update"]).status === 0 && attempt());
};

/** What needs no installation is taken out of its package. */
const unpack = (name: string, into: string): void => {
  const folder = mkdtempSync(join(tmpdir(), "countersign-deb-"));
  try {
    if (run(["apt-get", "download", name], folder).status !== 0) return;
    const deb = readdirSync(folder).find((file) => file.endsWith(".deb"));
    if (deb === undefined) return;
    mkdirSync(into, { recursive: true });
    run(["dpkg", "-x", join(folder, deb), into]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

// Nobody needs Java for our tests; where it is there, it judges and enrols too.
if (findBouncyCastle() === undefined && fetchBouncyCastle()) say("BouncyCastle: installed");
if (findJscep() === undefined && fetchJscep()) say("jscep: installed");
if (findSchemathesis() === undefined && fetchSchemathesis()) say("schemathesis: installed");

if (findRsyslog() === undefined && program("apt-get")()) {
  for (const name of RSYSLOG_PACKAGES) unpack(name, RSYSLOG_CACHE);
  say(`rsyslog: ${findRsyslog() === undefined ? "MISSING" : "installed"}`);
}

const missing = TOOLS.filter(({ present }) => !present());
if (missing.length > 0) {
  const packages = missing.flatMap((tool) => tool.packages);
  if (program("apt-get")()) {
    const root = rootPrefix();
    if (root !== undefined) {
      // All at once, and one by one when that fails: one name that a release lacks must not cost the rest.
      if (!install(root, packages)) for (const name of packages) install(root, [name]);
    }
    if (findSoftHsm() === undefined) unpack("libsofthsm2", SOFTHSM_CACHE);
    if (findPromtool() === undefined) unpack("prometheus", PROMETHEUS_CACHE);
  }
  for (const { name, present } of TOOLS) {
    const here = present();
    const was = !missing.some((tool) => tool.name === name);
    say(`${name}: ${here ? (was ? "here" : "installed") : "MISSING"}`);
  }
  const lost = TOOLS.filter(({ present }) => !present());
  if (lost.length > 0) {
    const names = lost.flatMap((tool) => tool.packages).join(" ");
    say(
      program("apt-get")()
        ? `Type: sudo apt-get update && sudo apt-get install -y --no-install-recommends ${names}`
        : process.platform === "darwin"
          ? "Type: brew install softhsm opensc openssl strongswan"
          : `Install with the system's package manager (Debian's names): ${names}`,
    );
    say("A SoftHSM elsewhere is found by SOFTHSM2_MODULE=/path/to/libsofthsm2.so.");
    say("The tests that need what is missing will be skipped.");
    if (inCi()) process.exitCode = 1;
  }
}
