import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { addServerOptions, clientFor } from "../api-command.ts";
import { following } from "../following.ts";
import { ledgerStretches } from "../ledger-source.ts";
import { integerOption } from "../options.ts";
import { ledgerToSyslog } from "../syslog/ledger-to-syslog.ts";
import { receiverAddress } from "../syslog/receiver.ts";

interface Options {
  readonly data: string;
  readonly url?: string;
  readonly tokenFile?: string;
  readonly to: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly state?: string;
  readonly after?: number;
  readonly follow?: boolean;
}

const read = async (path: string | undefined): Promise<Buffer | undefined> =>
  path === undefined ? undefined : await readFile(path);

/** `ledger forward`: the chain to a syslog receiver (RFC 5424 over TLS, RFC 5425); see docs/operations.md. */
export const addLedgerForwardCommand = (group: Command): void => {
  addServerOptions(
    group.command("forward").description("send it to a SIEM: syslog (RFC 5424) over TLS"),
  )
    .requiredOption("--to <address>", "tls://HOST:6514; tcp://HOST:PORT for a relay nearby")
    .option("--ca <file>", "PEM of the CAs that the receiver may have its certificate from")
    .option("--cert <file>", "PEM of the certificate that is shown to the receiver")
    .option("--key <file>", "PEM of its key")
    .option("--state <file>", "keeps how far it came, and goes on there")
    .addOption(integerOption("--after <n>", "begin behind this entry"))
    .option("--follow", "go on with what happens, until it is stopped")
    .action(async ({ to, after = 0, follow = false, state, ...rest }: Options) => {
      const { ca, cert, key, ...server } = rest;
      const address = receiverAddress(to);
      const trust = { ca: await read(ca), certificate: await read(cert), key: await read(key) };
      const api = await clientFor(server);
      const { signal, onAway, went, end } = following();
      const patient = follow;
      const out = await ledgerToSyslog({ address, trust, after, state, patient, signal, onAway });
      let last = out.after;
      try {
        for await (const stretch of ledgerStretches(api, { after: last, follow, signal, onAway })) {
          await out.write(stretch);
          went();
          last = stretch.items.at(-1)?.sequence ?? last;
        }
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        await out.close();
        end();
      }
      process.stderr.write(`sent up to entry ${last}\n`);
    });
};
