import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import type { KeyObject } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageOf } from "../../plugin/errors.ts";
import { PASSWORD, type PostgresServer } from "../support/postgres.ts";
import { Api } from "./api.ts";
import { CRASH_PASSWORD, crashDatabase, crashFile, type CrashPlace } from "./crash-place.ts";
import { type Message, newKey, scepMessage, serialOf } from "./device.ts";
import { makeDevice, makeSite, mintChallenge, type SiteIds } from "./site.ts";

export interface CrashOptions {
  readonly kills: number;
  /** The same seed draws the same moments and delays. */
  readonly seed: number;
  readonly progress?: (line: string) => void;
  /** A SQLite file unless given. */
  readonly postgres?: PostgresServer | undefined;
}

export interface CrashReport {
  readonly requests: number;
  /** Requests that had their certificate before the kill, and those that got it after. */
  readonly answeredBefore: number;
  readonly answeredAfter: number;
  /** Reservations that a kill left behind and that were given back. */
  readonly leftBehind: number;
}

interface Request {
  readonly key: KeyObject;
  readonly challenge: string;
  /** The certificate, once the client has it. */
  certificate: Uint8Array | undefined;
}

/** Requests under way in one round, and how long (ms) they are spread and the server lives, at first. */
const AT_ONCE = 6;
const SPREAD = 40;
const FIRST_LIFE = 160;
/** More than the lease of a reservation (30 s): by so much each new server is ahead of the one before, instead of a wait. */
const LEASE_OVER = 31_000;

const generator = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** Longer after a kill that came before all answers, shorter after one that came behind them, so that they fall into the work however fast the machine is. */
const nextLife = (life: number, answered: number): number => {
  if (answered === 0) return Math.min(life * 1.5, 5000);
  return answered === AT_ONCE ? Math.max(life / 1.5, SPREAD) : life;
};

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A server process that has loaded but not opened anything yet. */
class Server {
  private readonly child: ChildProcess;

  constructor(folder: string, { database }: CrashPlace, ahead: number) {
    this.child = spawn(
      process.execPath,
      [
        ...[
          "--import",
          "./test/support/typescript.mjs",
          join(import.meta.dirname, "crash-server.ts"),
        ],
        ...[folder, String(ahead), JSON.stringify(database)],
      ],
      {
        stdio: ["pipe", "pipe", "inherit"],
        env: { ...process.env, [CRASH_PASSWORD]: PASSWORD },
      },
    );
  }

  async open(): Promise<{ readonly url: string; readonly api: Api }> {
    assert.ok(this.child.stdin && this.child.stdout);
    this.child.stdin.write("go\n");
    const [line] = (await Promise.race([
      once(this.child.stdout, "data"),
      once(this.child, "exit").then(() => {
        throw new Error("the server did not start");
      }),
    ])) as [Buffer];
    const { url, token } = JSON.parse(line.toString("utf8")) as { url: string; token: string };
    return { url, api: new Api(url, token) };
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await gone;
  }
}

/** Sends it again until it is answered, as a device does. Throws when it never is. */
const insist = async (url: string, request: Request): Promise<Uint8Array> => {
  let last: unknown;
  for (let attempt = 0; attempt < 10; attempt++) {
    try {
      const reply = await (await scepMessage(url, request)).send();
      assert.ok(reply.status === "issued", `refused after a kill: ${JSON.stringify(reply)}`);
      const [certificate] = reply.certificates;
      assert.ok(certificate);
      return certificate;
    } catch (failure) {
      if (failure instanceof assert.AssertionError) throw failure;
      last = failure;
      await pause(300);
    }
  }
  throw new Error(`never answered: ${messageOf(last)}`);
};

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** What the database must never hold. */
const checkDatabase = async (place: CrashPlace): Promise<number> => {
  const database = place.open();
  const count = async (sql: string): Promise<number> => {
    const [row] = place.rows(await database.raw(sql));
    return Number(row?.["n"] ?? NaN);
  };
  try {
    const spentForNothing = await count(
      `select count(*) as n from countersign_challenges h
       left join countersign_certificates c on c.tenant = h.tenant and c.id = h.certificate_id
       left join countersign_certificate_ders d on d.tenant = c.tenant and d.id = c.id
       where h.state = 'spent' and (d.der is null or c.status not in ('issued', 'revoked'))`,
    );
    assert.equal(spentForNothing, 0, "a challenge is spent without a stored certificate");
    const twice = await count(
      `select count(*) as n from (select challenge_id from countersign_certificates
       where status = 'issued' and challenge_id is not null group by challenge_id having count(*) > 1) as twice`,
    );
    assert.equal(twice, 0, "two certificates for one challenge");
    const unwritten = await count(
      `select count(*) as n from countersign_certificates c where c.status = 'issued' and c.role = 'subscriber'
       and not exists (select 1 from countersign_ledger l where l.event = 'certificate.issued' and l.subject_id = c.id)`,
    );
    assert.equal(unwritten, 0, "a certificate without its ledger row");
    return await count(
      "select count(*) as n from countersign_certificates where status = 'failed'",
    );
  } finally {
    await database.destroy();
  }
};

/**
 * Kills a server with SIGKILL again and again while it enrols, and each time checks over the same data that: every certificate a client has is
 * stored byte for byte; no one-time challenge is spent without a stored certificate; every request, sent again, gets exactly one certificate,
 * the one it had if it had one. Throws with the round and the seed.
 */
export const crash = async ({
  kills,
  seed,
  progress = () => undefined,
  postgres,
}: CrashOptions): Promise<CrashReport> => {
  const folder = await mkdtemp(join(tmpdir(), "countersign-crash-"));
  const place = postgres === undefined ? crashFile(folder) : await crashDatabase(postgres);
  const random = generator(seed);
  const keys = await Promise.all(Array.from({ length: AT_ONCE }, () => newKey()));
  const report = { requests: 0, answeredBefore: 0, answeredAfter: 0, leftBehind: 0 };
  const servers: Server[] = [];
  const next = (): Server => {
    const server = new Server(folder, place, servers.length * LEASE_OVER);
    servers.push(server);
    return server;
  };
  let round = 0;
  let life = FIRST_LIFE;
  try {
    let server = next();
    let { url, api } = await server.open();
    const site = await makeSite(api, { id: "crash", template: { challengeLifetime: "P1D" } });
    const device = await makeDevice(api, "crash-device");
    for (round = 1; round <= kills; round++) {
      const successor = next();
      const requests = await prepare(api, site, device, keys);
      const endpoint = (): string => `${url}/scep/${site.endpoint}`;
      const messages = await Promise.all(requests.map((item) => scepMessage(endpoint(), item)));
      const sent = messages.map((message, at) => send(message, requests[at]!, random() * SPREAD));
      await pause(random() * life);
      await server.kill();
      await Promise.all(sent);
      report.requests += requests.length;
      const before = requests.filter((item) => item.certificate !== undefined).length;
      report.answeredBefore += before;
      life = nextLife(life, before);

      server = successor;
      ({ url, api } = await server.open());
      await Promise.all(
        requests.map(async (request) => {
          const certificate = await insist(endpoint(), request);
          if (request.certificate === undefined) report.answeredAfter++;
          else assert.ok(same(request.certificate, certificate), "another certificate than before");
          await checkStored(api, certificate);
        }),
      );
      report.leftBehind = await checkDatabase(place);
      progress(`kill ${round} of ${kills}: ${JSON.stringify(report)}`);
    }
    return report;
  } catch (failure) {
    throw new Error(`round ${round}, seed ${seed}: ${messageOf(failure)}`, { cause: failure });
  } finally {
    await Promise.all(servers.map((server) => server.kill()));
    await place.remove();
    await rm(folder, { recursive: true, force: true });
  }
};

const prepare = (
  api: Api,
  site: SiteIds,
  device: string,
  keys: readonly KeyObject[],
): Promise<Request[]> =>
  Promise.all(
    keys.map(async (key) => ({
      key,
      challenge: await patient(() => mintChallenge(api, site, device)),
      certificate: undefined,
    })),
  );

/** A server that has just started may say 503 where the machine is busy; an admin waits then. */
const patient = async <T>(work: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (failure) {
      if (attempt === 5 || !messageOf(failure).includes(": 503 ")) throw failure;
      await pause(1000);
    }
  }
};

/** One attempt; what the kill cuts off is no failure. */
const send = async (message: Message, request: Request, delay: number): Promise<void> => {
  await pause(delay);
  try {
    const reply = await message.send();
    if (reply.status === "issued") request.certificate = reply.certificates[0];
  } catch {
    // The server is dead.
  }
};

const checkStored = async (api: Api, certificate: Uint8Array): Promise<void> => {
  const { items } = await api.get(`/certificates?serial=${serialOf(certificate)}`);
  assert.equal(items.length, 1, "a certificate left the server that the store does not know");
  assert.equal(items[0].status, "issued");
  assert.ok(same(await api.bytes(`/certificates/${items[0].id}/der`), certificate));
};
