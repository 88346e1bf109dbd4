import type { KeyOperation } from "./key-operation.ts";

/** Where the private keys are worked with: alone in a key process, or inside the host in the in-process mode. */
export interface KeyWorker {
  /**
   * Does one operation. An answer that needs no waiting comes at once and not as a promise, so that it can leave before the next
   * operation of the batch begins. Throws CountersignErrors.
   */
  handle(operation: KeyOperation): Uint8Array | Promise<Uint8Array>;
  /** True once the store underneath can only be helped by opening it afresh. */
  readonly broken: boolean;
  close(): void;
}
