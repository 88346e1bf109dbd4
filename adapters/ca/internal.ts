import {
  type CaBackend,
  type CaBackendFactory,
  completeCertificate,
  CountersignError,
  schemeOfAuthority,
} from "../../plugin/sdk.ts";

/** The built-in CA: signs with the authority's own key; revocation is a row of ours, so there is nothing to do outside. */
export const internalCa = (): CaBackendFactory => ({
  kind: "internal",
  create(authority, signer): CaBackend {
    return {
      async issue(prepared) {
        if (signer === undefined)
          throw new CountersignError(
            "authority_not_ready",
            `authority ${authority.id} has no key here`,
          );
        return {
          status: "issued",
          certificate: await completeCertificate(prepared, schemeOfAuthority(authority), signer),
        };
      },
      revoke: () => Promise.resolve(),
      chain: () =>
        Promise.resolve(authority.certificate === undefined ? [] : [authority.certificate]),
    };
  },
});
