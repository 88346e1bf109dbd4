import { basename, join, relative } from "node:path";
import type { DataFolder } from "../data-folder.ts";
import { DEMO_ORGANIZATION, type DemoData } from "./demo-data.ts";

/** Where the demo runs, as it is shown. */
export interface DemoPlace {
  readonly folder: DataFolder;
  readonly admin: string;
  /** What keys are kept in, for people. */
  readonly keys: string;
  /** Working directory of whoever reads it, and how that person started us. */
  readonly workingFolder: string;
  readonly script: string;
}

/** What the demo prints: lines that can be pasted into a shell as they are. */
export const demoText = (place: DemoPlace, data: DemoData): string => {
  const { folder, admin, keys, workingFolder } = place;
  const short = (path: string): string => {
    const below = relative(workingFolder, path);
    return quoted(below === "" || below.startsWith("..") ? path : below);
  };
  const file = (name: string): string => short(join(folder.demo, name));
  const command =
    basename(place.script) === "countersign" ? "countersign" : `node ${short(place.script)}`;
  const { scepUrl, crlUrl, device, challenge, expiresAt, consolePath } = data;
  return [
    `Countersign demo on ${short(folder.path)}, ${keys}`,
    "",
    `  console     ${admin}${consolePath}`,
    `              (signs in once, within the hour; another link: ${command} open --data ${short(folder.path)})`,
    `  admin API   ${admin}/api/v1 (token in ${short(folder.token)})`,
    `  SCEP URL    ${scepUrl}`,
    `  challenge   ${challenge} (once, for ${device.hostDeviceId}, until ${expiresAt})`,
    `  profiles    ${short(join(folder.demo, "profiles"))}`,
    "",
    `Enrol as ${device.hostDeviceId} with strongSwan's pki:`,
    "",
    `  pki --gen --type rsa --size 2048 --outform pem > ${file("key.pem")}`,
    `  pki --scepca --url ${scepUrl} --caout ${file("ca.pem")} --raout ${file("ra.pem")} --outform pem --force`,
    `  pki --scep --url ${scepUrl} --in ${file("key.pem")} --dn "CN=${device.attributes["username"] ?? ""}, O=${DEMO_ORGANIZATION}" --password ${challenge} --cacert-enc ${file("ra.pem")} --cacert-sig ${file("ca-1.pem")} --cacert ${file("ca.pem")} --outform pem > ${file("cert.pem")}`,
    `  openssl verify -CAfile ${file("ca.pem")} -untrusted ${file("ca-1.pem")} ${file("cert.pem")}`,
    "",
    "Wipe the device, and see its certificate die:",
    "",
    `  ${command} device wipe ${device.id} --data ${short(folder.path)}`,
    `  curl -s ${crlUrl} | openssl crl -inform DER -noout -text`,
    "",
    "Ctrl+C stops it; the next start goes on with the same data.",
    "",
  ].join("\n");
};

const quoted = (path: string): string =>
  /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
