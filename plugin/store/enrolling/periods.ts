export const DAY_MS = 86_400_000;
export const MINUTE_MS = 60_000;

/** How long a ciphertext is remembered: the in-memory window in front of this one is shorter, a stolen envelope is older. */
export const REMEMBERED_MS = DAY_MS;

/** How long a node may not know of a cap that was set, with the requests that it had begun by then; until then nobody relies on its count. */
export const CAP_SETTLING_MS = 10_000;
