import { postgresServer } from "../support/postgres.ts";
import { ownSuite } from "../support/own-suite.ts";
import { workFolder } from "../support/tools.ts";
import { serve, type Served } from "./served.ts";

/** Nodes of one installation on one PostgreSQL, with the same keys; the public URLs of both are those of `a`. */
export interface TwoNodes {
  readonly a: Served;
  readonly b: Served;
}

/** For a suite's `before`: they end with the suite. */
export const openTwoNodes = async (hook: Mocha.Context): Promise<TwoNodes> => {
  const postgres = await postgresServer(hook);
  const database = await postgres.create();
  const keys = await workFolder();
  const nodes: Served[] = [];
  ownSuite(hook).afterAll("both nodes end", async () => {
    await Promise.all(nodes.map((node) => node.end()));
    await postgres.drop(database);
    await keys.remove();
  });
  const start = async (publicUrl?: string): Promise<Served> => {
    const node = await serve({
      ...(publicUrl === undefined ? {} : { publicUrl }),
      database: { client: "pg", connection: { url: () => postgres.url(database) } },
      keys: [{ kind: "soft", folder: keys.path, passphrase: () => "shared", inProcess: true }],
    });
    nodes.push(node);
    return node;
  };
  const a = await start();
  return { a, b: await start(a.url) };
};
