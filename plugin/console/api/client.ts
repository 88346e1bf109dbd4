import { type Calls, OPERATIONS, type Problem, type ProgressStep } from "./calls.ts";
import { textOf } from "../ui/text-of.ts";
import { Refused, unreachable } from "./problem.ts";

/** For operations that tell of their steps: `watch` hears of each as it begins. */
export interface Watched {
  readonly watch?: ((step: ProgressStep) => void) | undefined;
}

/** Asks the admin API; rejects with `Refused`. */
export type Call = <K extends keyof Calls>(
  name: K,
  ...request: Record<never, never> extends Calls[K]["request"]
    ? [request?: Calls[K]["request"] & Watched]
    : [request: Calls[K]["request"] & Watched]
) => Promise<Calls[K]["answer"]>;

/** What `createClient` needs. */
export interface ClientParts {
  /** Where Countersign is mounted, with its slash at the end. */
  readonly base: string;
  /** The bearer token; undefined where a cookie of the host speaks for us. */
  readonly token: () => Promise<string | undefined>;
  /** Called when the session is over; true: somebody has signed in again, so ask once more. */
  readonly renew: () => Promise<boolean>;
}

interface AnyRequest extends Watched {
  readonly id?: string;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly version?: number | undefined;
}

/** The typed client: one function for all operations of the OpenAPI document. */
export const createClient = ({ base, token, renew }: ClientParts): Call => {
  const send = async (method: string, url: URL, request: AnyRequest): Promise<Response> => {
    const bearer = await token();
    const headers = new Headers({ "X-Countersign-Console": "1" });
    if (bearer !== undefined) headers.set("Authorization", `Bearer ${bearer}`);
    if (request.body !== undefined) headers.set("Content-Type", "application/json");
    if (request.watch !== undefined) headers.set("Accept", "application/x-ndjson");
    if (request.version !== undefined) headers.set("If-Match", `"${request.version}"`);
    const body = request.body === undefined ? null : JSON.stringify(request.body);
    return fetch(url, { method, headers, body, cache: "no-store" }).catch((cause: unknown) => {
      throw unreachable(cause);
    });
  };
  const call = async (name: keyof Calls, request: AnyRequest = {}): Promise<unknown> => {
    const [method, path, answered] = OPERATIONS[name];
    const url = new URL(
      `api/v1${path.replace("{id}", encodeURIComponent(request.id ?? ""))}`,
      base,
    );
    for (const [key, value] of Object.entries(request.query ?? {}))
      if (value !== undefined && value !== "") url.searchParams.set(key, textOf(value));
    let response = await send(method, url, request);
    if (response.status === 401 && (await renew())) response = await send(method, url, request);
    if (!response.ok) throw new Refused(await problemIn(response));
    if (request.watch !== undefined) return watched(response, request.watch);
    if (answered === "none" || response.status === 204) return undefined;
    return answered === "file" ? response.blob() : response.json();
  };
  return call as Call;
};

interface Line extends Partial<ProgressStep> {
  readonly result?: unknown;
  readonly problem?: Problem;
}

/** Reads steps, a line each; the last line holds the result, or the problem. */
const watched = async (
  response: Response,
  watch: (step: ProgressStep) => void,
): Promise<unknown> => {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let last: Line = {};
  for (;;) {
    const { done, value = "" } = (await reader?.read()) ?? { done: true };
    const lines = (rest + value).split("\n");
    rest = lines.pop() ?? "";
    for (const text of lines) {
      last = JSON.parse(text) as Line;
      const { step, of, message } = last;
      if (step !== undefined && of !== undefined && message !== undefined)
        watch({ step, of, message });
    }
    if (done) break;
  }
  if (last.problem !== undefined) throw new Refused(last.problem);
  if (last.result === undefined) throw unreachable(new Error("the answer was cut off"));
  return last.result;
};

const problemIn = async (response: Response): Promise<Problem> => {
  const text = await response.text();
  try {
    return JSON.parse(text) as Problem;
  } catch {
    return {
      type: "about:blank",
      title: `The server answered ${response.status}`,
      status: response.status,
      code: "unexpected",
      nextStep: "Look whether a proxy stands between this page and Countersign.",
    };
  }
};
