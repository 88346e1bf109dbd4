/**
 * The server that crash.ts kills: an installation over the folder `argv[2]` and the database of the JSON `argv[4]`, its clock `argv[3]`
 * milliseconds ahead. It loads everything, waits for a line
 * on standard input, opens the installation and writes one line `{url, token}` when it listens.
 */
import "reflect-metadata";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { builtins } from "../../adapters/preset.ts";
import type { CountersignConfig } from "../../plugin/config.ts";
import { createCountersign } from "../../plugin/countersign.ts";
import { configIn, silentLogger } from "../support/installation.ts";

const [, , folder = "", ahead = "0", database = "{}"] = process.argv;
const clock = { now: () => new Date(Date.now() + Number(ahead)) };
const countersign = createCountersign(
  configIn(folder, { database: JSON.parse(database) as CountersignConfig["database"] }),
  builtins({ clock, logger: silentLogger }),
);
await once(process.stdin, "data");
await countersign.start();
const server = createServer(countersign.handler);
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const token = await countersign.tokens.mint({
  ...{ subject: "crash", tenant: "default", roles: ["owner"], lifetimeSeconds: 86_400 },
});
process.stdout.write(`${JSON.stringify({ url, token })}\n`);
// Its parent's end is its own.
process.stdin.once("end", () => process.exit(1));
