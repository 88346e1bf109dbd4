import { createHash } from "node:crypto";

import {
  CountersignError,
  hashOfScheme,
  type Logger,
  type Metrics,
  type SignatureScheme,
  schemeOfKey,
} from "../plugin/sdk.ts";
import { type Circuit, startCircuit } from "./circuit.ts";
import type { KeyClient } from "./key-client.ts";
import { type ListedKey, listedKeys } from "./key-list.ts";
import { asKeyError, type KeyOperation, operation } from "./key-operation.ts";

export interface TokenMemberOptions {
  /** For people, logs and metrics. */
  readonly name: string;
  readonly open: () => Promise<KeyClient>;
  /** Failures in a row that open its circuit. */
  readonly strikes: number;
  /** Milliseconds without a success after which a health check is made. */
  readonly healthInterval: number;
  readonly logger: Logger | undefined;
  readonly metrics: Metrics | undefined;
  /** Sees the keys of the token each time it is opened. Throws `invalid_config` for a key that may not be there. */
  readonly admit: ((keys: readonly ListedKey[]) => void) | undefined;
  /** The circuit has opened or closed. */
  readonly onChange: () => void;
}

/** One token of a group: its client, its circuit, and what is known of its keys. */
export interface TokenMember {
  readonly name: string;
  readonly circuit: Circuit;
  /** Operations that it has been given and not answered. */
  readonly load: number;
  /** Whether it has said lately that it does not hold this key. */
  lacks(key: Uint8Array): boolean;
  /** Throws what the client throws, and counts it. */
  run(operation: KeyOperation): Promise<Uint8Array>;
  forget(key: Uint8Array): void;
  /** Opens it. Rejects with what was wrong; after what can pass it goes on trying by itself. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Milliseconds that the absence of a key is believed: a vendor's own copying takes a while. */
const ABSENCE = 30_000;
/** What says something about the token, and not about the operation. */
const OF_THE_TOKEN: ReadonlySet<string> = new Set([
  "key_unavailable",
  "key_pin_incorrect",
  "key_module_missing",
]);

const hex = (key: Uint8Array): string => Buffer.from(key).toString("hex");
/** Signed by health checks; no certificate or answer of ours has this digest. */
const healthCheck = (key: Uint8Array, scheme: SignatureScheme): KeyOperation =>
  operation("sign", {
    key,
    scheme,
    bytes: createHash(hashOfScheme(scheme)).update("countersign health check").digest(),
  });

export const tokenMember = (options: TokenMemberOptions): TokenMember => {
  const { name, logger, metrics } = options;
  const held = new Set<string>();
  const absent = new Map<string, number>();
  let client: KeyClient | undefined;
  let load = 0;
  let lastSuccess = 0;
  /** A signature that has worked here, or should. */
  let sample: KeyOperation | undefined;
  /** A token that has held keys and shows none has lost them, or is not what it was. */
  let hadKeys = false;
  let closed = false;
  let watch: NodeJS.Timeout | undefined;

  const learn = (keys: readonly ListedKey[]): void => {
    const good = keys.filter((key) => key.fault === undefined);
    if (hadKeys && good.length === 0) {
      throw new CountersignError("key_not_found", `${name} shows none of its keys any more`);
    }
    hadKeys ||= good.length > 0;
    for (const { id } of good) held.add(id);
    const signing = good.find((key) => key.signs);
    sample =
      signing?.algorithm === undefined
        ? undefined
        : healthCheck(Buffer.from(signing.id, "hex"), schemeOfKey(signing.algorithm));
  };
  const open = async (): Promise<void> => {
    const opened = await options.open();
    try {
      if (options.admit !== undefined) {
        const keys = listedKeys(await opened.run(operation("list")));
        options.admit(keys);
        learn(keys);
      }
    } catch (error) {
      await opened.close();
      throw error;
    }
    // Closed while it was being opened.
    if (closed) await opened.close();
    else client = opened;
    lastSuccess = performance.now();
  };
  /** A signature by a key of the token: module, slot and login look well on a token that is gone. */
  const health = async (): Promise<void> => {
    if (client === undefined) return open();
    if (sample === undefined) learn(listedKeys(await client.run(operation("list"))));
    try {
      if (sample !== undefined) await client.run(sample);
    } catch (error) {
      // Destroyed by somebody else, or gone with all others: the next check finds out.
      if (asKeyError(error).code === "key_not_found") sample = undefined;
      throw error;
    }
    lastSuccess = performance.now();
  };
  const circuit = startCircuit({
    strikes: options.strikes,
    trial: health,
    onChange: (isOpen, failure) => {
      const why = { token: name, code: failure?.code, detail: failure?.detail };
      // What it did not hold while it was away, it may hold.
      if (!isOpen) absent.clear();
      if (!isOpen) logger?.info({ token: name }, "token works again");
      else logger?.warn(why, "token is not given work");
      metrics?.gauge("countersign_key_circuit_open", isOpen ? 1 : 0, { token: name });
      options.onChange();
    },
  });

  const judge = (asked: KeyOperation, error: CountersignError, epoch: number): void => {
    const id = hex(asked.key);
    if (error.code === "key_not_found" && asked.key.length > 0) {
      absent.set(id, performance.now() + ABSENCE);
      if (held.delete(id)) circuit.failed(error, epoch);
    } else if (OF_THE_TOKEN.has(error.code)) {
      circuit.failed(error, epoch);
    }
  };
  const run = async (asked: KeyOperation): Promise<Uint8Array> => {
    if (client === undefined) {
      throw circuit.failure ?? new CountersignError("key_unavailable", `${name} is not open`);
    }
    const { epoch } = circuit;
    const start = performance.now();
    let result = "ok";
    load += 1;
    try {
      const answer = await client.run(asked);
      lastSuccess = performance.now();
      circuit.succeeded();
      if (asked.kind === "sign") {
        held.add(hex(asked.key));
        hadKeys = true;
        sample ??= healthCheck(asked.key, asked.scheme as SignatureScheme);
      }
      return answer;
    } catch (thrown) {
      const error = asKeyError(thrown);
      result = error.code;
      judge(asked, error, epoch);
      throw error;
    } finally {
      load -= 1;
      metrics?.observe("countersign_key_operation_seconds", (performance.now() - start) / 1000, {
        token: name,
        kind: asked.kind,
        result,
      });
    }
  };
  const check = (): void => {
    if (circuit.open || performance.now() - lastSuccess < options.healthInterval) return;
    health().catch((error: unknown) => circuit.trip(asKeyError(error)));
  };

  return {
    name,
    circuit,
    get load() {
      return load;
    },
    lacks: (key) => (absent.get(hex(key)) ?? 0) > performance.now(),
    run,
    forget: (key) => {
      held.delete(hex(key));
      absent.delete(hex(key));
      if (sample !== undefined && hex(sample.key) === hex(key)) sample = undefined;
    },
    start: async () => {
      watch = setInterval(check, options.healthInterval);
      watch.unref();
      try {
        await open();
      } catch (error) {
        circuit.trip(asKeyError(error));
        throw error;
      }
    },
    close: async () => {
      closed = true;
      circuit.stop();
      clearInterval(watch);
      await client?.close();
    },
  };
};
