import assert from "node:assert/strict";
import { fromPem, pemBlocks, toPem } from "../../../plugin/domain/pem.ts";
import { serialNumber } from "../../../plugin/http/api/schemas.ts";
import { toJson } from "../../../plugin/http/api/json.ts";
import { PrometheusMetrics } from "../../../plugin/http/metrics.ts";
import { targetOf } from "../../../plugin/http/target.ts";

describe("small parts of HTTP", () => {
  it("PEM and bare base64 give the same DER; anything else gives nothing", () => {
    const der = new Uint8Array(100).map((_, index) => index);
    assert.deepEqual(fromPem(toPem(der, "CERTIFICATE")), der);
    assert.deepEqual(fromPem(Buffer.from(der).toString("base64")), der);
    for (const bad of [
      "",
      "hello!",
      toPem(der, "A") + toPem(der, "A"),
      "-----BEGIN A-----\nAAAA\n-----END B-----",
    ]) {
      assert.equal(fromPem(bad), undefined);
    }
  });

  it("PEM blocks of the labels that are wanted are found in a file, with text around them", () => {
    const [one, two] = [Uint8Array.of(1, 2, 3), new Uint8Array(100).fill(7)];
    const file = Buffer.from(
      `subject=x\n${toPem(one, "CERTIFICATE")}${toPem(two, "PRIVATE KEY")}\r\n${toPem(two, "X509 CERTIFICATE")}`,
    );
    const found = (...labels: string[]): number[][] =>
      pemBlocks(file, ...labels).map((der) => [...der]);
    assert.deepEqual(found("CERTIFICATE", "X509 CERTIFICATE"), [[...one], [...two]]);
    assert.deepEqual(found("CERTIFICATE"), [[...one]]);
    assert.deepEqual(found("CERTIFICATE REQUEST"), []);
    assert.deepEqual(pemBlocks(Uint8Array.of(0x30, 0), "CERTIFICATE"), []);
  });

  it("C-04 serial numbers are found in any spelling", () => {
    for (const spelling of ["0A:bc:01", "0x0abc01", "abc01", "00 0A BC 01", "0abc01"]) {
      assert.equal(serialNumber.parse(spelling), "0abc01");
    }
    assert.equal(serialNumber.parse("0"), "00");
    assert.equal(serialNumber.safeParse("xyz").success, false);
  });

  it("JSON shows dates, octets and big integers", () => {
    const text = toJson({
      at: new Date(0),
      der: new Uint8Array([1, 2]),
      n: 12n,
      list: [{ x: undefined }],
    });
    assert.equal(text, '{"at":"1970-01-01T00:00:00.000Z","der":"AQI=","n":"12","list":[{}]}');
  });

  it("the mount path is stripped only where it still is", () => {
    assert.deepEqual(targetOf("/pki/scep/a?x=1", "/pki"), { path: "/scep/a", query: "x=1" });
    assert.deepEqual(targetOf("/scep/a", "/pki"), { path: "/scep/a", query: "" });
    assert.deepEqual(targetOf("/pkix/scep", "/pki"), { path: "/pkix/scep", query: "" });
    assert.deepEqual(targetOf("http://h:1/scep/a?q", ""), { path: "/scep/a", query: "q" });
  });

  it("two registries of metrics do not meet", async () => {
    const [one, two] = [new PrometheusMetrics(), new PrometheusMetrics()];
    one.count("scep_total", { result: "ok" });
    one.count("scep_total", { result: "ok" }, 2);
    one.observe("countersign_sign_seconds", 0.02);
    one.gauge("queue", 7);
    const { body, contentType } = await one.expose();
    assert.match(body, /^countersign_scep_total\{result="ok"\} 3$/m);
    assert.match(body, /^countersign_sign_seconds_bucket\{le="0.025"\} 1$/m);
    assert.match(body, /^countersign_queue 7$/m);
    assert.match(contentType, /^text\/plain/);
    assert.doesNotMatch((await two.expose()).body, /scep_total/);
  });
});
