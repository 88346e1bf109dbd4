import { type Profiler, Session } from "node:inspector/promises";

/** V8's sampling profiler over this process. */
export const cpuProfiler = () => {
  let session: Session | undefined;
  return {
    start: async (): Promise<void> => {
      session = new Session();
      session.connect();
      await session.post("Profiler.enable");
      await session.post("Profiler.setSamplingInterval", { interval: 200 });
      await session.post("Profiler.start");
    },
    stop: async (): Promise<Profiler.Profile> => {
      if (session === undefined) throw new Error("no profile was started");
      const { profile } = await session.post("Profiler.stop");
      session.disconnect();
      return profile;
    },
  };
};

export interface SelfTime {
  readonly name: string;
  /** Microseconds. */
  readonly self: number;
}

/** Time in each function itself, longest first; idle time is left out. */
export const selfTimes = ({
  nodes,
  samples = [],
  timeDeltas = [],
}: Profiler.Profile): readonly SelfTime[] => {
  const names = new Map(
    nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
      const file = url.replace(/^.*\/(?:build|node_modules)\//, "");
      const place = url === "" ? "" : ` ${file}:${lineNumber + 1}`;
      return [id, `${functionName || "(anonymous)"}${place}`];
    }),
  );
  const sums = new Map<string, number>();
  for (const [at, id] of samples.entries()) {
    const name = names.get(id) ?? "";
    if (name !== "(idle)") sums.set(name, (sums.get(name) ?? 0) + (timeDeltas[at] ?? 0));
  }
  return [...sums].map(([name, self]) => ({ name, self })).sort((a, b) => b.self - a.self);
};
