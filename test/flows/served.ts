import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtemp, rm } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { builtins } from "../../adapters/preset.ts";
import type { CountersignConfig } from "../../plugin/config.ts";
import { type Countersign, createCountersign } from "../../plugin/countersign.ts";
import type { Role } from "../../plugin/domain/principal.ts";
import type { Clock } from "../../plugin/ports/ambient.ts";
import type { Setup } from "../../plugin/setup.ts";
import { configIn, silentLogger } from "../support/installation.ts";
import { Api } from "./api.ts";

/** Real time that a test may move forward. */
export interface TestClock extends Clock {
  advance(milliseconds: number): void;
}

export const testClock = (): TestClock => {
  let offset = 0;
  return {
    now: () => new Date(Date.now() + offset),
    advance: (milliseconds) => void (offset += milliseconds),
  };
};

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** Looks again until it is so: what works in the background needs its second. */
export const eventually = async (good: () => Promise<boolean>): Promise<void> => {
  for (let waited = 0; !(await good()); waited += 25) {
    assert.ok(waited < 10_000, "it did not happen");
    await pause(25);
  }
};

/** A real installation behind a real listener on 127.0.0.1; its public URLs are the listener's own. */
export interface Served {
  readonly countersign: Countersign;
  readonly url: string;
  readonly folder: string;
  readonly clock: TestClock;
  /** The admin API with a token of these roles (default: Owner) in a tenant (default `default`). */
  api(tenant?: string, roles?: readonly Role[]): Promise<Api>;
  /** The admin API as the installation operator. */
  operator(): Promise<Api>;
  /** Closes the installation and opens it again over the same data and the same address. */
  restart(): Promise<void>;
  end(): Promise<void>;
}

export const serve = async (
  changes: Partial<CountersignConfig> = {},
  setup: Partial<Setup> = {},
): Promise<Served> => {
  const folder = await mkdtemp(join(tmpdir(), "countersign-flow-"));
  const clock = testClock();
  let current: Countersign | undefined;
  const running = (): Countersign => {
    assert.ok(current);
    return current;
  };
  const server = createServer({ maxHeaderSize: 65_536 }, (request, response) =>
    running().handler(request, response),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const start = async (): Promise<void> => {
    current = createCountersign(
      configIn(folder, { publicUrl: url, ...changes }),
      builtins({ logger: silentLogger, clock, ...setup }),
    );
    await current.start();
  };
  const end = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await current?.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await start();
  } catch (failure) {
    await end();
    throw failure;
  }
  const lifetimeSeconds = 30 * 365 * 86_400;
  return {
    get countersign() {
      return running();
    },
    url,
    folder,
    clock,
    api: async (tenant = "default", roles = ["owner"]) =>
      new Api(
        url,
        await running().tokens.mint({ subject: "admin", tenant, roles, lifetimeSeconds }),
      ),
    operator: async () =>
      new Api(
        url,
        await running().tokens.mint({ subject: "operator", operator: true, lifetimeSeconds }),
      ),
    restart: async () => {
      await running().close();
      await start();
    },
    end,
  };
};
