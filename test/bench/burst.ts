import { cpuOf, machineCpu, treeOf } from "./cpu.ts";
import type { LoadQuestions } from "./load.ts";
import { type Client, openReply, prepareMessage } from "./messages.ts";
import type { EnrolmentServer } from "./product-server.ts";
import type { Worker } from "./worker.ts";

/** What one burst at one server showed. */
export interface BurstResult {
  /** Certificates a second: those whose replies were right. */
  readonly rate: number;
  readonly seconds: number;
  /** Milliseconds. */
  readonly latencies: readonly number[];
  /** Milliseconds of CPU of the server and its children, by request. */
  readonly cpuMs: number;
  /** Of its main process alone. */
  readonly mainCpuMs: number;
  /** The same of the load generator. */
  readonly clientCpuMs: number;
  /** Share of the machine's CPU that others used or that was stolen. */
  readonly disturbed: number;
  /** One line for each request that did not end in its certificate. */
  readonly errors: readonly string[];
}

export interface BurstOptions {
  readonly requests: number;
  readonly connections: number;
  /** Requests a second that come evenly; as fast as replies come unless given. */
  readonly perSecond?: number;
}

/** Share of the machine's CPU that `mine` did not use during `work`, though somebody did. */
export const undisturbed = async <T>(
  pids: readonly number[],
  cores: number,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly disturbed: number; readonly own: readonly number[] }> => {
  const before = pids.map(cpuOf);
  const machine = machineCpu();
  const started = performance.now();
  const result = await work();
  const elapsed = performance.now() - started;
  const after = machineCpu();
  const own = pids.map((pid, at) => Math.max(0, cpuOf(pid) - (before[at] ?? 0)));
  const mine = own.reduce((sum, value) => sum + value, 0);
  const others = after.busy - machine.busy - mine + after.stolen - machine.stolen;
  return { result, own, disturbed: Math.max(0, others) / (elapsed * cores) };
};

/** Called right before the clock starts and after it has stopped. */
export interface Around {
  readonly before?: () => Promise<void>;
  readonly after?: () => Promise<void>;
}

/** One burst of distinct requests at one server; every reply is opened once the clock has stopped. */
export const runBurst = async (
  server: EnrolmentServer,
  load: Worker<LoadQuestions>,
  clients: readonly Client[],
  { requests, connections, perSecond }: BurstOptions,
  cores: number,
  around: Around = {},
): Promise<BurstResult> => {
  const prepared = [];
  for (const [at, admission] of (await server.admissions(requests)).entries())
    prepared.push(await prepareMessage(server, admission, clients[at % clients.length] as Client));
  await load.ask(
    "prepare",
    { port: server.port, path: server.path, connections },
    prepared.map(({ message }) => message),
  );
  await around.before?.();
  const servers = [server.pid, ...(server.besides ?? [])].flatMap(treeOf);
  const pids = [load.pid, ...servers, process.pid];
  const { result, own, disturbed } = await undisturbed(pids, cores, () =>
    load.ask("fire", perSecond),
  );
  await around.after?.();
  const replies = await load.ask("collect");
  const serials = new Set<string>();
  const errors: string[] = [];
  for (const [at, request] of prepared.entries()) {
    try {
      const serial = await openReply(server, request, replies[at]);
      if (serials.has(serial)) throw new Error(`serial number ${serial} twice`);
      serials.add(serial);
    } catch (failure) {
      errors.push(failure instanceof Error ? failure.message : String(failure));
    }
  }
  const serverCpu = own.slice(1, 1 + servers.length).reduce((sum, value) => sum + value, 0);
  return {
    rate: serials.size / result.seconds,
    seconds: result.seconds,
    latencies: result.latencies,
    cpuMs: serverCpu / requests,
    mainCpuMs: (own[1] ?? 0) / requests,
    clientCpuMs: (own[0] ?? 0) / requests,
    disturbed,
    errors,
  };
};
