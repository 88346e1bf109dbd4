import pkcs11js, { type Handle, type PKCS11 } from "pkcs11js";

import { CountersignError } from "../plugin/sdk.ts";
import type { ListedKey } from "./key-list.ts";
import { attributeOf, findKey, privateKeysOf } from "./pkcs11-objects.ts";

/** Every private key of a token, with what its attributes say. Throws what the module throws. */
export const listKeys = (p11: PKCS11, session: Handle): readonly ListedKey[] =>
  privateKeysOf(p11, session).map((handle) => {
    const read = (type: number): Buffer => attributeOf(p11, session, handle, type);
    const flag = (type: number): boolean => read(type)[0] === 1;
    const id = read(pkcs11js.CKA_ID);
    const about = {
      id: id.toString("hex"),
      label: read(pkcs11js.CKA_LABEL).toString(),
      signs: flag(pkcs11js.CKA_SIGN),
      decrypts: flag(pkcs11js.CKA_DECRYPT),
      extractable: flag(pkcs11js.CKA_EXTRACTABLE) || !flag(pkcs11js.CKA_SENSITIVE),
    };
    if (id.length === 0) return { ...about, publicKey: "", fault: "it has no CKA_ID" };
    try {
      const key = findKey(p11, session, id);
      if (key === undefined) return { ...about, publicKey: "", fault: "it is gone meanwhile" };
      const publicKey = Buffer.from(key.publicKey).toString("base64");
      return { ...about, algorithm: key.algorithm, publicKey, decrypts: key.decrypts };
    } catch (error) {
      if (!(error instanceof CountersignError)) throw error;
      return { ...about, publicKey: "", fault: error.detail };
    }
  });
