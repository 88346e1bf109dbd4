export const DAY_MS = 86_400_000;
export const MINUTE_MS = 60_000;

/** How long a ciphertext is remembered: the in-memory window in front of this one is shorter, a stolen envelope is older. */
export const REMEMBERED_MS = DAY_MS;
