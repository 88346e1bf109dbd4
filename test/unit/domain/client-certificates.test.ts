import assert from "node:assert/strict";
import {
  CERTIFICATE_DEMANDS,
  clientCertificatesAt,
} from "../../../plugin/domain/client-certificates.ts";

describe("client certificates at a SCEP address", () => {
  it("E-08 are what the host's listener says over HTTPS, none over HTTP, and unknown where nobody has said", () => {
    for (const demand of CERTIFICATE_DEMANDS) {
      assert.equal(clientCertificatesAt("https://scep.example/scep", demand), demand);
      assert.equal(clientCertificatesAt("http://scep.example/scep", demand), "no-tls");
      assert.equal(clientCertificatesAt(undefined, demand), "unknown");
    }
    assert.equal(clientCertificatesAt("https://scep.example/scep", undefined), "unknown");
  });
});
