import { writeFile } from "node:fs/promises";
import { output, run, type Ran, type RunOptions, workFolder, type WorkFolder } from "./tools.ts";

/** Standard output of an openssl command that must succeed, as text. */
export const openssl = async (args: readonly string[], options: RunOptions = {}): Promise<string> =>
  (await output("openssl", args, options)).toString("utf8");

export const pem = (label: string, der: Uint8Array): string =>
  `-----BEGIN ${label}-----\n${(
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? []
  ).join("\n")}\n-----END ${label}-----\n`;
export const pemOf = (...ders: readonly Uint8Array[]): string =>
  ders.map((der) => pem("CERTIFICATE", der)).join("");
/** DER of the first PEM block of a text. */
export const derOf = (text: string): Buffer =>
  Buffer.from(/-----BEGIN [^-]+-----([^-]+)-----END/.exec(text)?.[1] ?? "", "base64");

/** What `openssl x509 -text` says of a certificate. */
export const certificateText = (der: Uint8Array, ...options: readonly string[]): Promise<string> =>
  openssl(["x509", "-inform", "DER", "-noout", ...(options.length > 0 ? options : ["-text"])], {
    input: der,
  });

/** What `openssl crl -text` says of a list. */
export const crlText = (der: Uint8Array): Promise<string> =>
  openssl(["crl", "-inform", "DER", "-noout", "-text"], { input: der });

/** Serials in a list, lower-case hex without leading zero octets, as our API writes them. */
export const crlSerials = async (der: Uint8Array): Promise<readonly string[]> =>
  [...(await crlText(der)).matchAll(/Serial Number: ([0-9A-F]+)/g)].map(([, serial = ""]) =>
    serial.toLowerCase().replace(/^(?:00)+/, ""),
  );

const inFolder = async <T>(work: (folder: WorkFolder) => Promise<T>): Promise<T> => {
  const folder = await workFolder();
  try {
    return await work(folder);
  } finally {
    await folder.remove();
  }
};

/** `openssl verify` of a leaf, issuing CA first, root last in `chain`; strict RFC 5280 checks. With lists: also revocation of all of them. */
export const opensslVerify = (
  leaf: Uint8Array,
  chain: readonly Uint8Array[],
  crls: readonly Uint8Array[] = [],
  at?: Date,
): Promise<Ran> =>
  inFolder(async (folder) => {
    await writeFile(folder.file("root.pem"), pemOf(...chain.slice(-1)));
    await writeFile(folder.file("chain.pem"), pemOf(...chain));
    await writeFile(folder.file("leaf.pem"), pemOf(leaf));
    await writeFile(folder.file("crls.pem"), crls.map((der) => pem("X509 CRL", der)).join(""));
    return run("openssl", [
      "verify",
      "-x509_strict",
      ...(at === undefined ? [] : ["-attime", String(Math.floor(at.getTime() / 1000))]),
      ...(crls.length > 0 ? ["-crl_check", "-CRLfile", folder.file("crls.pem")] : []),
      ...["-CAfile", folder.file("root.pem"), "-untrusted", folder.file("chain.pem")],
      folder.file("leaf.pem"),
    ]);
  });

/** The same for a leaf that must be good. Throws with what openssl says against it. */
export const assertVerifies = async (
  leaf: Uint8Array,
  chain: readonly Uint8Array[],
  crls: readonly Uint8Array[] = [],
  at?: Date,
): Promise<void> => {
  const { status, stderr } = await opensslVerify(leaf, chain, crls, at);
  if (status !== 0) throw new Error(`openssl verify: ${stderr}`);
};

/** `openssl crl` with the issuer's certificate: whether the signature is good. */
export const crlVerifies = (crl: Uint8Array, issuer: Uint8Array): Promise<boolean> =>
  inFolder(async (folder) => {
    await writeFile(folder.file("issuer.pem"), pemOf(issuer));
    const ran = await run(
      "openssl",
      ["crl", "-inform", "DER", "-noout", "-CAfile", folder.file("issuer.pem")],
      { input: crl },
    );
    return ran.status === 0 && ran.stderr.includes("verify OK");
  });

/** What `openssl ocsp` finds out at `url` about a certificate; it verifies the answer against the root, and fails otherwise. */
export const ocspStatus = (
  url: string,
  leaf: Uint8Array,
  chain: readonly Uint8Array[],
): Promise<"good" | "revoked" | "unknown"> =>
  inFolder(async (folder) => {
    await writeFile(folder.file("leaf.pem"), pemOf(leaf));
    await writeFile(folder.file("issuer.pem"), pemOf(...chain.slice(0, 1)));
    await writeFile(folder.file("chain.pem"), pemOf(...chain));
    await writeFile(folder.file("root.pem"), pemOf(...chain.slice(-1)));
    const ran = await run("openssl", [
      ...["ocsp", "-url", url, "-issuer", folder.file("issuer.pem")],
      ...["-cert", folder.file("leaf.pem"), "-CAfile", folder.file("root.pem")],
      ...["-verify_other", folder.file("chain.pem")],
    ]);
    const said = `${ran.stdout.toString()}${ran.stderr}`;
    const status = /: (good|revoked|unknown)$/m.exec(ran.stdout.toString())?.[1];
    if (ran.status !== 0 || !said.includes("Response verify OK") || status === undefined)
      throw new Error(`openssl ocsp: ${said}`);
    return status as "good" | "revoked" | "unknown";
  });

/** What an outside CA writes into a certificate. */
export interface Certifying {
  /** Lines of an openssl extension section. */
  readonly extensions: readonly string[];
  readonly days?: number;
  /** For certificates that lie in the past or future: `YYYYMMDDHHMMSSZ`. */
  readonly from?: string;
  readonly until?: string;
  /** Instead of the request's own: `/CN=...`. */
  readonly subject?: string;
}

/** A CA made and run by openssl, to stand for one that is none of ours. */
export class OpensslCa {
  private constructor(
    private readonly folder: WorkFolder,
    /** PEM. */
    readonly certificate: string,
  ) {}

  static async create(name: string, wanted: Certifying, newKey = "rsa:2048"): Promise<OpensslCa> {
    const folder = await workFolder();
    const [algorithm = "", bits] = newKey.split(":");
    const option = algorithm === "rsa" ? `rsa_keygen_bits:${bits}` : `ec_paramgen_curve:${bits}`;
    await openssl([
      ...["genpkey", "-algorithm", algorithm === "rsa" ? "RSA" : "EC", "-pkeyopt", option],
      ...["-out", folder.file("ca.key")],
    ]);
    const request = await openssl([
      ...["req", "-new", "-key", folder.file("ca.key"), "-subj", `/CN=${name}`],
    ]);
    await writeFile(folder.file("ca.csr"), request);
    const certificate = await sign(folder, request, wanted, true);
    await writeFile(folder.file("ca.pem"), certificate);
    return new OpensslCa(folder, certificate);
  }

  /** PEM of a certificate for a request (PEM), with the request's own subject. */
  certify(request: string, wanted: Certifying): Promise<string> {
    return sign(this.folder, request, wanted, false);
  }

  remove(): Promise<void> {
    return this.folder.remove();
  }
}

/** `openssl ca`, since `openssl x509` of 3.0 cannot name dates. */
const sign = async (
  folder: WorkFolder,
  request: string,
  wanted: Certifying,
  selfSigned: boolean,
): Promise<string> => {
  await writeFile(folder.file("request.pem"), request);
  await writeFile(folder.file("index"), "");
  await writeFile(folder.file("index.attr"), "unique_subject = no\n");
  await writeFile(
    folder.file("ca.cnf"),
    [
      ...["[ca]", "default_ca = this", "[this]", `database = ${folder.file("index")}`],
      ...["rand_serial = yes", "default_md = sha256", "policy = any", "unique_subject = no"],
      ...[`new_certs_dir = ${folder.path}`, "email_in_dn = yes", "preserve = yes"],
      ...["[any]", "CN = supplied", "O = optional", "C = optional", "OU = optional"],
      ...["[wanted]", ...wanted.extensions, ""],
    ].join("\n"),
  );
  return openssl([
    ...["ca", "-batch", "-notext", "-config", folder.file("ca.cnf"), "-extensions", "wanted"],
    ...["-in", folder.file("request.pem"), "-keyfile", folder.file("ca.key")],
    ...(selfSigned ? ["-selfsign"] : ["-cert", folder.file("ca.pem")]),
    ...(wanted.subject === undefined ? [] : ["-subj", wanted.subject]),
    ...(wanted.from === undefined ? [] : ["-startdate", wanted.from]),
    ...(wanted.until === undefined
      ? ["-days", String(wanted.days ?? (selfSigned ? 7300 : 3000))]
      : ["-enddate", wanted.until]),
  ]);
};
