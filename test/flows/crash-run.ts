/** `npm run crash -- --kills 200 [--seed N]`: the crash test for as long as one likes. */
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { crash } from "./crash.ts";

const { values } = parseArgs({
  options: { kills: { type: "string", default: "200" }, seed: { type: "string" } },
});
const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
const say = (line: string): void => void process.stdout.write(`${line}\n`);
say(`seed ${seed}`);
say(JSON.stringify(await crash({ kills: Number(values.kills), seed, progress: say })));
