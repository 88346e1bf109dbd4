import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CountersignConfig } from "../../plugin/config.ts";
import type { Countersign } from "../../plugin/countersign.ts";
import { startInstallation, type TestInstallation } from "./installation.ts";
import { listen } from "./listen.ts";
import { ownSuite } from "./own-suite.ts";

/** Calls the admin API of an installation as an Owner of a tenant. */
export interface Admin {
  readonly token: string;
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<AdminAnswer>;
  close(): Promise<void>;
}
export interface AdminAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into answers of every shape
  readonly json: any;
}

/** A listener of its own for the admin API, and a token for it. */
export const adminOf = async (
  countersign: Countersign,
  who: {
    tenant?: string;
    roles?: readonly ("owner" | "ca-auditor" | "protocol-operator")[];
    operator?: boolean;
  } = {},
): Promise<Admin> => {
  const server = await listen(countersign.handlerFor(["admin"]));
  const token = await countersign.tokens.mint(
    who.operator === true
      ? { subject: "installer", operator: true, lifetimeSeconds: 600 }
      : {
          subject: "tester",
          tenant: who.tenant ?? "default",
          roles: who.roles ?? ["owner"],
          lifetimeSeconds: 600,
        },
  );
  return {
    token,
    close: () => server.close(),
    call: async (method, path, body, headers = {}) => {
      const response = await fetch(`${server.url}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = /[/+]json$/.test(response.headers.get("content-type") ?? "");
      return {
        status: response.status,
        headers: response.headers,
        text,
        json: isJson && text !== "" ? JSON.parse(text) : undefined,
      };
    },
  };
};

/** What is there after a hierarchy, a template and an endpoint were made over the API. */
export interface Published {
  readonly endpointId: string;
  /** An OCSP request for a serial that was never issued, made by openssl. */
  readonly ocspRequest: Uint8Array;
  readonly authority: {
    readonly id: string;
    readonly urls: { crl: string; ocsp: string; caIssuers: string };
  };
}

/** Makes authority `main`, template `wifi` and endpoint `phones`; asserts each step. */
export const publish = async (countersign: Countersign, folder: string): Promise<Published> => {
  const admin = await adminOf(countersign);
  try {
    const made = async (path: string, body: unknown) => {
      const answer = await admin.call("POST", path, body);
      if (answer.status !== 201) throw new Error(`${path}: ${answer.text}`);
      return answer.json;
    };
    const hierarchy = await made("/hierarchies", {
      id: "main",
      name: "Main",
      keyAlgorithm: "ec-p256",
    });
    await made("/templates", { id: "wifi", authorityId: "main", subject: "CN=%serialnumber%" });
    await made("/endpoints", {
      id: "phones",
      authorityId: "main",
      templateIds: ["wifi"],
      policies: [{ kind: "dynamic" }],
    });
    const issuer = join(folder, "issuer.pem");
    const request = join(folder, "ocsp-request.der");
    writeFileSync(issuer, (await admin.call("GET", "/authorities/main/certificate")).text);
    execFileSync(
      "openssl",
      ["ocsp", "-issuer", issuer, "-serial", "0x1234", "-reqout", request, "-no_nonce"],
      { stdio: "ignore" },
    );
    return {
      endpointId: "phones",
      authority: hierarchy.issuing,
      ocspRequest: readFileSync(request),
    };
  } finally {
    await admin.close();
  }
};

/** For a suite's `before`: an installation with what `publish` makes, and an Owner of it; they end with the suite. */
export const openPublished = async (
  hook: Mocha.Context,
  changes: Partial<CountersignConfig> = {},
): Promise<{ readonly installation: TestInstallation; readonly owner: Admin }> => {
  const installation = await startInstallation(changes);
  const ends = [() => installation.end()];
  ownSuite(hook).afterAll("the installation ends", async () => {
    for (const end of ends.toReversed()) await end();
  });
  await publish(installation.countersign, installation.folder);
  const owner = await adminOf(installation.countersign);
  ends.push(() => owner.close());
  return { installation, owner };
};
