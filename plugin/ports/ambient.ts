/** What a host may pass in place of ours. */
export interface Clock {
  now(): Date;
}

/** Cryptographic randomness. */
export interface Random {
  bytes(length: number): Uint8Array;
  uuid(): string;
}

/** Shaped like pino: fields first, then a constant message. Never a secret, a PIN, a challenge or a whole CSR. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export type Labels = Readonly<Record<string, string>>;

/** Counters and histograms by name; label sets are small and closed. Durations in seconds. */
export interface Metrics {
  count(name: string, labels?: Labels, by?: number): void;
  observe(name: string, seconds: number, labels?: Labels): void;
  gauge(name: string, value: number, labels?: Labels): void;
  /** Prometheus text exposition format 0.0.4, for `/metrics`. */
  expose(): Promise<{ readonly contentType: string; readonly body: string }>;
}
