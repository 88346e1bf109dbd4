import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { renameSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import { buildFaultShim, faultsIn } from "../support/fault-shim.ts";
import { findSoftHsm, freshToken } from "../support/softhsm.ts";
import { newKey, scepMessage, serialOf } from "./device.ts";
import { serve } from "./served.ts";
import { makeDevice, makeSite, mintChallenge } from "./site.ts";

export interface ChaosOptions {
  /** How often the token fails and comes back. */
  readonly rounds: number;
  /** Devices that enrol at the same time. */
  readonly clients?: number;
  readonly say?: (line: string) => void;
}

export interface ChaosResult {
  readonly rounds: number;
  readonly enrolled: number;
  /** Requests that had to be sent again. */
  readonly retries: number;
  /** Milliseconds from the end of each fault to the next certificate. */
  readonly recoveries: readonly number[];
}

const FAULTS = [
  "away",
  "hang",
  "CKR_DEVICE_ERROR",
  "CKR_DEVICE_REMOVED",
  "CKR_GENERAL_ERROR",
] as const;
const CKR_NUMBER = { CKR_DEVICE_ERROR: 48, CKR_DEVICE_REMOVED: 50, CKR_GENERAL_ERROR: 5 } as const;

/**
 * Enrols devices against an installation whose keys are on a token, while the token is taken away, hangs and fails, again and again. Devices
 * send the same message until they have their certificate. Fails when one gets none, when one has two, or when a certificate is stored that
 * nobody got. Undefined where SoftHSM or gcc is missing.
 */
export const hsmChaos = async ({
  rounds,
  clients = 3,
  say = () => undefined,
}: ChaosOptions): Promise<ChaosResult | undefined> => {
  const real = findSoftHsm();
  if (real === undefined) return undefined;
  const token = await freshToken("chaos");
  const shim = buildFaultShim(token.folder);
  if (shim === undefined) {
    await token.remove();
    return undefined;
  }
  const faults = faultsIn(token.folder, real);
  const served = await serve({
    keys: [
      {
        kind: "pkcs11",
        module: shim,
        tokenLabel: token.tokenLabel,
        pin: () => token.pin,
        environment: { ...token.environment, ...faults.environment },
        deadlineSeconds: 2,
      },
    ],
  });
  const times: number[] = [];
  const serials = new Map<string, string>();
  const load = { running: true };
  const goesOn = (): boolean => load.running;
  let retries = 0;

  const tokens = join(token.folder, "tokens");
  const begin = (fault: (typeof FAULTS)[number]): void => {
    if (fault === "away") renameSync(tokens, `${tokens}.away`);
    else if (fault === "hang") faults.set("C_Sign 0 60000");
    else faults.set(`C_Sign ${CKR_NUMBER[fault]} 0`);
  };
  const end = (fault: (typeof FAULTS)[number]): void => {
    if (fault === "away") renameSync(`${tokens}.away`, tokens);
    else faults.set();
  };

  try {
    const api = await served.api();
    const site = await makeSite(api);
    const url = `${served.url}/scep/${site.endpoint}`;
    const client = async (): Promise<void> => {
      const key = await newKey();
      while (load.running) {
        const name = randomUUID();
        const device = await makeDevice(api, name);
        const challenge = await mintChallenge(api, site, device);
        const message = await scepMessage(url, { key, challenge, transactionId: name });
        for (const give = performance.now() + 60_000; ;) {
          const reply = await message.send().catch(() => undefined);
          const leaf = reply?.status === "issued" ? reply.certificates[0] : undefined;
          if (leaf !== undefined) {
            times.push(performance.now());
            serials.set(device, serialOf(leaf));
            break;
          }
          assert.ok(performance.now() < give, `device ${name} got no certificate in a minute`);
          retries += 1;
          await pause(100);
        }
      }
    };
    const work = Promise.all(Array.from({ length: clients }, client));
    work.catch(() => (load.running = false));
    const recoveries: number[] = [];
    try {
      for (let round = 0; round < rounds && load.running; round += 1) {
        const fault = FAULTS[round % FAULTS.length] ?? "away";
        const before = times.length;
        while (goesOn() && times.length === before) await pause(20);
        begin(fault);
        await pause(fault === "hang" ? 2_300 : 400);
        end(fault);
        const healed = performance.now();
        const back = (): number | undefined => times.find((time) => time > healed);
        while (goesOn() && back() === undefined) await pause(10);
        recoveries.push(Math.round((back() ?? Infinity) - healed));
        say(`round ${round + 1}: ${fault}, back after ${recoveries.at(-1)} ms`);
      }
    } finally {
      load.running = false;
    }
    await work;

    const stored = (await api.all("/certificates?role=subscriber")) as {
      serial: string;
      deviceId: string;
      status: string;
    }[];
    const issued = stored.filter(({ status }) => status === "issued");
    assert.equal(issued.length, serials.size, "as many certificates as devices that got one");
    for (const { deviceId, serial } of issued) {
      assert.equal(serials.get(deviceId), serial, `device ${deviceId} has the one that it got`);
    }
    assert.equal(new Set(serials.values()).size, serials.size, "no serial twice");
    return { rounds: recoveries.length, enrolled: serials.size, retries, recoveries };
  } finally {
    load.running = false;
    await served.end();
    await token.remove();
  }
};
