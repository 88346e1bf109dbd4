import { CountersignError, type ErrorCode } from "../../errors.ts";
import type { ParsedCsr } from "../../pki/certificate-request.ts";
import { readDer } from "../../pki/der-read.ts";
import { duplicateExtension, ExtensionReader } from "../../pki/extension-read.ts";
import { OID } from "../../pki/oids.ts";

/** An extension that somebody asks for beside the request; `value` is the DER inside its OCTET STRING. */
export interface ExtensionInput {
  readonly oid: string;
  readonly value: Uint8Array;
}

/** What says it instead: an extension that the CA makes up itself is not asked for this way. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  [OID.subjectAltName]: "give alternative names as `sans`",
  [OID.keyUsage]: "key usages come from the profile",
  [OID.basicConstraints]: "a certificate issued by hand is an end entity's",
  [OID.subjectKeyIdentifier]: "the CA writes the key identifier",
};

/** The part of a request that its extensions are. */
export type AskedExtensions = Pick<ParsedCsr, "extensions" | "keyUsages" | "extendedKeyUsages">;

/**
 * Extensions that are asked for apart from the request, in the place of all of its own (C-12). Throws `invalid_input` for one that is broken, that
 * stands twice, or that is not asked for like this, and `policy_refused` for one that `allowed` does not name: what somebody writes down is never
 * left out in silence.
 */
export const requestedExtensions = (
  inputs: readonly ExtensionInput[],
  allowed: readonly string[],
): AskedExtensions => {
  const extensions = inputs.map(({ oid, value }) => ({ oid, critical: false, value }));
  for (const [index, { oid, value }] of extensions.entries()) {
    const instead = ELSEWHERE[oid];
    if (instead !== undefined) refuse(index, `${oid}: ${instead}`);
    if (duplicateExtension(extensions.slice(0, index + 1)) !== undefined)
      refuse(index, `${oid} stands twice`);
    try {
      readDer(value);
    } catch (cause) {
      refuse(index, `${oid}: its value is not DER`, { cause });
    }
    if (oid !== OID.extKeyUsage && !allowed.includes(oid))
      refuse(index, `extension ${oid} is not allowed by the profile`, { code: "policy_refused" });
  }
  try {
    const { extendedKeyUsages } = new ExtensionReader(extensions);
    return { extensions, keyUsages: undefined, extendedKeyUsages };
  } catch (cause) {
    const index = extensions.findIndex(({ oid }) => oid === OID.extKeyUsage);
    return refuse(index, `${OID.extKeyUsage}: its value is no list of usages`, { cause });
  }
};

const refuse = (
  index: number,
  message: string,
  { code = "invalid_input", cause }: { readonly code?: ErrorCode; readonly cause?: unknown } = {},
): never => {
  throw new CountersignError(code, message, {
    cause,
    issues: [{ path: `extensions.${index}`, message }],
  });
};
