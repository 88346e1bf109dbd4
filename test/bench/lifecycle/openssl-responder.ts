import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
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

/** Knows `serials` (hex) as good; a P-256 key, one process: with `-multi` it spins between requests. It ends with the process that has started it, however that ends. */
export const startOpensslResponder = async (
  serials: readonly string[],
): Promise<OpensslResponder> => {
  const folder = mkdtempSync(join(tmpdir(), "countersign-responder-"));
  const file = (name: string): string => join(folder, name);
  const forget = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    makeCa(file);
    writeFileSync(file("index"), serials.map(indexRow).join(""));
    writeFileSync(file("index.attr"), "unique_subject = no\n");
    const port = await freePort();
    // setpriv becomes openssl; without it a bench that is killed leaves a responder that spins on a connection without a question.
    const child = spawn(
      "setpriv",
      [
        ...["--pdeathsig", "KILL", "openssl", "ocsp", "-port", String(port)],
        ...["-index", file("index"), "-CA", file("ca.pem")],
        ...["-rsigner", file("ca.pem"), "-rkey", file("ca.key"), "-nmin", "60"],
      ],
      { stdio: "ignore" },
    );
    const failed = new Promise<never>((_, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => {
        reject(new Error(`openssl ocsp has ended: ${code ?? "by a signal"}`));
      });
    });
    failed.catch(() => undefined);
    await Promise.race([failed, sleep(1000)]);
    return {
      port,
      pid: child.pid ?? 0,
      issuer: file("ca.pem"),
      version: openssl("version").trim(),
      end: () => {
        child.kill("SIGKILL");
        forget();
      },
    };
  } catch (failure) {
    forget();
    throw failure;
  }
};

const makeCa = (file: (name: string) => string): void => {
  openssl(
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"],
    ...["-days", "9", "-subj", "/CN=peer", "-keyout", file("ca.key"), "-out", file("ca.pem")],
  );
};

const indexRow = (serial: string): string =>
  `V\t380101000000Z\t\t${serial.toUpperCase()}\tunknown\t/CN=${serial}\n`;
