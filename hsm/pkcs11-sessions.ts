import type { Handle } from "pkcs11js";

/** A limited number of sessions; one operation has one session for itself. */
export interface SessionPool {
  /** Waits its turn; throws what opening a session throws. */
  acquire(): Promise<Handle>;
  release(session: Handle): void;
  /** In place of `release` after any error, as an operation may still be active in it. */
  discard(session: Handle): void;
  /** Forgets what is idle, after a new login. */
  clear(): void;
}

/** Sessions are opened when they are first wanted, at most `size` at a time. */
export const sessionPool = (
  size: number,
  open: () => Handle,
  close: (session: Handle) => void,
): SessionPool => {
  const idle: Handle[] = [];
  const waiting: (() => void)[] = [];
  let free = size;
  const giveBack = (): void => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  return {
    acquire: async () => {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return idle.pop() ?? open();
      } catch (error) {
        giveBack();
        throw error;
      }
    },
    release: (session) => {
      idle.push(session);
      giveBack();
    },
    discard: (session) => {
      close(session);
      giveBack();
    },
    clear: () => {
      for (const session of idle.splice(0)) close(session);
    },
  };
};
