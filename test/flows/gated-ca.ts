import { internalCa } from "../../adapters/ca/internal.ts";
import { type CaBackendFactory, CountersignError } from "../../plugin/sdk.ts";

/** The built-in CA with a gate before every signature. */
export interface GatedCa extends CaBackendFactory {
  /** From now on signatures wait. */
  close(): void;
  /** Lets all through. */
  open(): void;
  /** Resolves when one waits at the gate. */
  waiting(): Promise<void>;
  /** From now on signing fails as with a token that was pulled out; `open` ends it. */
  breakDown(): void;
}

export const gatedCa = (): GatedCa => {
  const inner = internalCa();
  let gate: Promise<void> | undefined;
  let letThrough = (): void => undefined;
  let arrived = (): void => undefined;
  let broken = false;
  return {
    kind: "internal",
    create(authority, signer) {
      const backend = inner.create(authority, signer);
      return {
        ...backend,
        async issue(prepared, idempotencyKey) {
          arrived();
          await gate;
          if (broken) throw new CountersignError("key_unavailable", "the token is gone");
          return backend.issue(prepared, idempotencyKey);
        },
      };
    },
    close: () => {
      gate = new Promise((resolve) => (letThrough = resolve));
    },
    open: () => {
      broken = false;
      gate = undefined;
      letThrough();
    },
    waiting: () => new Promise((resolve) => (arrived = resolve)),
    breakDown: () => void (broken = true),
  };
};
