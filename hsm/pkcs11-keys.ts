import { availableParallelism } from "node:os";
import {
  CountersignError,
  type KeyProvider,
  type Logger,
  type Metrics,
  isPure,
} from "../plugin/sdk.ts";
import { type KeyClient, openKeyClient } from "./key-client.ts";
import { providerOfClient } from "./provider-of-client.ts";
import { openTokenGroup, type TokenMode } from "./token-group.ts";

/** Which token, and how to get in. */
export interface TokenOptions {
  /** Path of the module, a shared library; that of the store unless given. */
  readonly module?: string | undefined;
  /** The text that some modules want with C_Initialize, for example NSS: `configdir='sql:/path' …`. */
  readonly parameters?: string | undefined;
  /** The token by its label, its slot number, or both; neither is needed where there is one token. */
  readonly tokenLabel?: string | undefined;
  readonly slot?: number | undefined;
  /** What the token says of itself must be this. */
  readonly serial?: string | undefined;
  readonly manufacturer?: string | undefined;
  readonly model?: string | undefined;
  readonly pin: Uint8Array | string;
  /** Added to the environment of its key process, for example SOFTHSM2_CONF. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

export interface Pkcs11KeysOptions extends Omit<TokenOptions, "pin"> {
  /** Of the one token; not given with `tokens`. */
  readonly pin?: Uint8Array | string | undefined;
  /** Several tokens that hold the same keys, in place of the one above; a process for each. */
  readonly tokens?: readonly TokenOptions[] | undefined;
  /** Which of them is asked: `ordered` (default) the first that works, `balanced` the one with the least to do. */
  readonly mode?: TokenMode | undefined;
  /** 32 octets or more, the same on every node of the installation: answers to malformed key transports are made from it. */
  readonly rejectionSecret: Uint8Array;
  /** Operations at the same time in each process; unless given one more than the machine has cores, 8 at most. */
  readonly sessions?: number | undefined;
  /** Key processes of each token, each with a login and sessions of its own; default 1. */
  readonly processes?: number | undefined;
  /** Loads the module into the host's own process: a module that hangs then hangs the host. */
  readonly inProcess?: boolean | undefined;
  /** Seconds an operation may take before the key process is killed and started again; default 10. */
  readonly deadlineSeconds?: number | undefined;
  /** Seconds without a success after which a token is tried with a signature; default 30. */
  readonly healthSeconds?: number | undefined;
  readonly logger?: Logger | undefined;
  readonly metrics?: Metrics | undefined;
}

interface Token extends TokenOptions {
  readonly module: string;
  readonly name: string;
}

const MIN_THREADS = 4;
/** A software token computes on this machine's cores: more at once only get in each other's way. */
const defaultSessions = (): number => Math.min(availableParallelism() + 1, 8);

const fault = (detail: string): CountersignError => new CountersignError("invalid_config", detail);

const nameOf = ({ module, tokenLabel, slot }: Omit<TokenOptions, "pin">): string =>
  [
    ...(tokenLabel === undefined ? [] : [`"${tokenLabel}"`]),
    ...(slot === undefined ? [] : [`slot ${slot}`]),
  ].join(" ") ||
  (module ?? "");

/** The tokens that the options mean, each with its module and a name of its own. Throws `invalid_config`. */
const tokensOf = (options: Pkcs11KeysOptions): readonly Token[] => {
  const { module, parameters, tokenLabel, slot, pin, environment, tokens } = options;
  const { serial, manufacturer, model } = options;
  if (tokens === undefined) {
    if (pin === undefined) throw fault("a token needs its PIN");
    const which = { tokenLabel, slot, serial, manufacturer, model };
    return [resolved({ module, parameters, ...which, pin, environment })];
  }
  if (pin !== undefined || tokenLabel !== undefined || slot !== undefined) {
    throw fault("with `tokens`, label, slot and PIN stand in each of them");
  }
  if (tokens.length === 0) throw fault("`tokens` names no token");
  const all = tokens.map((token) => resolved({ module, parameters, environment, ...token }));
  const identity = (token: Token): string =>
    JSON.stringify([token.module, token.tokenLabel, token.slot, token.environment]);
  const seen = new Set<string>();
  for (const token of all) {
    if (seen.has(identity(token))) throw fault(`the token ${token.name} is named twice`);
    seen.add(identity(token));
  }
  return all.map((token) => ({ ...token, name: distinctName(token, all) }));
};

/** The label or slot; with the module, and then with its place in the list, where that is not enough. */
const distinctName = (token: Token, all: readonly Token[]): string => {
  const alike = all.filter(({ name }) => name === token.name);
  if (alike.length === 1) return token.name;
  const whole = `${token.name} of ${token.module}`;
  const sameModule = alike.some((other) => other !== token && other.module === token.module);
  return sameModule ? `${whole} (${all.indexOf(token) + 1})` : whole;
};

const resolved = (token: TokenOptions): Token => {
  const { module } = token;
  if (module === undefined) throw fault("a token needs the path of its module");
  return { ...token, module, name: nameOf(token) };
};

/**
 * Keys on one PKCS#11 token, or on several that hold the same keys, each with a process of its own. All keys take digests. Throws
 * `key_module_missing`, `key_not_found` (no such token), `key_pin_incorrect` (tried once), `invalid_config` (also for tokens whose keys
 * differ), `key_unavailable`. Of several tokens some may be away as long as one is there.
 */
export const openPkcs11Keys = async (options: Pkcs11KeysOptions): Promise<KeyProvider> => {
  const { sessions = defaultSessions(), processes = 1 } = options;
  const { inProcess = false, deadlineSeconds = 10 } = options;
  if (options.rejectionSecret.length < 32)
    throw fault("the rejection secret has less than 32 octets");
  if (!Number.isInteger(sessions) || sessions < 1 || sessions > 256) {
    throw fault("sessions must be between 1 and 256");
  }
  if (!Number.isInteger(processes) || processes < 1 || processes > 16) {
    throw fault("processes must be between 1 and 16");
  }
  const tokens = tokensOf(options);
  if (inProcess && tokens.some((token) => Object.keys(token.environment ?? {}).length > 0)) {
    throw fault("an environment needs a key process of its own");
  }
  if (inProcess && (tokens.length > 1 || processes > 1)) {
    throw fault("several tokens or processes need key processes of their own");
  }

  const open = ({ environment, ...token }: Token): Promise<KeyClient> =>
    openKeyClient({
      config: {
        kind: "pkcs11",
        ...token,
        pin: Buffer.from(token.pin).toString("base64"),
        rejectionSecret: Buffer.from(options.rejectionSecret).toString("base64"),
        sessions,
      },
      // Enough that a session which is free finds work at once.
      inFlight: sessions * 4,
      processes,
      oneAtATime: true,
      deadline: deadlineSeconds * 1000,
      inProcess,
      environment: {
        UV_THREADPOOL_SIZE: String(Math.max(MIN_THREADS, sessions + 4)),
        ...environment,
      },
      logger: options.logger,
    });
  const client = await openTokenGroup({
    tokens: tokens.map((token) => ({ name: token.name, open: () => open(token) })),
    mode: options.mode ?? "ordered",
    healthInterval: (options.healthSeconds ?? 30) * 1000,
    logger: options.logger,
    metrics: options.metrics,
  });
  return providerOfClient({
    name: "pkcs11",
    client,
    takesDigest: (algorithm) => !isPure(algorithm),
  });
};
