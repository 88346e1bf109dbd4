import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { adminClient } from "../../adapters/standalone/admin-client.ts";
import { checkScep } from "../../adapters/standalone/doctor/check-scep.ts";
import { checkStatus } from "../../adapters/standalone/doctor/check-status.ts";
import { DAY, HOUR, type Served, serve } from "./served.ts";
import { makeSite } from "./site.ts";

describe("flows: doctor looks at lists", () => {
  let served: Served;
  const open = async (changes: Parameters<typeof serve>[0] = {}): Promise<void> => {
    served = await serve(changes);
    await makeSite(await served.api());
  };
  afterEach(() => served.end());

  /** How lists are judged so many milliseconds from now. */
  const judge = async (): Promise<(ahead: number) => Promise<readonly string[]>> => {
    const token = await served.countersign.tokens.mint({
      ...{ subject: "doctor", tenant: "default", roles: ["owner"], lifetimeSeconds: 600 },
    });
    const client = adminClient(served.url, () => Promise.resolve(token));
    // The doctor's clock alone goes on: to it the lists are those of a server that has stopped signing.
    return async (ahead) => {
      const clock = { now: () => new Date(Date.now() + ahead) };
      const findings = await checkStatus(client, clock);
      for (const { level, remedy } of findings) assert.equal(level === "ok", remedy === undefined);
      return [
        ...new Set(findings.filter(({ check }) => check === "CRL").map(({ level }) => level)),
      ];
    };
  };

  it("A-12 one in date is still a worry when the next is a day overdue, and a fault when it has ended", async () => {
    await open();
    const levels = await judge();
    assert.deepEqual(await levels(0), ["ok"]);
    assert.deepEqual(await levels(47 * HOUR), ["ok"]);
    assert.deepEqual(await levels(49 * HOUR), ["warning"]);
    assert.deepEqual(await levels(8 * DAY), ["fault"]);
  });

  it("A-12 a list made every third day is no worry on the second", async () => {
    await open({ crl: { intervalSeconds: 3 * 86_400 } });
    const levels = await judge();
    assert.deepEqual(await levels(3 * DAY), ["ok"]);
    assert.deepEqual(await levels(4 * DAY + HOUR), ["warning"]);
  });

  it("A-12 fetches GetCACaps and GetCACert of every enabled endpoint, and says what is not as it should be", async () => {
    let answer: ((url: string) => Promise<Response>) | undefined;
    const front = createServer((request, response) => {
      void (async () => {
        const path = request.url ?? "";
        const got = await (answer ?? fetch)(served.url + path);
        response.writeHead(got.status).end(Buffer.from(await got.arrayBuffer()));
      })();
    });
    await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = front.address() as AddressInfo;
      served = await serve({ scepUrl: `http://127.0.0.1:${port}/scep` });
      const api = await served.api();
      const site = await makeSite(api);
      const token = await served.countersign.tokens.mint({
        ...{ subject: "doctor", tenant: "default", roles: ["owner"], lifetimeSeconds: 600 },
      });
      const client = adminClient(served.url, () => Promise.resolve(token));
      const found = async () =>
        (await checkScep(client)).map(({ check, level, message }) => [
          ...[check, level],
          message.replace(/^\S+: /, ""),
        ]);
      const [caps, cert] = await found();
      assert.deepEqual([caps?.slice(0, 2), cert?.slice(0, 2)].flat(), [
        ...["GetCACaps", "ok"],
        ...["GetCACert", "ok"],
      ]);
      assert.match(caps?.[2] ?? "", /AES, POSTPKIOperation/);
      answer = () => Promise.resolve(new Response("SHA-256\nAES\n"));
      assert.deepEqual(await found(), [
        ["GetCACaps", "fault", "GetCACaps does not say POSTPKIOperation, SCEPStandard"],
        ["GetCACert", "fault", "GetCACert does not hold the CA's certificate"],
      ]);
      answer = () => Promise.resolve(new Response("", { status: 502 }));
      assert.deepEqual((await found())[0], ["GetCACaps", "fault", "answers HTTP 502"]);
      await api.patch(`/endpoints/${site.endpoint}`, { enabled: false });
      assert.deepEqual(await found(), [], "one that is off is not looked at");
    } finally {
      front.close();
    }
  });
});
