import { z } from "zod";
import type { Issue } from "./errors.ts";
import { issuesOf } from "./issues.ts";
import type { Logger, Metrics } from "./ports/ambient.ts";
import type { KeyProvider } from "./ports/keys.ts";

/** What a key store gets from the installation besides its own options. */
export interface KeyStoreContext {
  /** 32 octets, the same on every node: implicit rejection of keys that cannot be read (foundations.md 17). */
  readonly rejectionSecret: Uint8Array;
  readonly logger: Logger;
  readonly metrics?: Metrics | undefined;
}

/** Options that were checked: either all their faults, or the way to open the store. */
export type PreparedKeyStore =
  | { readonly issues: readonly Issue[] }
  | {
      readonly open: (context: KeyStoreContext) => Promise<KeyProvider>;
      /** Where its encrypted key files are, for a store that a backup holds; keys of any other are only referred to. */
      readonly folder?: string | undefined;
    };

/** A kind of key store that `config.keys` may name. */
export interface KeyStoreDefinition {
  readonly kind: string;
  /** JSON Schema (2020-12) of the options, without `kind`. */
  readonly jsonSchema: Readonly<Record<string, unknown>>;
  /** Checks options without opening anything; paths are relative to them. */
  prepare(options: unknown): PreparedKeyStore;
}

/** Defines a key store; its options are checked before anything starts, and `open` sees only checked ones. */
export const defineKeyStore = <Schema extends z.ZodType>(definition: {
  readonly kind: string;
  readonly options: Schema;
  open(options: z.output<Schema>, context: KeyStoreContext): Promise<KeyProvider>;
  /** See `PreparedKeyStore`. */
  folder?(options: z.output<Schema>): string;
}): KeyStoreDefinition => ({
  kind: definition.kind,
  jsonSchema: jsonSchemaOf(definition.options),
  prepare: (options) => {
    const checked = definition.options.safeParse(options);
    return checked.success
      ? {
          open: (context) => definition.open(checked.data, context),
          folder: definition.folder?.(checked.data),
        }
      : { issues: issuesOf(checked.error) };
  },
});

/** JSON Schema of what a schema accepts. What has no JSON form (functions of the host, octets) is accepted by no document. */
export const jsonSchemaOf = (schema: z.ZodType): Record<string, unknown> => {
  const whole: Record<string, unknown> = z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema._zod.def.type === "custom") jsonSchema.not = {};
    },
  });
  return Object.fromEntries(Object.entries(whole).filter(([name]) => name !== "$schema"));
};
