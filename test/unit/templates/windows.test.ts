import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { create } from "xmlbuilder2";
import { parseDn } from "../../../plugin/domain/distinguished-name.ts";
import type { Pkcs12ProfileInput, ProfileInput } from "../../../plugin/ports/profile-renderer.ts";
import { certStrName } from "../../../templates/profile/cert-str-name.ts";
import {
  windowsPfxId,
  windowsRenderer,
  windowsUniqueId,
  type WindowsProfileOptions,
} from "../../../templates/profile/windows.ts";
import { refuses } from "../domain/refuses.ts";
import { HOSTILE, makeChain, pkcs12Input, profileInput, THREE_TIERS } from "./profile-fixture.ts";

interface Command {
  readonly verb: string;
  readonly cmdId: string;
  readonly uri: string;
  readonly format: string | undefined;
  readonly data: string | undefined;
}

/** What the reader below needs of the DOM. */
interface XmlNode {
  readonly nodeType: number;
  readonly nodeName: string;
  readonly namespaceURI?: string | null;
  readonly textContent: string | null;
  readonly childNodes: Iterable<XmlNode>;
}

/** A reader of its own, on the DOM, so that namespaces and entities are seen as a device sees them. */
const read = (xml: string): readonly Command[] => {
  const root = create(xml).root().node as unknown as XmlNode;
  assert.equal(root.nodeName, "Atomic");
  const children = (node: XmlNode): XmlNode[] =>
    Array.from(node.childNodes).filter((child) => child.nodeType === 1);
  const find = (node: XmlNode, ...path: string[]): XmlNode | undefined =>
    path.reduce<XmlNode | undefined>(
      (at, name) => at && children(at).find((child) => child.nodeName === name),
      node,
    );
  const [id, ...commands] = children(root);
  assert.equal(id?.nodeName, "CmdID");
  return commands.map((command) => {
    const item = find(command, "Item")!;
    const format = find(item, "Meta", "Format");
    if (format) assert.equal(format.namespaceURI, "syncml:metinf");
    return {
      verb: command.nodeName,
      cmdId: find(command, "CmdID")?.textContent ?? "",
      uri: find(item, "Target", "LocURI")?.textContent ?? "",
      format: format?.textContent ?? undefined,
      data: find(item, "Data")?.textContent ?? undefined,
    };
  });
};

describe("Windows profile", () => {
  let chain: readonly Uint8Array[];
  before(async () => {
    chain = await makeChain(...THREE_TIERS);
  });

  const commands = (
    change: Partial<ProfileInput> = {},
    options: WindowsProfileOptions = {},
  ): readonly Command[] =>
    read(
      new TextDecoder().decode(windowsRenderer(options).render(profileInput(chain, change)).body),
    );
  const install = (
    change: Partial<ProfileInput> = {},
    options: WindowsProfileOptions = {},
  ): Record<string, string | undefined> =>
    Object.fromEntries(
      commands(change, options)
        .filter(({ uri }) => uri.includes("/Install/"))
        .map(({ uri, format, data }) => [
          uri.split("/").at(-1),
          format && `${format} ${data ?? ""}`,
        ]),
    );
  const sha1 = (der: Uint8Array): string =>
    createHash("sha1").update(der).digest("hex").toUpperCase();

  it("P-02 puts the root into the computer's Root store and the others into its CA store", () => {
    for (const scope of ["device", "user"] as const) {
      const trusted = commands({}, { scope }).slice(0, 3);
      const at = "./Device/Vendor/MSFT/RootCATrustedCertificates";
      assert.deepEqual(
        trusted.map(({ uri }) => uri),
        [
          `${at}/Root/${sha1(chain[2]!)}/EncodedCertificate`,
          `${at}/CA/${sha1(chain[0]!)}/EncodedCertificate`,
          `${at}/CA/${sha1(chain[1]!)}/EncodedCertificate`,
        ],
      );
      assert.deepEqual(
        trusted.map(({ format, data }) => [format, Buffer.from(data!, "base64")]),
        [chain[2], chain[0], chain[1]].map((der) => ["b64", Buffer.from(der!)]),
      );
    }
  });

  it("P-02 the leaf follows the scope; one node, Enroll last, CmdIDs counted", () => {
    for (const [scope, root] of [
      ["device", "./Device"],
      ["user", "./User"],
    ] as const) {
      const all = commands({}, { scope });
      const node = `${root}/Vendor/MSFT/ClientCertificateInstall/SCEP/${windowsUniqueId("0b5f7c1e-wifi")}`;
      assert.deepEqual(all[3], {
        verb: "Add",
        cmdId: "5",
        uri: node,
        format: "node",
        data: undefined,
      });
      assert.deepEqual(all.at(-1), {
        verb: "Exec",
        cmdId: String(all.length + 1),
        uri: `${node}/Install/Enroll`,
        format: undefined,
        data: undefined,
      });
      assert.deepEqual(
        all.map(({ cmdId }) => cmdId),
        all.map((_, i) => String(i + 2)),
      );
      assert.ok(all.slice(0, -1).every(({ verb }) => verb === "Add"));
    }
    assert.ok(
      commands({}, { verb: "Replace" })
        .slice(0, -1)
        .every(({ verb }) => verb === "Replace"),
    );
  });

  it("P-01 P-06 writes every node of the request", () => {
    assert.deepEqual(install(), {
      ServerURL: "chr https://scep.example.com/scep/wifi?a=1&b=2",
      Challenge: "chr s3cret+/=",
      CAThumbprint: `chr ${sha1(chain[2]!)}`,
      SubjectName:
        "chr C=US, O=Example, OU=x + 0.9.2342.19200300.100.1.1=ada, CN=Ada L, 2.5.4.5=F2L",
      SubjectAlternativeNames:
        "chr 2+ada@example.com;3+a.example.com;3+b.example.com;7+tag:microsoft.com,2022-09-14:sid:S-1-5-21;11+ada@corp",
      KeyUsage: "int 160",
      EKUMapping: "chr 1.3.6.1.5.5.7.3.2+1.3.6.1.5.5.7.3.17",
      KeyLength: "int 2048",
      HashAlgorithm: "chr SHA-2",
      KeyProtection: "int 2",
      ValidPeriod: "chr Years",
      ValidPeriodUnits: "int 1",
      RetryCount: "int 3",
      RetryDelay: "int 5",
      Enroll: undefined,
    });
  });

  it("P-06 key storage is KeyProtection 1 to 4; Windows Hello has a container and a prompt", () => {
    assert.equal(install({ keyStorage: "tpm" })["KeyProtection"], "int 1");
    assert.equal(install({ keyStorage: "software" })["KeyProtection"], "int 3");
    const hello = install({ keyStorage: "windows-hello" });
    assert.equal(hello["KeyProtection"], "int 4");
    assert.equal(hello["ContainerName"], `chr ${windowsUniqueId("0b5f7c1e-wifi")}`);
    assert.equal(hello["CustomTextToShowInPrompt"], "chr Wi-Fi identity");
    refuses("key_unsupported", /2048/, () =>
      install({ keyStorage: "windows-hello", keyAlgorithm: "rsa-4096" }),
    );
  });

  it("P-01 validity in years, months or days; anything else is left to the CA", () => {
    const period = (validity: string): string =>
      [install({ validity })["ValidPeriod"], install({ validity })["ValidPeriodUnits"]].join(" ");
    assert.equal(period("P2Y"), "chr Years int 2");
    assert.equal(period("P1Y6M"), "chr Months int 18");
    assert.equal(period("P47D"), "chr Days int 47");
    assert.equal(period("P2W"), "chr Days int 14");
    assert.equal(period("PT12H"), " ");
    assert.equal(period("P1Y1D"), " ");
  });

  it("P-01 key usages and what Windows cannot ask for", () => {
    assert.equal(install({ keyUsages: ["digitalSignature"] })["KeyUsage"], "int 128");
    assert.equal(install({ keyUsages: ["keyEncipherment"] })["KeyUsage"], "int 32");
    refuses("template_impossible", /digitalSignature/, () =>
      install({ keyUsages: ["nonRepudiation"] }),
    );
    refuses("key_unsupported", /ec-p256/, () => install({ keyAlgorithm: "ec-p256" }));
    refuses("invalid_input", /semicolon/, () =>
      install({ sans: [{ type: "uri", value: "a:b;3+evil.example.com" }] }),
    );
    assert.ok(!("SubjectAlternativeNames" in install({ sans: [] })));
    assert.ok(!("EKUMapping" in install({ extendedKeyUsages: [] })));
  });

  it("P-01 the challenge goes plain, or in base64 where that is set", () => {
    const challenge = "pässword";
    assert.equal(install({ challenge })["Challenge"], `chr ${challenge}`);
    assert.equal(
      install({ challenge }, { challenge: "base64" })["Challenge"],
      `chr ${Buffer.from(challenge).toString("base64")}`,
    );
  });

  it("P-01 hostile text arrives as text, entities included", () => {
    assert.equal(install({ challenge: HOSTILE })["Challenge"], `chr ${HOSTILE}`);
    assert.equal(
      install({ subject: [[["2.5.4.3", HOSTILE]]] })["SubjectName"],
      `chr CN="${HOSTILE.replaceAll('"', '""')}"`,
    );
  });

  it("P-07 the node depends on the profile id alone, and the same input gives the same bytes", () => {
    assert.notEqual(windowsUniqueId("a"), windowsUniqueId("b"));
    const node = (change: Partial<ProfileInput>): string | undefined => commands(change)[3]?.uri;
    assert.equal(node({ challenge: "x", displayName: "y" }), node({}));
    const render = (): Uint8Array => windowsRenderer().render(profileInput(chain)).body;
    assert.deepEqual(render(), render());
  });

  const container = (
    change: Partial<Pkcs12ProfileInput> = {},
    options: WindowsProfileOptions = {},
  ): readonly Command[] =>
    read(
      new TextDecoder().decode(
        windowsRenderer(options).renderPkcs12?.(pkcs12Input(chain, change)).body,
      ),
    );

  it("P-05 a key made at the CA: trust first, then PFXCertInstall with the container last, which installs", () => {
    const all = container();
    assert.equal(all.filter(({ uri }) => uri.includes("RootCATrustedCertificates")).length, 3);
    const node = `./Device/Vendor/MSFT/ClientCertificateInstall/PFXCertInstall/${windowsPfxId("0b5f7c1e-wifi")}`;
    assert.deepEqual(
      all
        .slice(3)
        .map(({ verb, uri, format, data }) => [verb, uri.replace(node, ""), format, data]),
      [
        ["Add", "", "node", undefined],
        ["Add", "/KeyLocation", "int", "2"],
        ["Add", "/PFXCertPasswordEncryptionType", "int", "0"],
        ["Add", "/PFXCertPassword", "chr", "0123456789ABCDEF"],
        ["Add", "/PFXKeyExportable", "bool", "false"],
        [
          ...["Add", "/PFXCertBlob", "chr"],
          Buffer.from(pkcs12Input(chain).pkcs12).toString("base64"),
        ],
      ],
    );
  });

  it("P-05 P-07 scope, Windows Hello, and a profile sent again take the same node", () => {
    const hello = container({ keyStorage: "windows-hello" }, { scope: "user", verb: "Replace" });
    const own = hello.slice(3);
    assert.ok(own.every(({ verb, uri }) => verb === "Replace" && uri.startsWith("./User/")));
    const named = own.find(({ uri }) => uri.endsWith("/ContainerName"));
    assert.equal(named?.data, windowsPfxId("0b5f7c1e-wifi"));
    assert.equal(own.find(({ uri }) => uri.endsWith("/KeyLocation"))?.data, "4");
    const other = container({ password: "FFFF", pkcs12: new Uint8Array(9) });
    assert.equal(other[3]?.uri, container()[3]?.uri);
  });
});

describe("CertStrToName text", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["CN=Ada L,O=Example", "CN=Ada L, O=Example"],
    [String.raw`CN=a\,b`, 'CN="a,b"'],
    [String.raw`CN=a\+b`, 'CN="a+b"'],
    ["CN=a=b", 'CN="a=b"'],
    [String.raw`CN=a\;b`, 'CN="a;b"'],
    [String.raw`CN=\ a`, 'CN=" a"'],
    [String.raw`CN=say \"hi\"`, 'CN="say ""hi"""'],
    ["ST=NY,E=a@b,givenName=Ada", "S=NY, E=a@b, G=Ada"],
    ["2.999.1=x", "2.999.1=x"],
  ];
  for (const [dn, text] of cases) {
    it(`P-01 writes ${dn} as ${text}`, () => {
      assert.equal(certStrName(parseDn(dn)), text);
    });
  }
});
