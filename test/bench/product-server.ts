import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CountersignConfig } from "../../plugin/config.ts";
import { readCertsOnly } from "../../plugin/sdk.ts";
import type { PostgresServer } from "../support/postgres.ts";
import { freshToken, type SoftToken } from "../support/softhsm.ts";
import { inParallel } from "./in-parallel.ts";
import { fillLists } from "./lists/fill-lists.ts";
import type { ProductQuestions } from "./product.ts";
import { startWorker, type Worker } from "./worker.ts";

export interface ProductOptions {
  /** Folder of the compiled processes. */
  readonly build: string;
  /** `softhsm-ca`: CA keys on the token, RA keys in the encrypted file. */
  readonly keys: "soft" | "softhsm" | "softhsm-ca";
  /** `static`: one secret for all; `dynamic`: one minted beforehand for each request. */
  readonly challenges: "dynamic" | "static";
  readonly issuerKey?: "rsa-2048" | "ec-p256";
  /** Key processes of soft keys, sessions of a token; the product's default unless given. */
  readonly lanes?: number | undefined;
  /** SQLite in the product's own folder unless given. */
  readonly postgres?: PostgresServer;
  /** Certificates that are stored beforehand; none unless given. */
  readonly stored?: number;
  readonly stages?: boolean;
  readonly execArgv?: readonly string[];
}

/** A product that waits for enrolments, with what a client must know. */
export interface EnrolmentServer {
  readonly name: string;
  readonly pid: number;
  /** First processes of other servers that work for it. */
  readonly besides?: readonly number[];
  readonly port: number;
  /** Path and query of PKIOperation. */
  readonly path: string;
  /** DER, as GetCACert gives them. */
  readonly caCertificates: readonly Uint8Array[];
  /** Whom requests are enveloped for, DER. */
  readonly recipient: Uint8Array;
  /** What the requests are to hold: as many challenges and device names as asked for, each used once. */
  admissions(count: number): Promise<readonly Admission[]>;
  end(): Promise<void>;
}

export interface Admission {
  readonly challenge: string;
  readonly serialNumber: string;
}

export interface ProductServer extends EnrolmentServer {
  readonly worker: Worker<ProductQuestions>;
}

const DEVICES = 200;
const STATIC_SECRET = "a static secret for all";

const SOFT_PASSPHRASE = "a passphrase";

const keysOf = async (
  { keys, lanes }: ProductOptions,
  folder: string,
  token: SoftToken | undefined,
): Promise<CountersignConfig["keys"]> => {
  const passphrase = join(folder, "passphrase");
  await writeFile(passphrase, SOFT_PASSPHRASE, { mode: 0o600 });
  const soft = {
    kind: "soft",
    folder: join(folder, "keys"),
    passphrase: { file: passphrase },
    ...(keys === "soft" && lanes !== undefined ? { processes: lanes } : {}),
  } as const;
  if (token === undefined) return [soft];
  const pin = join(folder, "pin");
  await writeFile(pin, token.pin, { mode: 0o600 });
  const pkcs11 = {
    kind: "pkcs11",
    module: token.module,
    tokenLabel: token.tokenLabel,
    pin: { file: pin },
    environment: token.environment,
    // As docs/hsm.md says of software tokens.
    processes: 2,
    ...(lanes === undefined ? {} : { sessions: lanes }),
  } as const;
  return keys === "softhsm" ? [pkcs11] : [pkcs11, soft];
};

/** Starts the product on an empty folder and sets it up over its own API: hierarchy, template, endpoint, devices. */
export const startProduct = async (options: ProductOptions): Promise<ProductServer> => {
  const folder = await mkdtemp(join(tmpdir(), "countersign-bench-"));
  const token = options.keys === "soft" ? undefined : await freshToken("countersign bench");
  const { postgres } = options;
  const url = postgres?.url(await postgres.create());
  const worker = startWorker<ProductQuestions>(options.build, "product", options.execArgv);
  const end = async (): Promise<void> => {
    await worker.end();
    await token?.remove();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const { port, token: bearer } = await worker.ask("start", {
      folder,
      keys: await keysOf(options, folder, token),
      postgres: url,
      stages: options.stages ?? false,
    });
    const post = poster(port, bearer);
    await post("hierarchies", { id: "bench", keyAlgorithm: options.issuerKey ?? "rsa-2048" });
    await post("templates", {
      id: "identity",
      authorityId: "bench",
      subject: "CN=%serialnumber%,OU=Managed devices",
      challengeMode: options.challenges,
      validity: "P90D",
      challengeLifetime: "P1D",
    });
    const ra =
      options.keys === "softhsm-ca"
        ? { raId: (await post("ras", { authorityId: "bench", keyStore: "soft" }))["id"] }
        : {};
    await post("endpoints", {
      id: "bench",
      ...ra,
      authorityId: "bench",
      templateIds: ["identity"],
      policies: [
        options.challenges === "dynamic"
          ? { kind: "dynamic" }
          : { kind: "static", templateId: "identity", secret: STATIC_SECRET },
      ],
    });
    const devices = await inParallel(DEVICES, async (at) => {
      const serialNumber = `SN${String(at).padStart(6, "0")}`;
      const device = await post("devices", {
        hostId: "bench",
        deviceId: serialNumber,
        platform: "windows",
        attributes: { serialnumber: serialNumber },
      });
      return { id: String(device["id"]), serialNumber };
    });
    if (options.stored !== undefined)
      await fillLists(
        url === undefined
          ? { client: "sqlite3", file: join(folder, "countersign.db") }
          : { client: "pg", connection: url },
        options.stored,
        Date.now(),
        () => undefined,
        true,
      );
    let used = 0;
    const admissions = (count: number): Promise<readonly Admission[]> =>
      inParallel(count, async () => {
        const device = devices[used++ % devices.length] ?? { id: "", serialNumber: "" };
        if (options.challenges === "static")
          return { challenge: STATIC_SECRET, serialNumber: device.serialNumber };
        const minted = await post("challenges", { deviceId: device.id, templateId: "identity" });
        return { challenge: String(minted["secret"]), serialNumber: device.serialNumber };
      });
    const answer = await fetch(`http://127.0.0.1:${port}/scep/bench?operation=GetCACert`);
    const { certificates } = readCertsOnly(new Uint8Array(await answer.arrayBuffer()));
    const [recipient] = certificates;
    if (recipient === undefined) throw new Error("the product has no RA certificate");
    return {
      name: `countersign, ${options.keys}`,
      pid: worker.pid,
      ...(postgres === undefined ? {} : { besides: [await postgres.pid()] }),
      port,
      path: "/scep/bench?operation=PKIOperation",
      caCertificates: certificates,
      recipient,
      admissions,
      end,
      worker,
    };
  } catch (failure) {
    await end();
    throw failure;
  }
};

/** POST to the admin API; throws whatever is not a success. */
const poster =
  (port: number, token: string) =>
  async (path: string, body: object): Promise<Record<string, unknown>> => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${text}`);
    return JSON.parse(text) as Record<string, unknown>;
  };
