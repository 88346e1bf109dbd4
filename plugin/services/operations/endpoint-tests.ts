import { inject } from "tsyringe";
import { shardOf } from "../../domain/crl-scope.ts";
import { attributeOfVariable, variablesOf } from "../../domain/device-variables.ts";
import type { Device } from "../../domain/device.ts";
import type { Endpoint } from "../../domain/endpoint.ts";
import { type Principal, systemPrincipal } from "../../domain/principal.ts";
import { patternVariables, renderSan, renderSubject } from "../../domain/subject-pattern.ts";
import type { Template } from "../../domain/template.ts";
import { CountersignError, type ErrorCode, ERRORS } from "../../errors.ts";
import { parseCertificate } from "../../pki/certificate.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { Settings } from "../../ports/settings.ts";
import type { TenantStore } from "../../ports/stores.ts";
import type { TestDevice, TestStep } from "../../ports/test-device.ts";
import { CLOCK, SETTINGS, TEST_DEVICES } from "../../tokens.ts";
import { Access, found } from "../access/access.ts";
import { Authorities } from "../authorities/authorities.ts";
import { Challenges } from "../challenges/challenges.ts";
import { EndpointSecrets } from "../endpoints/endpoint-secrets.ts";
import { EventIntake } from "../hosts/event-intake.ts";

/** One step of a test as it went. */
export interface TestedStep {
  readonly step: TestStep;
  readonly ok: boolean;
  readonly milliseconds: number;
  /** What was found, or why it failed. */
  readonly detail: string;
  /** Of a step that failed: the precise reason, where the ledger has it. */
  readonly code?: ErrorCode;
  readonly nextStep?: string;
}

export interface EndpointTest {
  readonly ok: boolean;
  readonly steps: readonly TestedStep[];
}

const HOST = "countersign-test";

/** Enrols a throw-away device through an endpoint's public address, end to end, and takes everything back. */
export class EndpointTests {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(Authorities) private readonly authorities: Authorities,
    @inject(Challenges) private readonly challenges: Challenges,
    @inject(EndpointSecrets) private readonly secrets: EndpointSecrets,
    @inject(EventIntake) private readonly intake: EventIntake,
    @inject(TEST_DEVICES) private readonly testDevices: readonly TestDevice[],
    @inject(SETTINGS) private readonly settings: Settings,
    @inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** By the first template unless one is named. Throws `not_found`, and `conflict` where the endpoint cannot be asked at all. */
  async run(principal: Principal, id: string, templateId?: string): Promise<EndpointTest> {
    const store = this.access.open(principal, "challenges:mint");
    const endpoint = found(await store.endpoints.get(id), "endpoint", id);
    const wanted = templateId ?? endpoint.templateIds[0] ?? "";
    const template = found(await store.templates.get(wanted), "template", wanted);
    const [device] = this.testDevices;
    if (device === undefined)
      throw new CountersignError("conflict", "this host has been given no test device");
    if (!endpoint.enabled || this.settings.scepUrl === undefined)
      throw new CountersignError(
        "conflict",
        endpoint.enabled ? "no SCEP address is set" : `endpoint ${id} is switched off`,
      );
    const url = `${this.settings.scepUrl}/${id}`;
    const system = systemPrincipal("endpoint-test", store.tenant, ["host-events:report"]);
    const protocol = new Protocol(this.clock);
    let subject: Device | undefined;
    try {
      protocol.begin("device");
      subject = await this.enrolled(system, endpoint, template);
      const challenge = await this.challenge(principal, endpoint, template, subject);
      const variables = variablesOf(subject);
      const wish = {
        url,
        subject: renderSubject(template.subject, variables),
        sans: template.sans.map((san) => renderSan(san, variables)),
        challenge,
        now: this.clock.now(),
      };
      protocol.end(subject.hostDeviceId);
      const { certificate } = await device.enrol(
        wish,
        (step) => protocol.begin(step),
        (detail) => protocol.end(detail),
      );
      const { serial } = parseCertificate(certificate);
      await this.status(principal, protocol, device, endpoint, serial, async () => {
        await this.ended(system, endpoint);
        subject = undefined;
      });
    } catch (thrown) {
      protocol.fail(thrown, await this.refusal(store, subject));
    } finally {
      if (subject !== undefined) await this.ended(system, endpoint);
    }
    return protocol.result();
  }

  /** The same device for every test of an endpoint, with a value for each variable that the template has. */
  private async enrolled(
    system: Principal,
    endpoint: Endpoint,
    template: Template,
  ): Promise<Device> {
    const name = `test-${endpoint.id}`;
    const patterns = [template.subject, ...template.sans.map(({ pattern }) => pattern)];
    const attributes = Object.fromEntries(
      patterns
        .flatMap((pattern) => patternVariables(pattern))
        .map((variable) => attributeOfVariable(variable) ?? variable)
        .filter((attribute) => attribute !== "platform" && attribute !== "deviceid")
        .flatMap((attribute): [string, string][] => {
          if (attribute === "email" || attribute === "upn")
            return [[attribute, `${name}@example.invalid`]];
          if (attribute === "emailusername") return [[attribute, name]];
          if (attribute === "emaildomain") return [[attribute, "example.invalid"]];
          if (attribute === "domainname") return [[attribute, `${name}.example.invalid`]];
          return [[attribute, name]];
        }),
    );
    return this.intake.report(system, {
      kind: "deviceEnrolled",
      hostId: HOST,
      deviceId: name,
      platform: "other",
      attributes: { devicename: name, ...attributes },
    });
  }

  private async challenge(
    principal: Principal,
    endpoint: Endpoint,
    template: Template,
    device: Device,
  ): Promise<string> {
    const { id: endpointId, policies } = endpoint;
    if (policies.some(({ kind }) => kind === "dynamic")) {
      const request = { deviceId: device.id, templateId: template.id, endpointId };
      return (await this.challenges.mint(principal, request)).secret;
    }
    const fixed = policies.find(
      (policy) => policy.kind === "static" && policy.templateId === template.id,
    );
    if (fixed?.kind !== "static")
      throw new CountersignError("policy_refused", `no challenge enrols for ${template.id} here`);
    return this.secrets.open(endpointId, fixed);
  }

  /** The list does not have the certificate; it has it once the device is gone. */
  private async status(
    principal: Principal,
    protocol: Protocol,
    device: TestDevice,
    endpoint: Endpoint,
    serial: string,
    end: () => Promise<void>,
  ): Promise<void> {
    const { urls, crlShards } = await this.authorities.get(principal, endpoint.authorityId);
    const list = urls.crls[shardOf(serial, crlShards)];
    if (list === undefined) return;
    protocol.begin("crl");
    const before = await device.lookUp(list, serial, this.clock.now());
    if (before.listed) throw new CountersignError("internal", "the new certificate is listed");
    protocol.end(`number ${before.number}, ${before.size} entries`);
    protocol.begin("revoked");
    await end();
    const after = await device.lookUp(list, serial, this.clock.now());
    if (!after.listed)
      throw new CountersignError("busy", "the list does not have the revoked certificate yet");
    protocol.end(`number ${after.number}, ${after.size} entries`);
  }

  private async ended(system: Principal, endpoint: Endpoint): Promise<void> {
    const deviceId = `test-${endpoint.id}`;
    await this.intake.report(system, { kind: "deviceUnenrolled", hostId: HOST, deviceId });
  }

  /** Why the last request of the device was refused: what it was told itself says nothing. */
  private async refusal(
    store: TenantStore,
    device: Device | undefined,
  ): Promise<ErrorCode | undefined> {
    if (device === undefined) return undefined;
    const filter = { event: "certificate.refused", subjectId: device.id } as const;
    const { items } = await store.ledger.list(filter, { limit: 1 });
    const label = items[0]?.data["label"];
    return typeof label === "string" && label in ERRORS ? (label as ErrorCode) : undefined;
  }
}

/** Keeps the time of each step. */
class Protocol {
  readonly #steps: TestedStep[] = [];
  #step: TestStep = "device";
  #since = 0;

  constructor(private readonly clock: Clock) {}

  begin(step: TestStep): void {
    this.#step = step;
    this.#since = this.clock.now().getTime();
  }

  end(detail: string): void {
    this.#steps.push({ step: this.#step, ok: true, milliseconds: this.#elapsed(), detail });
  }

  fail(thrown: unknown, refusal: ErrorCode | undefined): void {
    const known =
      thrown instanceof CountersignError ? thrown : new CountersignError("internal", "see the log");
    const code = (this.#step === "request" ? refusal : undefined) ?? known.code;
    this.#steps.push({
      step: this.#step,
      ok: false,
      milliseconds: this.#elapsed(),
      detail: `${ERRORS[code].title}: ${known.detail}`,
      code,
      nextStep: ERRORS[code].nextStep,
    });
  }

  result(): EndpointTest {
    return { ok: this.#steps.every(({ ok }) => ok), steps: this.#steps };
  }

  #elapsed(): number {
    return this.clock.now().getTime() - this.#since;
  }
}
