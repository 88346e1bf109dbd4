import type { ChainEnd, SealedEntry, SignedHead } from "../../../plugin/domain/events.ts";
import { type ChainFault, ChainVerifier } from "../../../plugin/services/ledger/chain-verifier.ts";

/** The first fault of some entries and the head behind them. */
export const verifyChain = (
  entries: readonly SealedEntry[],
  head: SignedHead,
  publicKey: Uint8Array,
  from?: ChainEnd,
  tenant = "acme",
): ChainFault | undefined => {
  const verifier = new ChainVerifier(tenant, publicKey, from);
  for (const entry of entries) {
    const fault = verifier.entry(entry);
    if (fault !== undefined) return fault;
  }
  return verifier.head(head);
};
