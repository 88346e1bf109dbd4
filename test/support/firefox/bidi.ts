/** A connection that speaks WebDriver BiDi (W3C): commands with their answers, and events. */
export interface Bidi {
  /** The result of a command; rejects with what the browser says of a refused one. */
  send(method: string, params?: object): Promise<Record<string, unknown>>;
  on(listener: (method: string, params: Record<string, unknown>) => void): void;
  close(): void;
}

interface Answer {
  readonly id?: number;
  readonly type: "success" | "error" | "event";
  readonly result?: Record<string, unknown>;
  readonly error?: string;
  readonly message?: string;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
}

/** Connects to a browser's BiDi address. */
export const connectBidi = async (url: string): Promise<Bidi> => {
  const socket = new WebSocket(url);
  const waiting = new Map<number, (answer: Answer) => void>();
  const listeners: ((method: string, params: Record<string, unknown>) => void)[] = [];
  let next = 0;
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener("open", () => resolve());
    socket.addEventListener("error", () => reject(new Error(`${url} cannot be reached`)));
  });
  socket.addEventListener("message", ({ data }) => {
    const answer = JSON.parse(String(data)) as Answer;
    if (answer.id === undefined)
      for (const listener of listeners) listener(answer.method ?? "", answer.params ?? {});
    else waiting.get(answer.id)?.(answer);
  });
  socket.addEventListener("close", () => {
    for (const [id, answer] of waiting) answer({ id, type: "error", error: "closed" });
  });
  return {
    send: (method, params = {}) =>
      new Promise((resolve, reject) => {
        const id = (next += 1);
        waiting.set(id, ({ type, result = {}, error, message }) => {
          waiting.delete(id);
          if (type === "success") resolve(result);
          else reject(new Error(`${method}: ${error ?? ""} ${message ?? ""}`));
        });
        socket.send(JSON.stringify({ id, method, params }));
      }),
    on: (listener) => void listeners.push(listener),
    close: () => socket.close(),
  };
};
