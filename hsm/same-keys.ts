import { CountersignError, type KeyFinding } from "../plugin/sdk.ts";
import type { ListedKey } from "./key-list.ts";

/** What the tokens of a group hold, compared by CKA_ID and public key. */
export interface SameKeys {
  /** Throws `invalid_config` naming both tokens when one of the keys has the id, but not the public key, of another token's. */
  admit(token: string, keys: readonly ListedKey[]): void;
  /** A warning when keys are not in all of so many tokens. */
  findings(tokens: number): readonly KeyFinding[];
}

export const sameKeys = (): SameKeys => {
  const first = new Map<string, { readonly token: string; readonly publicKey: string }>();
  const holders = new Map<string, Set<string>>();
  return {
    admit: (token, keys) => {
      const usable = keys.filter(({ fault }) => fault === undefined);
      for (const { id, publicKey } of usable) {
        const known = first.get(id);
        if (known !== undefined && known.token !== token && known.publicKey !== publicKey) {
          throw new CountersignError(
            "invalid_config",
            `${known.token} and ${token} hold different keys with the CKA_ID ${id}: they are not copies of one another`,
          );
        }
      }
      for (const { id, publicKey } of usable) {
        if (!first.has(id)) first.set(id, { token, publicKey });
        holders.set(id, (holders.get(id) ?? new Set()).add(token));
      }
    },
    findings: (tokens) => {
      const lonely = [...holders].filter(([, names]) => names.size < tokens);
      if (tokens < 2 || lonely.length === 0) return [];
      const [[id, names] = ["", new Set<string>()]] = lonely;
      return [
        {
          level: "warning",
          message: `${lonely.length} of ${holders.size} keys are not in every token (${id} is only in ${[...names].join(", ")}).`,
          remedy: "Copy them by the vendor's own means; without that they fail with their token.",
        },
      ];
    },
  };
};
