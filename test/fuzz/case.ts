import fc from "fast-check";
import { randomBytes } from "node:crypto";
import { parseDn } from "../../plugin/domain/distinguished-name.ts";
import { integer, sequence } from "../../plugin/pki/der-write.ts";
import { encodeName } from "../../plugin/pki/name.ts";
import { enrolment, type EnrolmentShape } from "../support/scep/enrolment.ts";
import { labCsr } from "../support/scep/csr.ts";
import { labEnvelope } from "../support/scep/envelope.ts";
import { rsaKey } from "../support/scep/keys.ts";
import { STATIC_SECRET, type Lab } from "../support/scep/lab.ts";
import { mutate, mutation, type Mutation } from "./mutation.ts";

/** Sound messages in the manner of the clients, each made anew. */
const MANNERS: Readonly<Record<string, EnrolmentShape>> = {
  strongswan: {},
  certmonger: {
    signer: { version: 1, serial: new Uint8Array(33).fill(0x44) },
    envelope: { cipher: "aes-256-cbc" },
  },
  apple: { envelope: { ber: true }, message: { ber: true }, signer: { subject: "CN=7B6C4E2A" } },
  windows: { envelope: { oaep: "sha1" } },
  pss: { message: { padding: "pss" }, csr: { padding: "pss" } },
  "old cisco": { envelope: { cipher: "des-ede3-cbc" }, message: { hash: "sha1" } },
  renewal: { message: { messageType: "17" } },
  poll: {
    message: { messageType: "20" },
    plaintext: sequence(encodeName(parseDn("CN=a")), encodeName(parseDn("CN=b"))),
  },
  "get certificate": {
    message: { messageType: "21" },
    plaintext: sequence(encodeName(parseDn("CN=a")), integer(7)),
  },
};

/** What one message is: whose manner, which layer is bent before the layers around it are made anew, and how. */
export interface FuzzCase {
  readonly manner: string;
  readonly layer: "message" | "envelope" | "request" | "certificate" | "attributes" | "noise";
  readonly mutations: readonly Mutation[];
  readonly noise: Uint8Array;
}

export const fuzzCase: fc.Arbitrary<FuzzCase> = fc.record({
  manner: fc.constantFrom(...Object.keys(MANNERS)),
  layer: fc.constantFrom(
    "message",
    "message",
    "envelope",
    "request",
    "certificate",
    "attributes",
    "noise",
  ),
  mutations: fc.array(mutation, { minLength: 1, maxLength: 4 }),
  noise: fc.uint8Array({ maxLength: 300 }),
});

/** The octets to send: faults below the signature are signed over, so that they are reached. */
export const messageOf = (
  lab: Pick<Lab, "ra">,
  { manner, layer, mutations, noise }: FuzzCase,
): Uint8Array => {
  const shape = MANNERS[manner] ?? {};
  const bend = (bytes: Uint8Array): Uint8Array => mutations.reduce(mutate, bytes);
  switch (layer) {
    case "noise":
      return bend(noise);
    case "message":
      return bend(enrolment(lab, shape).message);
    case "envelope": {
      const csr = request();
      const content = bend(labEnvelope(csr, { recipient: lab.ra, ...shape.envelope }));
      return enrolment(lab, { ...shape, content }).message;
    }
    case "request":
      return enrolment(lab, { ...shape, plaintext: bend(request()) }).message;
    case "certificate": {
      const { identity } = enrolment(lab, shape);
      return bag(lab, shape, identity, bend(identity.certificate));
    }
    case "attributes":
      return enrolment(lab, {
        ...shape,
        message: {
          ...shape.message,
          attributes: (list) =>
            list.map((one, index) =>
              index === mutations.length
                ? { ...one, values: one.values.map((value) => bend(value)) }
                : one,
            ),
        },
      }).message;
  }
};

const request = (): Uint8Array =>
  labCsr({
    key: rsaKey(),
    subject: `CN=fuzz-${randomBytes(2).toString("hex")},O=Lab`,
    challenge: STATIC_SECRET,
    sans: [{ type: "dns", value: "fuzz.example.test" }],
  });

const bag = (
  lab: Pick<Lab, "ra">,
  shape: EnrolmentShape,
  identity: ReturnType<typeof enrolment>["identity"],
  certificate: Uint8Array,
): Uint8Array =>
  enrolment(lab, { ...shape, identity, message: { ...shape.message, certificates: [certificate] } })
    .message;
