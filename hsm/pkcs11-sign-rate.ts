import pkcs11js, { type Handle, type Mechanism, type PKCS11 } from "pkcs11js";

import type { FoundToken } from "./pkcs11-find-token.ts";
import type { TokenSurvey } from "./token-survey.ts";

/** Milliseconds that each number of sessions is measured for. */
const BURST = 300;

/** Signatures a second with 1, 2, 4 … up to `most` sessions at once; ends early where the token has no more sessions. */
export const signRates = async (
  p11: PKCS11,
  token: FoundToken,
  key: Handle,
  { mechanism, input }: { readonly mechanism: Mechanism; readonly input: Buffer },
  most: number,
): Promise<TokenSurvey["signRate"]> => {
  const rates: { sessions: number; perSecond: number }[] = [];
  const sessions: Handle[] = [];
  // The binding keeps no reference to a buffer of its caller's: these live as long as the calls.
  const buffers = new Map<Handle, Buffer>();
  const sign = async (session: Handle, until: number): Promise<number> => {
    const output = buffers.get(session) ?? Buffer.alloc(1024);
    buffers.set(session, output);
    let done = 0;
    while (performance.now() < until) {
      p11.C_SignInit(session, mechanism, key);
      await p11.C_SignAsync(session, input, output);
      done += 1;
    }
    return done;
  };
  try {
    for (let count = 1; count <= most; count *= 2) {
      while (sessions.length < count) {
        sessions.push(p11.C_OpenSession(token.slot, pkcs11js.CKF_SERIAL_SESSION));
      }
      const start = performance.now();
      const done = await Promise.all(sessions.map((session) => sign(session, start + BURST)));
      const seconds = (performance.now() - start) / 1000;
      const total = done.reduce((sum, each) => sum + each, 0);
      rates.push({ sessions: count, perSecond: Math.round(total / seconds) });
    }
  } catch {
    // It has no more sessions, or fails under load: what was measured stands.
  } finally {
    for (const session of sessions) p11.C_CloseSession(session);
  }
  return rates;
};
