import { createHash, type X509Certificate } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Principal } from "../domain/principal.ts";
import { CountersignError } from "../errors.ts";
import type { Credentials } from "../services/access/credentials.ts";

/** A socket of node:tls, and no other. */
interface TlsSocket {
  getPeerX509Certificate(): X509Certificate | undefined;
}
const endsTls = (socket: object): socket is TlsSocket => "getPeerX509Certificate" in socket;

/** What only a browser sends. */
const OF_BROWSERS = ["origin", "sec-fetch-site"] as const;

/**
 * Machines that show the certificate of their credential (R-10, mutual TLS): believed only where TLS ends in this process, since only there has
 * the handshake proven the key. No CA has a say: the key itself is the one the credential has, or it is not.
 */
export class CredentialCertificates {
  constructor(private readonly credentials: Credentials) {}

  /** Undefined where no certificate was shown. Throws `unauthenticated` for one that is not good, and for a browser. */
  async verify(request: IncomingMessage): Promise<Principal | undefined> {
    const { socket } = request;
    const shown = endsTls(socket) ? socket.getPeerX509Certificate() : undefined;
    if (shown === undefined) return undefined;
    // A browser shows it with every request, also with those that another page makes it send.
    if (OF_BROWSERS.some((name) => request.headers[name] !== undefined))
      throw refused("a client certificate signs in programs, not browsers");
    const claimed = claimOf(shown);
    if (claimed === undefined) throw refused("the certificate is of no credential");
    const { tenant, id, keyId } = claimed;
    if ((await this.credentials.keyOf(tenant, id, keyId)) === undefined)
      throw refused("the certificate is of no credential");
    return this.credentials.principalOf(tenant, id);
  }
}

/** Whose it says it is, and the digest of its key; undefined for one that says nothing of the kind, or that cannot be read: anybody may show anything. */
const claimOf = (
  shown: X509Certificate,
): { tenant: string; id: string; keyId: string } | undefined => {
  try {
    const { CN: id, O: tenant = "default" } = shown.toLegacyObject().subject;
    if (typeof id !== "string" || typeof tenant !== "string") return undefined;
    const spki = shown.publicKey.export({ type: "spki", format: "der" });
    return { tenant, id, keyId: createHash("sha256").update(spki).digest("hex") };
  } catch {
    return undefined;
  }
};

const refused = (why: string): CountersignError => new CountersignError("unauthenticated", why);
