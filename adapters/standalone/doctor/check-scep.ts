import type { Finding } from "../../../plugin/index.ts";
import type { AdminClient } from "../admin-client.ts";
import { fetched, looked, type Worry } from "./look-at-url.ts";

/** Without one of these a client falls back to weaker ways or gives up (RFC 8894 section 3.5.2). */
const NEEDED = ["AES", "POSTPKIOperation", "SCEPStandard", "SHA-256"] as const;
const REMEDY =
  "Correct DNS, proxy or cache in front of it, and `scepUrl`, which devices are told; it must lead to this server.";
/** What the TLS client says of a certificate that this machine does not trust; devices may. */
const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/;

interface Endpoint {
  readonly id: string;
  readonly authorityId?: string;
  readonly enabled: boolean;
  readonly url?: string;
}

/** What devices get of every enabled SCEP endpoint from its public URL, compared with what should be there: GetCACaps and GetCACert. */
export const checkScep = async (api: AdminClient): Promise<readonly Finding[]> => {
  const { items } = (await api.ask("GET", "/endpoints")).value as {
    readonly items: readonly Endpoint[];
  };
  const findings: Finding[] = [];
  for (const { authorityId, enabled, url } of items) {
    if (!enabled || url === undefined) continue;
    findings.push(
      await looked("GetCACaps", url, REMEDY, () => trusting(() => capabilitiesAt(url))),
    );
    if (authorityId === undefined) continue;
    const der = await api.bytes("GET", `/authorities/${authorityId}/certificate`, {
      query: { format: "der" },
    });
    findings.push(
      await looked("GetCACert", url, REMEDY, () => trusting(() => holdsCertificate(url, der))),
    );
  }
  return findings;
};

const capabilitiesAt = async (url: string): Promise<string> => {
  const answer = Buffer.from(await fetched(`${url}?operation=GetCACaps`)).toString("latin1");
  const said = new Set(answer.split(/\r?\n/));
  const missing = NEEDED.filter((keyword) => !said.has(keyword));
  if (missing.length > 0) throw new Error(`GetCACaps does not say ${missing.join(", ")}`);
  return `GetCACaps says ${[...said].filter((word) => word !== "").join(", ")}`;
};

const holdsCertificate = async (url: string, der: Uint8Array): Promise<string> => {
  // One certificate, or a certs-only message that holds each as it is.
  const answer = Buffer.from(await fetched(`${url}?operation=GetCACert`));
  if (!answer.includes(Buffer.from(der)))
    throw new Error("GetCACert does not hold the CA's certificate");
  return "GetCACert holds the CA's certificate";
};

const trusting = async (look: () => Promise<string>): Promise<string | Worry> => {
  try {
    return await look();
  } catch (failure) {
    const { code } = ((failure as Error).cause ?? {}) as { readonly code?: unknown };
    if (typeof code !== "string" || !UNTRUSTED.test(code)) throw failure;
    return {
      message: `its TLS certificate is not trusted on this machine (${code}), so it was not looked at`,
      remedy: "Run doctor with NODE_EXTRA_CA_CERTS naming the CA of the listener's certificate.",
    };
  }
};
