/** What `npm run bench:scep -- --json` prints for one kind of keys. Rates are enrolments a second; times are milliseconds. */
export interface BenchFigures {
  readonly ours: number;
  /** Null where no peer was at hand; `peer.reason` says why. */
  readonly peer: number | null;
  /** A third of the RSA-2048 signatures a second of `openssl speed` on all cores: an enrolment takes three private operations. */
  readonly limit: number;
  /** Median of the ratios within the rounds, which is not the ratio of the medians. */
  readonly ratioToPeer: number | null;
  readonly ratioToLimit: number;
  /** Against the first column: soft keys on SQLite. */
  readonly ratioToSoft: number | null;
  readonly p50: number;
  readonly p99: number;
  /** When requests come evenly, four for five of `ours`, each counted from the moment it was due; null where it was not measured. */
  readonly p50At80: number | null;
  readonly p99At80: number | null;
  /** Of all our processes. */
  readonly cpuMsPerRequest: number;
  readonly peerCpuMsPerRequest: number | null;
  /** MiB of all our processes together. */
  readonly memoryMiB: number;
  /** Longest block of the event loop during the bursts. */
  readonly longestBlockMs: number;
  /** Rounds that count, of all that were run. */
  readonly rounds: { readonly kept: number; readonly run: number };
  /** Requests whose reply was no certificate, over all rounds, and the first few of them. */
  readonly errors: number;
  readonly firstErrors: readonly string[];
}

export interface BenchResult {
  readonly machine: { readonly cpu: string; readonly cores: number; readonly node: string };
  readonly connections: number;
  readonly requestsPerBurst: number;
  readonly challenges: "dynamic" | "static";
  readonly peer: { readonly name: string | null; readonly reason: string | null };
  /** Fewer than three rounds were free of other work on the machine, so all were taken. */
  readonly noisy: boolean;
  readonly figures: Readonly<Record<string, BenchFigures>>;
}
