import assert from "node:assert/strict";
import { constants, createCipheriv, publicEncrypt, randomBytes } from "node:crypto";
import * as pkijs from "pkijs";
import { CountersignError, type ErrorCode } from "../../../plugin/errors.ts";
import {
  CONTENT_CIPHERS,
  type ContentCipher,
  GCM_CIPHERS,
} from "../../../plugin/pki/algorithms.ts";
import { buildEnvelope } from "../../../plugin/pki/cms-envelope-build.ts";
import {
  envelopeDigests,
  openEnvelope,
  recipientOf,
} from "../../../plugin/pki/cms-envelope-open.ts";
import { parseEnvelope } from "../../../plugin/pki/cms-envelope.ts";
import { contentInfo } from "../../../plugin/pki/content-info.ts";
import { readDer } from "../../../plugin/pki/der-read.ts";
import {
  context,
  contextPrimitive,
  integer,
  NULL,
  octetString,
  oid,
  sequence,
  tlv,
} from "../../../plugin/pki/der-write.ts";
import { OID } from "../../../plugin/pki/oids.ts";
import { importPublicKey } from "../../../plugin/pki/public-key.ts";
import {
  transientCertificate,
  type TransientCertificate,
} from "../../../plugin/pki/transient-certificate.ts";
import {
  HOSTILE,
  makeIdentity,
  OpensslDir,
  strangeCertificate,
  type Identity,
} from "./cms-fixtures.ts";

const refused = (bytes: Uint8Array, code: ErrorCode): void =>
  assert.throws(
    () => parseEnvelope(bytes),
    (error) => error instanceof CountersignError && error.code === code,
  );

describe("pki/cms-envelope", () => {
  const plaintext = Buffer.from("a certificate request ".repeat(30));
  let dir: OpensslDir;
  let us: Identity;
  let other: Identity;
  let name: TransientCertificate;
  let otherName: TransientCertificate;

  before(() => {
    dir = new OpensslDir();
    us = makeIdentity(dir, "us", ["rsa:2048"]);
    other = makeIdentity(dir, "other", ["rsa:2048"]);
    name = transientCertificate(us.certificate);
    otherName = transientCertificate(other.certificate);
    dir.write("plain", plaintext);
  });
  after(() => dir.remove());

  const seal = (cipher: ContentCipher = CONTENT_CIPHERS["aes-128-cbc"], to = name) =>
    buildEnvelope(plaintext, { ...to, publicKey: importPublicKey(to.spki) }, cipher, randomBytes);
  const open = (bytes: Uint8Array) => openEnvelope(parseEnvelope(bytes), name, us.keys.decrypter);

  const key = Buffer.from("000102030405060708090a0b0c0d0e0f", "hex");
  const iv = Buffer.alloc(16, 3);
  const encrypt = (padded: Uint8Array): Uint8Array => {
    const cipher = createCipheriv("aes-128-cbc", key, iv).setAutoPadding(false);
    return Buffer.concat([cipher.update(padded), cipher.final()]);
  };
  const publicKey = () => importPublicKey(name.spki).key!;
  const wrap = (): Uint8Array =>
    publicEncrypt({ key: publicKey(), padding: constants.RSA_PKCS1_PADDING }, key);
  const padded = Buffer.concat([Buffer.from("0123456789abcde"), Buffer.from([1])]);
  const pkcs1 = sequence(oid(OID.rsaEncryption), NULL);
  const transport = (encryptedKey: Uint8Array, algorithm = pkcs1, to = name): Uint8Array =>
    sequence(integer(0), sequence(to.issuer, to.serial), algorithm, octetString(encryptedKey));

  /** An envelope put together by hand, so that each part can be wrong. */
  const assemble = ({
    recipients = [transport(wrap())],
    cipher = sequence(oid(OID.aes128Cbc), octetString(iv)),
    content = contextPrimitive(0, encrypt(padded)),
    type = OID.data,
    before: first = [],
    behind = [],
  }: {
    recipients?: Uint8Array[];
    cipher?: Uint8Array;
    content?: Uint8Array | null;
    type?: string;
    before?: Uint8Array[];
    behind?: Uint8Array[];
  }): Uint8Array =>
    contentInfo(
      OID.envelopedData,
      sequence(
        integer(0),
        ...first,
        tlv(0x31, ...recipients),
        sequence(oid(type), cipher, ...(content === null ? [] : [content])),
        ...behind,
      ),
    );

  describe("what it builds", () => {
    for (const cipher of Object.values(CONTENT_CIPHERS))
      it(`is opened by openssl and by us: ${cipher.name}`, async () => {
        const envelope = seal(cipher);
        dir.write("ours.der", envelope);
        const args = "-binary -inform DER -in ours.der -inkey us.key -recip us.pem".split(" ");
        assert.deepEqual(dir.run("cms", "-decrypt", ...args), plaintext);
        const opened = await open(envelope);
        assert.ok(opened.ok);
        assert.deepEqual(Buffer.from(opened.plaintext), plaintext);
      });

    for (const cipher of Object.values(GCM_CIPHERS))
      it(`is opened by openssl and by us: ${cipher.name}`, async () => {
        const envelope = seal(cipher);
        dir.write("ours.der", envelope);
        const args = "-binary -inform DER -in ours.der -inkey us.key -recip us.pem".split(" ");
        assert.deepEqual(dir.run("cms", "-decrypt", ...args), plaintext);
        const opened = await openEnvelope(parseEnvelope(envelope, true), name, us.keys.decrypter);
        assert.ok(opened.ok);
        assert.deepEqual(Buffer.from(opened.plaintext), plaintext);
        refused(envelope, "bad_algorithm");
      });
    it("GCM: each octet of what is authenticated counts", async () => {
      const envelope = parseEnvelope(seal(GCM_CIPHERS["aes-128-gcm"]), true);
      const { authentication, encryptedContent } = envelope;
      assert.ok(authentication);
      const bent = [
        { encryptedContent: Buffer.concat([encryptedContent.subarray(0, -1), Buffer.from([1])]) },
        { authentication: { ...authentication, tag: new Uint8Array(16) } },
        { authentication: { ...authentication, attributes: Buffer.from([0x31, 0]) } },
        { iv: new Uint8Array(12) },
      ];
      for (const change of bent) {
        const opened = await openEnvelope({ ...envelope, ...change }, name, us.keys.decrypter);
        assert.equal(opened.ok, false);
        assert.notEqual(
          envelopeDigests({ ...envelope, ...change }, name).contentDigest,
          envelopeDigests(envelope, name).contentDigest,
        );
      }
    });

    it("is DER of versions 0 and names the recipient as the certificate does", () => {
      const serialHex = "8".repeat(66);
      const spki = us.keys.signer.publicKey;
      const der = strangeCertificate(us.privateKey, spki, { version1: true, serialHex });
      const strange = transientCertificate(der);
      const enveloped = readDer(seal(CONTENT_CIPHERS["aes-256-cbc"], strange)).children[1]!;
      const [version, recipients] = enveloped.children[0]!.children;
      const recipient = recipients!.children[0]!;
      assert.deepEqual([...version!.value, ...recipient.children[0]!.value], [0, 0]);
      assert.deepEqual(
        Buffer.from(recipient.children[1]!.value),
        Buffer.concat([strange.issuer, strange.serial]),
      );
      assert.deepEqual(Buffer.from(recipient.children[2]!.raw), Buffer.from(pkcs1));
    });

    it("is read by pkijs", () => {
      const enveloped = new pkijs.EnvelopedData({
        schema: pkijs.ContentInfo.fromBER(seal()).content,
      });
      assert.equal(enveloped.version, 0);
      assert.equal(enveloped.recipientInfos.length, 1);
      const algorithm = enveloped.encryptedContentInfo.contentEncryptionAlgorithm;
      assert.equal(algorithm.algorithmId, OID.aes128Cbc);
    });

    it("is new each time, and refuses a recipient with an EC key", () => {
      assert.notDeepEqual(seal(), seal());
      const ec = makeIdentity(dir, "ec", ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]);
      assert.throws(
        () => seal(undefined, transientCertificate(ec.certificate)),
        (error) => error instanceof CountersignError && error.code === "bad_algorithm",
      );
    });
  });

  describe("what it opens", () => {
    const variants: Record<string, string[]> = {
      "AES-128": ["-aes128"],
      "AES-192": ["-aes192"],
      "AES-256": ["-aes256"],
      "3DES": ["-des3"],
      "streamed and indefinite": ["-aes128", "-stream", "-indef"],
      "recipient by key identifier": ["-aes128", "-keyid"],
      "OAEP with SHA-1": ["-aes128", "-recip", "us.pem", "-keyopt", "rsa_padding_mode:oaep"],
      "OAEP with SHA-256": [
        ..."-aes128 -recip us.pem -keyopt rsa_padding_mode:oaep".split(" "),
        ..."-keyopt rsa_oaep_md:sha256".split(" "),
      ],
      "two recipients, ours second": ["-aes128", "-recip", "other.pem", "-recip", "us.pem"],
    };
    for (const [title, options] of Object.entries(variants))
      it(`openssl: ${title}`, async () => {
        const to = options.includes("-recip") ? [] : ["us.pem"];
        const args = ["-binary", "-in", "plain", "-outform", "DER", ...options, ...to];
        const opened = await open(dir.run("cms", "-encrypt", ...args));
        assert.ok(opened.ok);
        assert.deepEqual(Buffer.from(opened.plaintext), plaintext);
      });

    for (const option of ["-aes-128-gcm", "-aes-256-gcm"])
      it(`openssl: AuthEnvelopedData with ${option.slice(1)}`, async () => {
        const args = ["-binary", "-in", "plain", "-outform", "DER", option, "us.pem"];
        const envelope = parseEnvelope(dir.run("cms", "-encrypt", ...args), true);
        const opened = await openEnvelope(envelope, name, us.keys.decrypter);
        assert.ok(opened.ok);
        assert.deepEqual(Buffer.from(opened.plaintext), plaintext);
      });

    it("constructed content, absent parameters, originator and attributes to ignore", async () => {
      const cut = encrypt(padded);
      const parts = [octetString(cut.subarray(0, 5)), tlv(0x24, octetString(cut.subarray(5)))];
      const bytes = assemble({
        recipients: [transport(wrap(), sequence(oid(OID.rsaEncryption)))],
        content: context(0, ...parts),
        before: [context(0)],
        behind: [context(1)],
      });
      const opened = await open(bytes);
      assert.ok(opened.ok);
      assert.equal(Buffer.from(opened.plaintext).toString(), "0123456789abcde");
    });

    it("each length of padding", async () => {
      for (let length = 1; length <= 16; length++) {
        const block = Buffer.alloc(16, 0x41).fill(length, 16 - length);
        const opened = await open(assemble({ content: contextPrimitive(0, encrypt(block)) }));
        assert.ok(opened.ok);
        assert.equal(opened.plaintext.length, 16 - length);
      }
    });

    it("tells which of our names it is for", () => {
      const envelope = parseEnvelope(
        assemble({ recipients: [transport(wrap(), pkcs1, otherName), transport(wrap())] }),
      );
      assert.equal(recipientOf(envelope, [name]), name);
      assert.equal(recipientOf(envelope, [name, otherName]), otherName);
      assert.equal(recipientOf(parseEnvelope(seal()), [otherName]), undefined);
    });
  });

  describe("what ends in ok: false", () => {
    const k = 256;
    /** Raw RSA over a block of our making. */
    const raw = (block: Uint8Array): Uint8Array =>
      publicEncrypt({ key: publicKey(), padding: constants.RSA_NO_PADDING }, block);
    const block = (fill: (block: Buffer) => void): Uint8Array => {
      const made = Buffer.alloc(k, 0x55);
      made[0] = 0;
      made[1] = 2;
      made[k - 17] = 0;
      key.copy(made, k - 16);
      fill(made);
      return raw(made);
    };
    const ofLength = (length: number): Uint8Array =>
      block((made) => {
        made.fill(0x55, 2);
        if (length < k - 10) made[k - 1 - length] = 0;
      });
    const transports: Record<string, () => Uint8Array> = {
      "block type 1": () => block((made) => (made[1] = 1)),
      "first octet not 0": () => block((made) => (made[0] = 1)),
      "zero in the padding": () => block((made) => (made[5] = 0)),
      "zero further on": () => block((made) => (made[100] = 0)),
      "no separator": () => block((made) => (made[k - 17] = 0x55)),
      "key of 0 octets": () => ofLength(0),
      "key of 8 octets": () => ofLength(8),
      "key of 24 octets": () => ofLength(24),
      "key of 32 octets": () => ofLength(32),
      "ciphertext above the modulus": () => Buffer.alloc(k, 0xff),
      "short ciphertext": () => wrap().subarray(1),
      "long ciphertext": () => Buffer.concat([wrap(), Buffer.alloc(1)]),
      "no ciphertext": () => new Uint8Array(0),
      "zero ciphertext": () => Buffer.alloc(k),
      "another key": () =>
        publicEncrypt(
          { key: importPublicKey(otherName.spki).key!, padding: constants.RSA_PKCS1_PADDING },
          key,
        ),
    };
    it("is not what a right block of this making ends in", async () => {
      const opened = await open(assemble({ recipients: [transport(block(() => undefined))] }));
      assert.ok(opened.ok);
    });
    for (const [title, encryptedKey] of Object.entries(transports))
      it(`key transport: ${title}`, async () => {
        // A wrong key leaves right padding by chance once in 255 times; several blocks of content cannot change that, so try again.
        const results = await Promise.all(
          Array.from({ length: 3 }, () =>
            open(assemble({ recipients: [transport(encryptedKey())], content: long() })),
          ),
        );
        assert.ok(results.some(({ ok }) => !ok));
        for (const result of results)
          assert.notDeepEqual(Buffer.from(result.plaintext).subarray(0, 16), padded);
      });
    const long = () =>
      contextPrimitive(0, encrypt(Buffer.concat([padded, randomBytes(16), padded])));

    const paddings: Record<string, string> = {
      "0": "00",
      "17": "11",
      "255": "ff",
      "2 of which one is wrong": "0302",
      "16 of which the first is wrong": `11${"10".repeat(15)}`,
      "16 of which a middle one is wrong": `${"10".repeat(7)}00${"10".repeat(8)}`,
    };
    for (const [title, tail] of Object.entries(paddings))
      it(`padding: ${title}`, async () => {
        const end = Buffer.from(tail, "hex");
        const bad = Buffer.concat([Buffer.alloc(32 - end.length, 0x41), end]);
        const opened = await open(assemble({ content: contextPrimitive(0, encrypt(bad)) }));
        assert.equal(opened.ok, false);
        assert.equal(opened.plaintext.length, 32);
      });

    it("content that is no whole number of blocks, empty or absent", async () => {
      const cut = encrypt(Buffer.concat([padded, padded]));
      for (const length of [0, 1, 15, 17, 31])
        assert.equal(
          (await open(assemble({ content: contextPrimitive(0, cut.subarray(0, length)) }))).ok,
          false,
        );
      assert.equal((await open(assemble({ content: null }))).ok, false);
    });

    it("no recipient of ours, after the same work with somebody else's ciphertext", async () => {
      const seen: Uint8Array[] = [];
      const watched = {
        publicKey: name.spki,
        unwrap: (ciphertext: Uint8Array, _scheme: string, length: number) => {
          seen.push(ciphertext);
          return Promise.resolve(key.subarray(0, length));
        },
      };
      const envelope = parseEnvelope(
        assemble({ recipients: [transport(wrap(), pkcs1, otherName)] }),
      );
      const opened = await openEnvelope(envelope, name, watched);
      assert.equal(opened.ok, false);
      assert.equal(Buffer.from(opened.plaintext).toString(), "0123456789abcde");
      assert.deepEqual(seen, [envelope.recipients[0].encryptedKey]);
    });

    it("but a key that cannot be used is an error", async () => {
      const unusable = {
        publicKey: name.spki,
        unwrap: () => Promise.reject(new CountersignError("key_unavailable", "gone")),
      };
      await assert.rejects(openEnvelope(parseEnvelope(seal()), name, unusable), CountersignError);
    });
  });

  describe("digests for one ciphertext, one message", () => {
    it("follow the encrypted key, and all that decides what it opens", () => {
      const encryptedKey = wrap();
      const recipients = [transport(encryptedKey)];
      const digests = (parts: Parameters<typeof assemble>[0]) =>
        envelopeDigests(parseEnvelope(assemble({ recipients, ...parts })), name);
      const plain = digests({});
      assert.match(plain.ciphertextDigest, /^[0-9a-f]{64}$/);
      assert.deepEqual(digests({}), plain);
      const others = [
        digests({ cipher: sequence(oid(OID.aes128Cbc), octetString(Buffer.alloc(16))) }),
        digests({ content: contextPrimitive(0, encrypt(Buffer.alloc(16, 16))) }),
        digests({ recipients: [transport(encryptedKey, sequence(oid(OID.rsaesOaep)))] }),
        digests({ cipher: sequence(oid(OID.aes256Cbc), octetString(iv)) }),
      ];
      for (const { ciphertextDigest, contentDigest } of others) {
        assert.equal(ciphertextDigest, plain.ciphertextDigest);
        assert.notEqual(contentDigest, plain.contentDigest);
      }
      assert.notEqual(
        digests({ recipients: [transport(wrap())] }).ciphertextDigest,
        plain.ciphertextDigest,
      );
    });
  });

  describe("what it refuses", () => {
    for (const [title, bytes] of Object.entries(HOSTILE))
      it(title, () => {
        const started = performance.now();
        refused(bytes(), "bad_message");
        assert.ok(performance.now() - started < 50);
      });

    it("truncation at every offset, DER and BER, and trailing bytes", () => {
      const args = "-binary -in plain -outform DER -stream -indef us.pem".split(" ");
      for (const whole of [seal(), dir.run("cms", "-encrypt", "-aes128", ...args)]) {
        for (let end = 0; end < whole.length; end++) refused(whole.subarray(0, end), "bad_message");
        refused(Buffer.concat([whole, Buffer.from([0])]), "bad_message");
      }
    });

    it("any flipped bit without another error than ours", async () => {
      const envelope = Buffer.from(seal());
      for (let at = 0; at < envelope.length; at += 1) {
        const bent = Buffer.from(envelope);
        bent[at] = bent[at]! ^ (1 << (at % 8));
        try {
          if (at % 8 === 0) await open(bent);
          else parseEnvelope(bent);
        } catch (error) {
          assert.ok(error instanceof CountersignError, `${at}`);
        }
      }
    });

    it("ciphers that we do not open, before any key is used", () => {
      for (const cipher of [
        "1.3.14.3.2.7",
        "1.2.840.113549.3.2",
        "2.16.840.1.101.3.4.1.46",
        "1.2.3",
      ])
        refused(assemble({ cipher: sequence(oid(cipher), octetString(iv)) }), "bad_algorithm");
      const authenticated = contentInfo("1.2.840.113549.1.9.16.1.23", sequence());
      refused(authenticated, "bad_algorithm");
    });

    it("an initial vector of another length, or none", () => {
      for (const parameters of [[octetString(iv.subarray(1))], [NULL], []])
        refused(assemble({ cipher: sequence(oid(OID.aes128Cbc), ...parameters) }), "bad_message");
    });

    it("no recipients and more than 8", () => {
      refused(assemble({ recipients: [] }), "bad_message");
      const encryptedKey = wrap();
      const many = (count: number) => Array.from({ length: count }, () => transport(encryptedKey));
      refused(assemble({ recipients: many(9) }), "bad_message");
      assert.equal(parseEnvelope(assemble({ recipients: many(8) })).recipients.length, 8);
    });

    it("key transport that is not RSA, but not beside one that is", () => {
      const password = context(3, integer(0));
      const unknown = transport(wrap(), sequence(oid("1.2.3")));
      const sha256 = sequence(oid(OID.sha256), NULL);
      const split = transport(wrap(), sequence(oid(OID.rsaesOaep), sequence(context(0, sha256))));
      const label = context(2, sequence(oid("1.2.840.113549.1.1.9"), octetString(key)));
      const labelled = transport(wrap(), sequence(oid(OID.rsaesOaep), sequence(label)));
      const strange = [password, context(2, integer(4)), unknown, split, labelled];
      for (const recipient of strange)
        refused(assemble({ recipients: [recipient] }), "bad_algorithm");
      const mixed = assemble({ recipients: [...strange, transport(wrap())] });
      assert.equal(parseEnvelope(mixed).recipients.length, 1);
    });

    it("other contents than enveloped data", () => {
      refused(assemble({ type: OID.signedData }), "invalid_input");
      refused(contentInfo(OID.data, octetString(plaintext)), "invalid_input");
    });
  });
});
