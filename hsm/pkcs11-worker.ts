import { createHmac } from "node:crypto";

import pkcs11js, { type Handle } from "pkcs11js";

import {
  CountersignError,
  isRsa,
  type KeyAlgorithm,
  type KeySpec,
  type SignatureScheme,
} from "../plugin/sdk.ts";
import { derOfRawSignature } from "./ecdsa-signature.ts";
import type { KeyOperation } from "./key-operation.ts";
import type { KeyWorker } from "./key-worker.ts";
import type { Pkcs11Config } from "./pkcs11-config.ts";
import { CKR, ckrOf, pkcs11Failure } from "./pkcs11-errors.ts";
import { findToken } from "./pkcs11-find-token.ts";
import { logIn } from "./pkcs11-login.ts";
import { type Abilities, abilitiesOf, signingOf } from "./pkcs11-mechanisms.ts";
import { listKeys } from "./pkcs11-list.ts";
import { openModule } from "./pkcs11-module.ts";
import { destroyKey, findKey, newKeyId, pairTemplates, type TokenKey } from "./pkcs11-objects.ts";
import { probeToken } from "./pkcs11-probe.ts";
import { sessionRunner } from "./pkcs11-session-runner.ts";
import { sessionPool } from "./pkcs11-sessions.ts";
import { surveyToken } from "./pkcs11-survey.ts";
import { modulusOf } from "./public-key.ts";
import { isBelowModulus, isUnwrapScheme, standIn, unwrapEncoded } from "./rsa-unwrap.ts";

/** The token's opinion of a ciphertext; it must not be heard outside. */
const ABOUT_THE_DATA: ReadonlySet<number> = new Set([
  CKR.dataInvalid,
  CKR.dataLengthRange,
  CKR.encryptedDataInvalid,
  CKR.encryptedDataLengthRange,
]);
/** Room for the result of any key of ours. */
const LARGEST_RESULT = 1024;
/** Token, login session and room for others: what a module with a limit keeps free. */
const SESSIONS_BESIDE = 1;

const canGenerate = (abilities: Abilities, algorithm: KeyAlgorithm): boolean =>
  isRsa(algorithm)
    ? abilities.generateRsa
    : algorithm === "ed25519"
      ? abilities.generateEdwards && abilities.signEddsa
      : algorithm.startsWith("ec-") && abilities.generateEc;

interface LoadedKey extends TokenKey {
  readonly modulus: Uint8Array;
  readonly secret: Uint8Array;
}

/** A module, a token and a login that belong to this worker alone. Throws as `openWorker`. */
export const openPkcs11Worker = (config: Pkcs11Config): KeyWorker => {
  const rejectionSecret = Buffer.from(config.rejectionSecret, "base64");
  const module = openModule(config.module, config.parameters);
  const { p11 } = module;
  try {
    return onToken();
  } catch (error) {
    module.close();
    throw pkcs11Failure("C_GetMechanismList", error);
  }

  function onToken(): KeyWorker {
    const token = findToken(p11, config);
    const login = logIn(p11, token, Buffer.from(config.pin, "base64").toString());
    const abilities = abilitiesOf(p11, token.slot);
    const keys = new Map<string, LoadedKey>();
    /** Keys that were found since the module was initialised. */
    const seen = new Set<string>();
    /** Buffers of calls that run: the binding keeps no reference to them itself. */
    const held = new Set<readonly Buffer[]>();

    const close = (session: Handle): void => {
      try {
        p11.C_CloseSession(session);
      } catch {
        // It may be what has failed.
      }
    };
    const max = token.info.maxSessionCount;
    // 0 is "no limit", and the largest numbers are "not said".
    const limit = max > SESSIONS_BESIDE && max < 0xffff ? max - SESSIONS_BESIDE : config.sessions;
    const pool = sessionPool(
      Math.max(1, Math.min(config.sessions, limit)),
      () => p11.C_OpenSession(token.slot, pkcs11js.CKF_SERIAL_SESSION | pkcs11js.CKF_RW_SESSION),
      close,
    );

    const runner = sessionRunner(pool, () => {
      keys.clear();
      login.renew();
    });

    const load = (session: Handle, id: Uint8Array): LoadedKey => {
      const name = Buffer.from(id).toString("hex");
      const known = keys.get(name);
      if (known !== undefined) return known;
      const found = findKey(p11, session, id);
      if (found === undefined) {
        // A token that lost a key has perhaps lost everything: modules see that it is back only after a new start.
        if (seen.delete(name)) runner.giveUp();
        throw new CountersignError(
          "key_not_found",
          `no private key on the token "${token.label}" has the CKA_ID ${name}`,
        );
      }
      const key: LoadedKey = {
        ...found,
        modulus: isRsa(found.algorithm) ? modulusOf(found.publicKey) : new Uint8Array(),
        secret: createHmac("sha256", rejectionSecret).update(id).digest(),
      };
      keys.set(name, key);
      seen.add(name);
      return key;
    };

    const call = async (
      run: (input: Buffer, output: Buffer) => Promise<Buffer>,
      input: Buffer,
    ): Promise<Uint8Array> => {
      const buffers = [input, Buffer.alloc(LARGEST_RESULT)] as const;
      held.add(buffers);
      try {
        return new Uint8Array(await run(...buffers));
      } finally {
        held.delete(buffers);
      }
    };

    const sign = ({ key: id, scheme, bytes }: KeyOperation): Promise<Uint8Array> =>
      runner.run("C_Sign", async (session) => {
        const { handle, algorithm } = load(session, id);
        const { mechanism, input } = signingOf(
          algorithm,
          scheme as SignatureScheme,
          bytes,
          abilities,
        );
        p11.C_SignInit(session, mechanism, handle);
        const signature = await call((i, o) => p11.C_SignAsync(session, i, o), input);
        return scheme.startsWith("ecdsa-") ? derOfRawSignature(signature) : signature;
      });

    const transportKey = (session: Handle, id: Uint8Array): LoadedKey => {
      const key = load(session, id);
      if (!key.decrypts) {
        throw new CountersignError("key_unsupported", "the key was not made to decrypt");
      }
      if (!abilities.decryptRaw) {
        throw new CountersignError(
          "key_unsupported",
          `the token "${token.label}" lacks CKM_RSA_X_509, without which its answers tell about the padding; keep RA keys in another key store`,
        );
      }
      return key;
    };

    const decryptRaw = async (
      session: Handle,
      handle: Handle,
      operand: Uint8Array,
      size: number,
    ): Promise<Uint8Array> => {
      p11.C_DecryptInit(session, { mechanism: pkcs11js.CKM_RSA_X_509 }, handle);
      try {
        const plain = await call((i, o) => p11.C_DecryptAsync(session, i, o), Buffer.from(operand));
        const em = new Uint8Array(size);
        em.set(plain, size - plain.length);
        return em;
      } catch (thrown) {
        if (ABOUT_THE_DATA.has(ckrOf(thrown)?.code ?? 0)) return new Uint8Array(size);
        throw thrown;
      }
    };

    const unwrap = ({ key: id, scheme, bytes, length }: KeyOperation): Promise<Uint8Array> =>
      runner.run("C_Decrypt", async (session) => {
        const { handle, modulus, secret } = transportKey(session, id);
        if (!isUnwrapScheme(scheme)) {
          throw new CountersignError("key_unsupported", "there is no such way of key transport");
        }
        const operand = isBelowModulus(bytes, modulus) ? bytes : standIn(modulus);
        const em = await decryptRaw(session, handle, operand, modulus.length);
        return unwrapEncoded(em, bytes, secret, scheme, length);
      });

    const generate = (spec: KeySpec): Promise<Uint8Array> =>
      runner.run("C_GenerateKeyPair", async (session) => {
        const able = canGenerate(abilities, spec.algorithm);
        if (!able) {
          throw new CountersignError("key_unsupported", `the token makes no ${spec.algorithm}`);
        }
        const id = newKeyId();
        const { mechanism, publicKey, privateKey } = pairTemplates(spec, id, true);
        await p11.C_GenerateKeyPairAsync(session, { mechanism }, publicKey, privateKey);
        return id;
      });

    return {
      get broken() {
        return runner.broken;
      },
      close: () => module.close(),
      handle: (operation) => {
        const { kind, key: id, scheme, bytes } = operation;
        switch (kind) {
          case "sign":
            return sign(operation);
          case "unwrap":
            return unwrap(operation);
          case "public-key":
            return runner.run("C_FindObjects", (session) =>
              scheme === "decrypt"
                ? transportKey(session, id).publicKey
                : load(session, id).publicKey,
            );
          case "generate":
            return generate(JSON.parse(Buffer.from(bytes).toString()) as KeySpec);
          case "import":
            throw new CountersignError(
              "key_unsupported",
              "a token makes its own keys; one from a file can only go into a soft key store",
            );
          case "destroy":
            return runner.run("C_DestroyObject", (session) => {
              destroyKey(p11, session, id);
              const name = Buffer.from(id).toString("hex");
              keys.delete(name);
              seen.delete(name);
              return new Uint8Array();
            });
          case "list":
            return runner.run("C_FindObjects", (session) =>
              Buffer.from(JSON.stringify(listKeys(p11, session))),
            );
          case "probe":
            return runner.run("C_GenerateKeyPair", async (session) =>
              Buffer.from(JSON.stringify(await probeToken(p11, token, session, abilities))),
            );
          case "survey":
            return surveyToken(p11, config.module, token, abilities, config.sessions).then(
              (survey) => Buffer.from(JSON.stringify(survey)),
              (error: unknown) => {
                throw pkcs11Failure("C_GetMechanismInfo", error);
              },
            );
          case "open":
            throw new CountersignError("internal", "the key store is open already");
        }
      },
    };
  }
};
