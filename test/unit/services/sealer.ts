import { createPublicKey, generateKeyPairSync, randomUUID, sign } from "node:crypto";
import type { KeyProvider, Signer } from "../../../plugin/ports/keys.ts";
import type { Database } from "../../../plugin/ports/stores.ts";
import { Keyring } from "../../../plugin/services/signing/keyring.ts";
import { LedgerKey } from "../../../plugin/services/ledger/ledger-key.ts";
import { LedgerSealer } from "../../../plugin/services/ledger/ledger-sealer.ts";
import { systemRandom } from "../../../plugin/random.ts";
import { PrometheusMetrics } from "../../../plugin/http/metrics.ts";
import { silentLogger } from "../../support/installation.ts";

/** Keys in memory, found again by every node of a test through their reference: it is the key. */
export const memoryKeys = (): KeyProvider & { made: number; destroyed: number } => {
  const provider = {
    name: "memory",
    made: 0,
    destroyed: 0,
    generate: () => {
      provider.made += 1;
      const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const pem = privateKey.export({ type: "pkcs8", format: "pem" }) as string;
      return Promise.resolve(`memory:${pem}`);
    },
    signer: (ref: string): Promise<Signer> => {
      const pem = ref.slice(ref.indexOf(":") + 1);
      return Promise.resolve({
        algorithm: "ec-p256",
        publicKey: createPublicKey(pem).export({ type: "spki", format: "der" }),
        takes: "message",
        sign: (message) => Promise.resolve(sign("sha256", message, pem)),
      });
    },
    importKey: () => Promise.reject(new Error("not asked for")),
    decrypter: () => Promise.reject(new Error("not asked for")),
    destroy: () => {
      provider.destroyed += 1;
      return Promise.resolve();
    },
    probe: () => Promise.resolve([]),
    close: () => Promise.resolve(),
  };
  return provider;
};

/** A node's sealer on a database; `now` moves its clock. */
export const sealerOn = (
  database: Database,
  now: () => Date = () => new Date(),
  keys: KeyProvider = memoryKeys(),
): { readonly sealer: LedgerSealer; readonly key: LedgerKey } => {
  const key = new LedgerKey(database.directory, new Keyring([keys]));
  const sealer = new LedgerSealer(
    database.directory,
    { now },
    silentLogger,
    new PrometheusMetrics(),
    key,
    { ...systemRandom, uuid: randomUUID },
  );
  return { sealer, key };
};
