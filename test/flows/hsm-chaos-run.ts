/** `npm run chaos:hsm [-- --rounds N] [--json]`: the token fails N times (100 unless given) under enrolment load. Fails above 5 s of recovery. */
import "reflect-metadata";
import { parseArgs } from "node:util";

import { hsmChaos } from "./hsm-chaos.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "100" },
    json: { type: "boolean", default: false },
  },
});
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const result = await hsmChaos({ rounds: Number(values.rounds), say });
if (result === undefined) {
  say("SKIPPED: SoftHSM or gcc is missing; run npm run test:deps");
} else {
  const slowest = Math.max(...result.recoveries);
  const { rounds, enrolled, retries } = result;
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ ...result, slowest })}\n`
      : `${rounds} rounds, ${enrolled} certificates, ${retries} requests sent again, none lost, none twice; slowest recovery ${slowest} ms\n`,
  );
  if (slowest >= 5_000) process.exitCode = 1;
}
