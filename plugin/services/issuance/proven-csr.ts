import { CountersignError } from "../../errors.ts";
import { type ParsedCsr, parseCsr, verifyCsr } from "../../pki/certificate-request.ts";
import { weakness } from "../../pki/public-key.ts";

/** A request of an end entity with its proof of possession checked (C-11). Throws `bad_csr`, `policy_refused` for one of a CA. */
export const provenCsr = (der: Uint8Array): ParsedCsr => {
  const csr = parseCsr(der);
  if (!verifyCsr(csr))
    throw new CountersignError("bad_csr", "the request is not signed with its own key");
  const weak = weakness(csr.publicKey);
  if (weak !== undefined) throw new CountersignError("bad_csr", `the key is weak: ${weak}`);
  if (csr.publicKey.algorithm === undefined)
    throw new CountersignError("bad_csr", "the key is of a kind that is not certified");
  if (csr.basicConstraints?.cA === true)
    throw new CountersignError("policy_refused", "the request asks for a CA certificate");
  return csr;
};
