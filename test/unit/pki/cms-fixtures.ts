import { spawnSync } from "node:child_process";
import { createPrivateKey, sign, type KeyObject } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deviceKey } from "../../../adapters/scep-client/device-key.ts";
import { signatureAlgorithmIdentifier } from "../../../plugin/pki/algorithms.ts";
import {
  bitString,
  boolean,
  context,
  generalizedTime,
  integerFromHex,
  octetString,
  oid,
  sequence,
  tlv,
  utf8String,
} from "../../../plugin/pki/der-write.ts";

/** A directory that openssl works in, removed at the end. */
export class OpensslDir {
  readonly path = mkdtempSync(join(tmpdir(), "countersign-cms-"));

  write(name: string, bytes: Uint8Array): string {
    writeFileSync(join(this.path, name), bytes);
    return name;
  }

  read(name: string): Buffer {
    return readFileSync(join(this.path, name));
  }

  /** Standard output; throws with openssl's own words when it fails. */
  run(...args: string[]): Buffer {
    const { status, stdout, stderr } = spawnSync("openssl", args, { cwd: this.path });
    if (status !== 0) throw new Error(`openssl ${args.join(" ")}: ${stderr.toString()}`);
    return stdout;
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }
}

export interface Identity {
  readonly name: string;
  readonly certificate: Uint8Array;
  readonly privateKey: KeyObject;
  readonly keys: ReturnType<typeof deviceKey>;
}

/** A self-signed certificate made by openssl, in `<name>.pem` and `<name>.key`. */
export const makeIdentity = (dir: OpensslDir, name: string, newkey: string[]): Identity => {
  const files = ["-keyout", `${name}.key`, "-out", `${name}.pem`];
  const subject = ["-subj", `/O=Lab/CN=${name}`, "-days", "30", "-noenc"];
  dir.run("req", "-x509", "-newkey", ...newkey, ...subject, ...files);
  const certificate = dir.run("x509", "-in", `${name}.pem`, "-outform", "DER");
  const privateKey = createPrivateKey(dir.read(`${name}.key`));
  return { name, certificate, privateKey, keys: deviceKey(privateKey) };
};

/** A certificate as careless clients make it; signed with SHA-256 and RSA. */
export const strangeCertificate = (
  key: KeyObject,
  spki: Uint8Array,
  { version1, serialHex }: { readonly version1: boolean; readonly serialHex: string },
): Uint8Array => {
  const name = sequence(tlv(0x31, sequence(oid("2.5.4.3"), utf8String("SCEP SIGNER"))));
  const dates = [generalizedTime(new Date(0)), generalizedTime(new Date("2126-01-01T00:00:00Z"))];
  const algorithm = signatureAlgorithmIdentifier("rsa-pkcs1-sha256");
  const keyId = octetString(octetString(Buffer.from("0102030405", "hex")));
  const extensions = sequence(
    sequence(oid("2.5.29.35"), boolean(true), octetString(sequence())),
    sequence(oid("1.2.3.4.5"), boolean(true), octetString(Buffer.from("junk"))),
    sequence(oid("2.5.29.14"), keyId),
  );
  const tbs = sequence(
    ...(version1 ? [] : [context(0, Uint8Array.from([2, 1, 2]))]),
    integerFromHex(serialHex),
    algorithm,
    name,
    sequence(...dates),
    name,
    spki,
    ...(version1 ? [] : [context(3, extensions)]),
  );
  return sequence(tbs, algorithm, bitString(sign("sha256", tbs, key)));
};

/** Bytes that no reader may fall over, by the fault. */
export const HOSTILE: Readonly<Record<string, () => Uint8Array>> = {
  empty: () => new Uint8Array(0),
  "one byte": () => Uint8Array.from([0x30]),
  "length of 4 GiB": () => Buffer.from("3084ffffffff", "hex"),
  "length of 8 octets": () => Buffer.from("30880000000000000001", "hex"),
  "indefinite and never ended": () => Buffer.from("3080", "hex"),
  "length beyond the end": () => Buffer.from("30050500", "hex"),
  "object identifier of no octets": () => Buffer.from("30060600a0020500", "hex"),
  "object identifier of 4 KiB": () =>
    sequence(tlv(6, Buffer.alloc(4096, 0x81)), context(0, sequence())),
  "nested 1000 deep": () => {
    let bytes: Uint8Array = Uint8Array.from([5, 0]);
    for (let i = 0; i < 1000; i++) bytes = sequence(bytes);
    return bytes;
  },
  "nested 60000 deep without lengths": () => Buffer.from("3080".repeat(60_000), "hex"),
  "60000 NULLs": () => sequence(Buffer.from("0500".repeat(60_000), "hex")),
  "a megabyte": () => sequence(octetString(Buffer.alloc(1 << 20))),
  "a high tag number": () => Buffer.from("3f8101020500", "hex"),
};
