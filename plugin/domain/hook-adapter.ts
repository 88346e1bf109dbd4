/** Path ids of hook adapters, unique in the installation: `/hooks/<id>`. By the pattern of a console's user names; older ones may be longer. */
export const HOOK_ADAPTER_ID = /^[a-z0-9_-]{2,18}$/;

/** Who may report events over HTTP without a token: one MDM server, by a secret of its own. */
export interface HookAdapter {
  readonly id: string;
  /** Events count as this host's, whatever they say. */
  readonly hostId: string;
  /** Sealed secret that signs. */
  readonly sealed: Uint8Array;
  /** The secret before, good until `previousUntil`, so that both sides need not change at once. */
  readonly previous: Uint8Array | undefined;
  readonly previousUntil: Date | undefined;
  readonly enabled: boolean;
  /** When a call of its was last found good, to the minute; undefined: never. */
  readonly lastUsedAt: Date | undefined;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
