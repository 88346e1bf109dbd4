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
