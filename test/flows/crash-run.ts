/** `npm run crash -- --kills 200 [--seed N] [--postgres]`: the crash test for as long as one likes, on SQLite or on a PostgreSQL of its own. */
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { startPostgres } from "../support/postgres.ts";
import { crash } from "./crash.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "200" },
    seed: { type: "string" },
    postgres: { type: "boolean", default: false },
  },
});
const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
const say = (line: string): void => void process.stdout.write(`${line}\n`);
say(`seed ${seed} on ${values.postgres ? "PostgreSQL" : "SQLite"}`);
const postgres = values.postgres ? await startPostgres() : undefined;
try {
  say(JSON.stringify(await crash({ kills: Number(values.kills), seed, progress: say, postgres })));
} finally {
  await postgres?.stop();
}
