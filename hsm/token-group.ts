import {
  CountersignError,
  type KeyFinding,
  type Logger,
  type Metrics,
  messageOf,
} from "../plugin/sdk.ts";
import type { KeyClient } from "./key-client.ts";
import type { ListedKey } from "./key-list.ts";
import { asKeyError, type KeyOperation, operation } from "./key-operation.ts";
import { sameKeys } from "./same-keys.ts";
import { type TokenMember, tokenMember } from "./token-member.ts";

/** `ordered`: the first that works; `balanced`: the one with the least to do. */
export type TokenMode = "ordered" | "balanced";

export interface TokenGroupOptions {
  readonly tokens: readonly { readonly name: string; readonly open: () => Promise<KeyClient> }[];
  readonly mode: TokenMode;
  /** Milliseconds without a success after which a token is tried. */
  readonly healthInterval: number;
  readonly logger: Logger | undefined;
  readonly metrics: Metrics | undefined;
}

/** Milliseconds that an operation waits for a token when none works. */
const PATIENCE = 2_000;
/** Operations that may wait so. */
const WAITERS = 1_024;
/** Failures in a row after which an only token is left alone for a moment; with others beside it, the first one is enough. */
const STRIKES_ALONE = 3;
/** Another token may have what this one has not; anything else, all would say. */
const FAIL_OVER: ReadonlySet<string> = new Set([
  "key_unavailable",
  "key_not_found",
  "key_pin_incorrect",
  "key_module_missing",
  "busy",
]);
/** At the start these may pass by themselves while another token works. */
const MAY_BE_AWAY: ReadonlySet<string> = new Set(["key_unavailable", "key_not_found"]);

/**
 * Tokens that hold the same keys, as one client. An operation that one token fails at is done by the next; what makes a key is asked once.
 * Throws `invalid_config` where two tokens hold different keys with one CKA_ID; what the tokens throw, unless another one is open.
 */
export const openTokenGroup = async (options: TokenGroupOptions): Promise<KeyClient> => {
  const { mode, logger, metrics } = options;
  const alone = options.tokens.length === 1;
  const keys = sameKeys();
  const waiting = new Set<() => void>();
  let refusal: CountersignError | undefined;
  let turn = 0;

  const wake = (): void => {
    for (const go of [...waiting]) go();
  };
  const members = options.tokens.map(({ name, open }) =>
    tokenMember({
      name,
      open,
      strikes: alone ? STRIKES_ALONE : 1,
      healthInterval: options.healthInterval,
      logger,
      metrics,
      admit: alone ? undefined : (listed) => keys.admit(name, listed),
      onChange: wake,
    }),
  );

  const choose = (key: Uint8Array, tried: ReadonlySet<TokenMember>): TokenMember | undefined => {
    const able = members.filter(
      (member) => !member.circuit.open && !tried.has(member) && (alone || !member.lacks(key)),
    );
    if (mode === "ordered") return able[0];
    turn += 1;
    const from = turn % Math.max(able.length, 1);
    const rotated = [...able.slice(from), ...able.slice(0, from)];
    return rotated.reduce<TokenMember | undefined>(
      (best, member) => (best === undefined || member.load < best.load ? member : best),
      undefined,
    );
  };
  /** Ends when a circuit has changed or time is over; answers false for the latter. */
  const change = (until: number): Promise<boolean> =>
    new Promise((resolve) => {
      const left = until - performance.now();
      if (left <= 0) {
        resolve(false);
        return;
      }
      if (waiting.size >= WAITERS) {
        throw new CountersignError("busy", "too many operations wait for a token", {
          retryAfter: 1,
        });
      }
      const timer = setTimeout(() => go(false), left);
      const go = (changed: boolean): void => {
        clearTimeout(timer);
        waiting.delete(woken);
        resolve(changed);
      };
      const woken = (): void => go(true);
      waiting.add(woken);
    });
  /** Why nobody is left for a key. */
  const nobody = (failure: CountersignError | undefined): CountersignError => {
    const away = members.find(({ circuit }) => circuit.open)?.circuit.failure;
    if (refusal !== undefined) return refusal;
    if (failure !== undefined && (failure.code !== "key_not_found" || away === undefined)) {
      return failure;
    }
    if (away === undefined) return new CountersignError("key_not_found", "no token holds the key");
    return new CountersignError(away.code, away.detail, { retryAfter: 1, cause: away });
  };

  const run = async (asked: KeyOperation): Promise<Uint8Array> => {
    const until = performance.now() + PATIENCE;
    const tried = new Set<TokenMember>();
    let failure: CountersignError | undefined;
    for (;;) {
      if (refusal !== undefined) throw refusal;
      const member = choose(asked.key, tried);
      if (member === undefined) {
        const hope = members.some(({ circuit }) => circuit.open && circuit.mayRecover);
        if (tried.size > 0 || !hope || !(await change(until))) throw nobody(failure);
        continue;
      }
      tried.add(member);
      try {
        return await member.run(asked);
      } catch (thrown) {
        failure = asKeyError(thrown);
        if (!FAIL_OVER.has(failure.code)) throw failure;
        // Nobody knows whether it has been made; asked of another, there would be two.
        const makes = asked.kind === "generate" || asked.kind === "import";
        if (makes && failure.code !== "busy") throw failure;
        if (alone) throw failure;
        metrics?.count("countersign_key_failovers_total", { token: member.name });
      }
    }
  };

  const probe = async (): Promise<Uint8Array> => {
    const findings: KeyFinding[] = [];
    for (const member of members) {
      try {
        const answer = await member.run(operation("probe"));
        for (const finding of JSON.parse(Buffer.from(answer).toString()) as KeyFinding[]) {
          findings.push({ ...finding, message: `${member.name}: ${finding.message}` });
        }
      } catch (thrown) {
        const { detail, facts } = asKeyError(thrown);
        findings.push({
          level: "fault",
          message: `${member.name}: ${detail}`,
          remedy: facts.nextStep,
        });
      }
    }
    return Buffer.from(JSON.stringify([...findings, ...keys.findings(members.length)]));
  };
  const list = async (): Promise<Uint8Array> => {
    const all = new Map<string, ListedKey>();
    const answers = await Promise.allSettled(
      members.map((member) => member.run(operation("list"))),
    );
    const good = answers.filter((answer) => answer.status === "fulfilled");
    if (good.length === 0) return run(operation("list"));
    for (const { value } of good) {
      for (const key of JSON.parse(Buffer.from(value).toString()) as ListedKey[]) {
        if (all.get(key.id)?.fault !== undefined || !all.has(key.id)) all.set(key.id, key);
      }
    }
    return Buffer.from(JSON.stringify([...all.values()]));
  };
  const close = async (): Promise<void> => {
    refusal ??= new CountersignError("key_unavailable", "the key store is closed");
    wake();
    await Promise.all(members.map((member) => member.close()));
  };

  const started = await Promise.allSettled(members.map((member) => member.start()));
  const failures = started.flatMap((result) =>
    result.status === "rejected" ? [asKeyError(result.reason)] : [],
  );
  const fatal =
    failures.find(({ code }) => !MAY_BE_AWAY.has(code)) ??
    (failures.length === members.length ? failures[0] : undefined);
  if (fatal !== undefined) {
    await close();
    throw fatal;
  }
  for (const { message } of keys.findings(members.length)) logger?.warn({ message }, "token keys");

  return {
    run: (asked) => {
      if (asked.kind === "probe" && !alone) return probe();
      if (asked.kind === "list" && !alone) return list();
      return run(asked);
    },
    runEverywhere: async (asked) => {
      for (const member of members) member.forget(asked.key);
      const results = await Promise.allSettled(members.map((member) => member.run(asked)));
      for (const member of members) member.forget(asked.key);
      const failed = results.filter((result) => result.status === "rejected");
      if (failed.length === members.length) throw asKeyError(failed[0]?.reason);
      for (const { reason } of failed) logger?.warn({ reason: messageOf(reason) }, "token skipped");
    },
    close,
  };
};
