import { type Calls, OPERATIONS, type Problem } from "./calls.ts";
import { textOf } from "../ui/text-of.ts";
import { Refused, unreachable } from "./problem.ts";

/** Asks the admin API; rejects with `Refused`. */
export type Call = <K extends keyof Calls>(
  name: K,
  ...request: Record<never, never> extends Calls[K]["request"]
    ? [request?: Calls[K]["request"]]
    : [request: Calls[K]["request"]]
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

interface AnyRequest {
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
    if (answered === "none" || response.status === 204) return undefined;
    return answered === "file" ? response.blob() : response.json();
  };
  return call as Call;
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
