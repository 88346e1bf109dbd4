import type { Row } from "../store/copying/pages.ts";

const COLUMN = /(?:^|_)key_ref$/;
const MEMBER = /"keyRef":"([^"]+)"/g;
const WHOLE = /^[a-z0-9-]+:[0-9a-f]+$/;
/** Where references stand inside JSON: the OCSP responders of authorities, and the installation's own keys. */
const WITH_JSON = new Set(["countersign_authorities", "countersign_ras", "countersign_settings"]);

/** Finds the keys that a database refers to, from its rows: columns named `key_ref` or `…_key_ref`, members `keyRef`, and settings. */
export class KeyReferences {
  readonly #found = new Set<string>();

  see(table: string, rows: readonly Row[]): void {
    const columns = Object.keys(rows[0] ?? {});
    const named = columns.filter((column) => COLUMN.test(column));
    const texts = WITH_JSON.has(table) ? columns : [];
    if (named.length === 0 && texts.length === 0) return;
    for (const row of rows) {
      for (const column of named) this.#take(row[column]);
      for (const column of texts) this.#search(row[column]);
    }
  }

  /** Sorted. */
  all(): readonly string[] {
    return [...this.#found].sort();
  }

  #take(value: Row[string] | undefined): void {
    if (typeof value === "string" && value !== "") this.#found.add(value);
  }

  #search(value: Row[string] | undefined): void {
    if (value === null || value === undefined || typeof value === "number") return;
    const text = typeof value === "string" ? value : Buffer.from(value).toString("latin1");
    // A setting may be a reference as a whole.
    if (typeof value !== "string" && WHOLE.test(text)) this.#found.add(text);
    for (const [, ref] of text.matchAll(MEMBER)) this.#take(ref);
  }
}
