import fc from "fast-check";
import { parseDn } from "../../plugin/domain/distinguished-name.ts";
import { integer, sequence } from "../../plugin/pki/der-write.ts";
import { encodeName } from "../../plugin/pki/name.ts";
import { type Enrolment, enrolment, type EnrolmentShape } from "../support/scep/enrolment.ts";
import { labEnvelope } from "../support/scep/envelope.ts";
import { rsaKey } from "../support/scep/keys.ts";
import type { Lab } from "../support/scep/lab.ts";
import { labMessage, type MessageShape, newTransaction } from "../support/scep/message.ts";
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

/** A sound message with what it is made of. */
interface Sound {
  readonly shape: EnrolmentShape;
  readonly message: Uint8Array;
  /** What its envelope holds. */
  readonly plaintext: Uint8Array;
  readonly identity: Enrolment["identity"];
}

/** So many sound ones of each manner are made and then used again, since two more signatures a message would be most of the work. */
const MADE = 16;

/** Makes what a run sends to one lab. */
export class FuzzMessages {
  private readonly made = new Map<string, Sound[]>();
  private asked = 0;

  constructor(private readonly lab: Pick<Lab, "ra">) {}

  /** The octets to send: faults below the signature are signed over, so that they are reached. */
  of({ manner, layer, mutations, noise }: FuzzCase): Uint8Array {
    const bend = (bytes: Uint8Array): Uint8Array => mutations.reduce(mutate, bytes);
    if (layer === "noise") return bend(noise);
    const sound = this.sound(manner);
    const { message, plaintext, identity } = sound;
    switch (layer) {
      case "message":
        return bend(message);
      case "envelope":
        return this.signed(sound, { content: bend(this.envelope(sound, plaintext)) });
      case "request":
        return this.signed(sound, { content: this.envelope(sound, bend(plaintext)) });
      case "certificate":
        return this.signed(sound, { certificates: [bend(identity.certificate)] });
      case "attributes":
        return this.signed(sound, {
          attributes: (list) =>
            list.map((one, index) =>
              index === mutations.length
                ? { ...one, values: one.values.map((value) => bend(value)) }
                : one,
            ),
        });
    }
  }

  private sound(manner: string): Sound {
    const known = this.made.get(manner) ?? [];
    this.made.set(manner, known);
    const at = this.asked++ % MADE;
    return (known[at] ??= this.make(manner));
  }

  private make(manner: string): Sound {
    const shape = MANNERS[manner] ?? {};
    const csr = { sans: [{ type: "dns" as const, value: "fuzz.example.test" }], ...shape.csr };
    // Every other one is handed in by a proxy, whose small key signs in a fifth of the time.
    const proxy = this.asked % 2 === 0 && shape.signer?.key === undefined;
    const signer = proxy ? { ...shape.signer, key: rsaKey("proxy", 1024) } : shape.signer;
    const made = enrolment(this.lab, { ...shape, csr, ...(signer && { signer }) });
    const { message, identity, csr: request } = made;
    return { shape, message, plaintext: shape.plaintext ?? request, identity };
  }

  /** With a content key of its own: one that came before with other content would not be opened. */
  private envelope({ shape }: Sound, plaintext: Uint8Array): Uint8Array {
    return labEnvelope(plaintext, { recipient: this.lab.ra, ...shape.envelope });
  }

  private signed(sound: Sound, changes: Partial<MessageShape>): Uint8Array {
    const { shape, plaintext, identity } = sound;
    return labMessage({
      content: changes.content ?? this.envelope(sound, plaintext),
      signer: identity,
      messageType: "19",
      signingTime: new Date(),
      ...newTransaction(),
      ...shape.message,
      ...changes,
    });
  }
}
