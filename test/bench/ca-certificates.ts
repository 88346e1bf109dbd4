import { readCertsOnly } from "../../plugin/sdk.ts";

/** The answer to GetCACert of a server that is about to start, DER; throws after ten seconds. A single certificate comes as it is. */
export const caCertificates = async (url: string): Promise<readonly Uint8Array[]> => {
  for (let tries = 0; ; tries += 1) {
    try {
      const answer = await fetch(`${url}?operation=GetCACert`);
      if (!answer.ok) throw new Error(`HTTP ${answer.status}: ${await answer.text()}`);
      const body = new Uint8Array(await answer.arrayBuffer());
      return answer.headers.get("content-type") === "application/x-x509-ca-cert"
        ? [body]
        : readCertsOnly(body).certificates;
    } catch (failure) {
      if (tries >= 100) throw new Error("the server did not start", { cause: failure });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
};
