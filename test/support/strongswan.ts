import { readFile, writeFile } from "node:fs/promises";
import { derOf } from "./openssl.ts";
import { output, type Ran, run, type WorkFolder } from "./tools.ts";

/** Options of `pki --scep`. */
export interface StrongSwanRequest {
  readonly dn: string;
  readonly password?: string;
  readonly sans?: readonly string[];
  readonly cipher?: string;
  readonly digest?: string;
  readonly padding?: string;
  /** File of an RSA key, PEM; a new one otherwise. */
  readonly key?: string;
}

/** strongSwan's `pki` as a SCEP client of one endpoint, its files in a folder. */
export class StrongSwan {
  private keys = 0;

  constructor(
    private readonly url: string,
    private readonly folder: WorkFolder,
  ) {}

  /** GetCACert: writes root, issuing CA and RA as strongSwan tells them apart. */
  async fetchCaCertificates(): Promise<void> {
    await output("pki", [
      ...["--scepca", "--url", this.url, "--outform", "pem", "--force"],
      ...["--caout", this.folder.file("ca.pem"), "--raout", this.folder.file("ra.pem")],
    ]);
  }

  /** DER of what `fetchCaCertificates` has written: `ra`, `ca` (the root) or `ca-1` (the issuing CA). */
  async certificate(name: "ra" | "ca" | "ca-1"): Promise<Buffer> {
    return derOf(await readFile(this.folder.file(`${name}.pem`), "latin1"));
  }

  /** A new RSA-2048 key, PEM; answers its file. */
  async newKey(): Promise<string> {
    const file = this.folder.file(`key-${++this.keys}.pem`);
    await writeFile(
      file,
      await output("pki", ["--gen", "--type", "rsa", "--size", "2048", "--outform", "pem"]),
    );
    return file;
  }

  /** One PKCSReq; the certificate is the PEM on its standard output. */
  async request(wanted: StrongSwanRequest): Promise<Ran> {
    const option = (name: string, value: string | undefined): string[] =>
      value === undefined ? [] : [name, value];
    return run("pki", [
      ...["--scep", "--url", this.url, "--in", wanted.key ?? (await this.newKey())],
      ...["--dn", wanted.dn, ...(wanted.sans ?? []).flatMap((san) => ["--san", san])],
      ...option("--password", wanted.password),
      ...option("--cipher", wanted.cipher),
      ...option("--digest", wanted.digest),
      ...option("--rsa-padding", wanted.padding),
      ...["--cacert-enc", this.folder.file("ra.pem"), "--cacert-sig", this.folder.file("ca-1.pem")],
      ...["--cacert", this.folder.file("ca.pem"), "--outform", "pem"],
      ...["--interval", "1", "--maxpolltime", "3"],
    ]);
  }

  /** DER of a certificate that must come. Throws with what strongSwan says otherwise. */
  async enrol(wanted: StrongSwanRequest): Promise<Buffer> {
    const { status, stdout, stderr } = await this.request(wanted);
    if (status !== 0) throw new Error(`pki --scep: status ${status}\n${stderr}`);
    return derOf(stdout.toString("latin1"));
  }
}
