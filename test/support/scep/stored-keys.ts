import { createPrivateKey, X509Certificate } from "node:crypto";
import { join } from "node:path";
import { openSoftStore } from "../../../hsm/soft-store.ts";
import { labKeyOf, type LabKey } from "./keys.ts";
import type { Lab } from "./lab.ts";

/** The private key of a certificate of the lab's own (RA, CA), out of its key folder: what a thief of the key could sign. */
export const storedKeyOf = (lab: Lab, certificate: Uint8Array): LabKey => {
  const wanted = new X509Certificate(certificate).publicKey.export({ type: "spki", format: "der" });
  const store = openSoftStore(join(lab.installation.folder, "keys"), Buffer.from("a passphrase"));
  for (const id of store.ids()) {
    const { secret } = store.read(id, (_facts, pkcs8) =>
      createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" }),
    );
    const key = labKeyOf(secret);
    if (wanted.equals(key.spki)) return key;
  }
  throw new Error("the lab has no such key");
};
