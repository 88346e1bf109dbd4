import type { CountersignError } from "../plugin/sdk.ts";
import type { NumberedOperation } from "./key-operation.ts";

/** The connection to one worker, whatever stands between. */
export interface KeyLink {
  /** One batch; answers come per operation, in any order. */
  send(batch: readonly NumberedOperation[]): void;
  /** Lets the worker finish and go; `down` follows. */
  end(): void;
  /** Ends it whatever it does; `down` follows. */
  kill(): void;
}

/**
 * What a link tells. The first answer with the number 0 is that of `open`, a second one says that the worker wants to be ended and started
 * afresh. After `down` it says nothing more.
 */
export interface LinkEvents {
  answer(id: number, answer: Uint8Array | CountersignError): void;
  /** The worker is gone; `reason` is for people. */
  down(reason: string): void;
}

/** Starts a worker; the first operation it gets is `open`. */
export type StartLink = (events: LinkEvents) => KeyLink;
