import {
  CountersignError,
  type ErrorCode,
  ERRORS,
  type Issue,
  messageOf,
} from "../../plugin/sdk.ts";

/** An answer of the API: its text exactly as it came, and what that means. */
export interface ApiAnswer {
  readonly text: string;
  readonly value: unknown;
}

export interface Ask {
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  /** Version that the object must still have. */
  readonly ifVersion?: string | undefined;
}

export type Verb = "GET" | "POST" | "PATCH" | "PUT" | "DELETE";

/** The admin API of one server. Everything throws the error the server named, or `not_running` where nobody answers. */
export interface AdminClient {
  readonly url: string;
  ask(verb: Verb, path: string, ask?: Ask): Promise<ApiAnswer>;
  bytes(verb: Verb, path: string, ask?: Ask): Promise<Uint8Array>;
  /** Every line of an NDJSON answer as it comes; a `problem` line is thrown. */
  lines(path: string, body: unknown, line: (value: Record<string, unknown>) => void): Promise<void>;
}

interface Problem {
  readonly code?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly issues?: readonly Issue[];
}

const API = "/api/v1";
/** Making a hierarchy on a slow token takes a while. */
const DEADLINE_MS = 300_000;

/** `token` is asked for at every request, so that a server which was started again is still served. */
export const adminClient = (url: string, token: () => Promise<string>): AdminClient => {
  const send = async (verb: Verb, path: string, accept: string, ask: Ask): Promise<Response> => {
    const target = new URL(`${url}${API}${path}`);
    for (const [name, value] of Object.entries(ask.query ?? {}))
      if (value !== undefined) target.searchParams.set(name, value);
    const headers: Record<string, string> = {
      authorization: `Bearer ${await token()}`,
      accept,
      ...(ask.ifVersion === undefined ? {} : { "if-match": `"${ask.ifVersion}"` }),
      ...(ask.body === undefined ? {} : { "content-type": "application/json" }),
    };
    const body = ask.body === undefined ? {} : { body: JSON.stringify(ask.body) };
    let response: Response;
    try {
      const signal = AbortSignal.timeout(DEADLINE_MS);
      response = await fetch(target, { method: verb, headers, signal, ...body });
    } catch (cause) {
      throw new CountersignError(
        "not_running",
        `nobody answers at ${url}: start it with countersign serve, or give --url`,
        { cause },
      );
    }
    if (!response.ok) throw problemError(response.status, await response.text());
    return response;
  };
  return {
    url,
    ask: async (verb, path, ask = {}) => {
      const text = await (await send(verb, path, "application/json", ask)).text();
      return { text, value: text === "" ? undefined : (JSON.parse(text) as unknown) };
    },
    bytes: async (verb, path, ask = {}) =>
      new Uint8Array(await (await send(verb, path, "*/*", ask)).arrayBuffer()),
    lines: async (path, body, line) => {
      const response = await send("POST", path, "application/x-ndjson", { body });
      let rest = "";
      const decoder = new TextDecoder();
      for await (const chunk of response.body ?? []) {
        rest += decoder.decode(chunk as Uint8Array, { stream: true });
        const complete = rest.split("\n");
        rest = complete.pop() ?? "";
        for (const text of complete) line(believed(text));
      }
      if (rest !== "") line(believed(rest));
    },
  };
};

const believed = (text: string): Record<string, unknown> => {
  const value = JSON.parse(text) as Record<string, unknown>;
  if (value["problem"] !== undefined) throw errorOf(value["problem"] as Problem);
  return value;
};

const problemError = (status: number, text: string): CountersignError => {
  try {
    return errorOf(JSON.parse(text) as Problem);
  } catch (cause) {
    return new CountersignError("internal", `the server answered HTTP ${status}: no problem+json`, {
      cause: messageOf(cause),
    });
  }
};

const errorOf = ({ code, title, detail, issues }: Problem): CountersignError =>
  new CountersignError(isCode(code) ? code : "internal", detail ?? title ?? "", {
    issues: issues ?? [],
  });

const isCode = (code: string | undefined): code is ErrorCode =>
  code !== undefined && Object.hasOwn(ERRORS, code);
