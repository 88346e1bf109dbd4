import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../free-port.ts";

/** `openssl ocsp` as a responder over an index of its own. */
export interface OpensslResponder {
  readonly port: number;
  readonly pid: number;
  /** PEM of its CA. */
  readonly issuer: string;
  readonly version: string;
  end(): void;
}

const openssl = (...args: readonly string[]): string => {
  const { status, stdout, stderr } = spawnSync("openssl", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`openssl ${args[0] ?? ""}: ${stderr}`);
  return stdout;
};

/** Knows `serials` (hex) as good; a P-256 key, one process: with `-multi` it spins between requests. */
export const startOpensslResponder = async (
  serials: readonly string[],
): Promise<OpensslResponder> => {
  const folder = mkdtempSync(join(tmpdir(), "countersign-responder-"));
  const file = (name: string): string => join(folder, name);
  openssl(
    ...[
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-days",
      "9",
    ],
    ...["-subj", "/CN=peer", "-keyout", file("ca.key"), "-out", file("ca.pem")],
  );
  const rows = serials.map(
    (serial) => `V\t380101000000Z\t\t${serial.toUpperCase()}\tunknown\t/CN=${serial}\n`,
  );
  writeFileSync(file("index"), rows.join(""));
  writeFileSync(file("index.attr"), "unique_subject = no\n");
  const port = await freePort();
  const child = spawn(
    "openssl",
    [
      ...["ocsp", "-port", String(port), "-index", file("index"), "-CA", file("ca.pem")],
      ...["-rsigner", file("ca.pem"), "-rkey", file("ca.key"), "-nmin", "60"],
    ],
    { stdio: "ignore" },
  );
  await new Promise((resolve) => setTimeout(resolve, 1000));
  return {
    port,
    pid: child.pid ?? 0,
    issuer: file("ca.pem"),
    version: openssl("version").trim(),
    end: () => {
      child.kill("SIGTERM");
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
