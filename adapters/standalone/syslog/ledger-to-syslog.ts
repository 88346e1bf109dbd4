import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { CountersignError, messageOf } from "../../../plugin/sdk.ts";
import type { LedgerOut } from "../ledger-out.ts";
import { replacePrivateFile } from "../private-file.ts";
import { syslogFrame, syslogMessage } from "./message.ts";
import {
  openReceiver,
  type Receiver,
  type ReceiverAddress,
  type ReceiverTrust,
} from "./receiver.ts";

export interface SyslogOptions {
  readonly address: ReceiverAddress;
  readonly trust: ReceiverTrust;
  /** Begins behind this entry, unless `state` knows better. */
  readonly after: number;
  /** Keeps the number of the last entry that was sent. */
  readonly state?: string | undefined;
  /** Waits for a receiver that is away. */
  readonly patient: boolean;
  readonly signal: AbortSignal;
  readonly onAway: (why: string) => void;
}

const AWAY_MS = 5000;

/**
 * A ledger that goes to a syslog receiver. Entries come at least once: after a break, those of the last stretch come again, under the same numbers. Throws `busy`
 * for a receiver that is away, unless it is waited for, and `invalid_input` for a state file that holds no number.
 */
export const ledgerToSyslog = async (options: SyslogOptions): Promise<LedgerOut> => {
  const { address, trust, state, patient, signal, onAway } = options;
  const after = (state === undefined ? undefined : await numberIn(state)) ?? options.after;
  let receiver: Receiver | undefined;
  const deliver = async (octets: string): Promise<void> => {
    receiver ??= await openReceiver(address, trust);
    try {
      await receiver.send(octets);
    } catch (error) {
      receiver = undefined;
      throw error;
    }
  };
  const persist = async (octets: string): Promise<void> => {
    for (;;) {
      try {
        await deliver(octets);
        return;
      } catch (error) {
        if (!patient || signal.aborted) throw error;
        onAway(messageOf(error));
        await pause(AWAY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  };
  return {
    after,
    write: async ({ tenant, items }) => {
      const last = items.at(-1);
      if (last === undefined) return;
      await persist(items.map((item) => syslogFrame(syslogMessage(tenant, item))).join(""));
      if (state !== undefined) await replacePrivateFile(state, `${last.sequence}\n`);
    },
    close: async () => {
      await receiver?.close();
    },
  };
};

const numberIn = async (path: string): Promise<number | undefined> => {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
  if (!/^\d{1,15}\n?$/.test(text))
    throw new CountersignError("invalid_input", `${path} holds no entry's number`);
  return Number(text);
};
