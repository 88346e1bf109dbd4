import { words } from "../../ui/format.ts";

/** Members whose own spelling says too little. */
const NAMES: Readonly<Record<string, string>> = {
  sans: "Alternative names",
  pkcs12Encoding: "PKCS#12 encoding",
  policies: "Certificate policies",
  revocation: "When a device goes",
  acceptMd5Csr: "Requests signed with MD5",
};

/** A member of a template or a CA server as people read it: "SCEP renewal". */
export const memberName = (member: string): string => NAMES[member] ?? words(member);
