import { Refused, unreachable } from "./problem.ts";

const KEY = "countersign.token";

/** A pasted token outlives a reload of this tab and nothing else. Where storage is forbidden it lives in memory. */
export class PastedToken {
  #value: string | undefined;

  constructor() {
    try {
      this.#value = sessionStorage.getItem(KEY) ?? undefined;
    } catch {
      this.#value = undefined;
    }
  }

  get value(): string | undefined {
    return this.#value;
  }

  keep(token: string | undefined): void {
    this.#value = token;
    try {
      if (token === undefined) sessionStorage.removeItem(KEY);
      else sessionStorage.setItem(KEY, token);
    } catch {
      // A browser that forbids storage: the token is kept in memory.
    }
  }
}

const HEADERS = { "Content-Type": "application/json", "X-Countersign-Console": "1" };

/** Spends the code of a sign-in link; the session's cookie is out of every script's reach. Rejects with `Refused`. */
export const beginSession = async (base: string, code: string): Promise<void> => {
  const response = await fetch(new URL("console/session", base), {
    method: "POST",
    headers: HEADERS,
    body: JSON.stringify({ code }),
  }).catch((cause: unknown) => {
    throw unreachable(cause);
  });
  if (response.ok) return;
  throw new Refused({
    type: "about:blank",
    title: "The link is not good any more",
    status: response.status,
    code: "unauthenticated",
    detail: "It was used before, or its time is over.",
    nextStep: "Make another one with countersign open, or paste an access token.",
  });
};

/** Ends the session in this browser; without one nothing happens. */
export const endSession = async (base: string): Promise<void> => {
  await fetch(new URL("console/session", base), { method: "DELETE", headers: HEADERS }).catch(() => undefined);
};
