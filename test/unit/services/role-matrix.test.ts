import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { builtins } from "../../../adapters/preset.ts";
import { systemClock } from "../../../plugin/clock.ts";
import { parseConfig } from "../../../plugin/config.ts";
import {
  mayDo,
  type Principal,
  type Right,
  RIGHTS,
  ROLES,
} from "../../../plugin/domain/principal.ts";
import { PrometheusMetrics } from "../../../plugin/http/metrics.ts";
import { type Installation, openInstallation } from "../../../plugin/installation.ts";
import { systemRandom } from "../../../plugin/random.ts";
import { configIn, silentLogger } from "../../support/installation.ts";

/** Area R, cell by cell: Owners, CA Administrators, Certificate Administrators, CA Auditors, Protocol Operators, Protocol Auditors. */
const MATRIX: Readonly<Record<Right, string>> = {
  "tenants:manage": "------",
  "tokens:manage": "Y-----",
  "people:manage": "Y-----",
  "authorities:read": "YYYYYY",
  "authorities:manage": "YY----",
  "ca-certificates:download": "YYY---",
  "certificates:read": "YYYYYY",
  "certificates:issue": "Y-Y---",
  "certificates:change-status": "Y-Y---",
  "certificate-profiles:manage": "YY----",
  "certificate-profiles:pick": "YYY-Y-",
  "configuration:read": "YYYYYY",
  "configuration:manage": "YY--Y-",
  "secrets:read": "YY--Y-",
  "devices:read": "YYYYYY",
  "deployments:manage": "YY--Y-",
  "challenges:mint": "YY--Y-",
  "host-events:report": "YY--Y-",
  "approvals:decide": "Y-Y---",
  "end-entities:manage": "YY----",
  "credentials:manage": "YY----",
  "ledger:read": "YYYYYY",
  "ledger:export": "YY-Y--",
};

/**
 * The right that each method of a service asks for; what takes a principal and is not here fails the test. `via` names the methods that
 * pass the principal on to others.
 */
const METHODS: Readonly<Record<string, Right | "via" | "none">> = {
  "approvals.list": "configuration:read",
  "approvals.approve": "via",
  "approvals.deny": "via",
  "approvals.decide": "approvals:decide",
  "authorities.list": "authorities:read",
  "authorities.get": "authorities:read",
  "authorities.create": "authorities:manage",
  "authorities.importRoot": "authorities:manage",
  "authorities.csr": "authorities:manage",
  "authorities.certify": "authorities:manage",
  "authorities.rename": "via",
  "authorities.change": "authorities:manage",
  "authorities.certificate": "ca-certificates:download",
  "authorities.chain": "ca-certificates:download",
  "authorities.activate": "none",
  "authority-removal.impact": "authorities:manage",
  "authority-removal.delete": "authorities:manage",
  "authority-removal.revokeOwn": "none",
  "ca-server-readings.of": "configuration:read",
  "certificate-export.each": "via",
  "certificate-profiles.list": "certificate-profiles:manage",
  "certificate-profiles.picks": "certificate-profiles:pick",
  "certificate-profiles.get": "certificate-profiles:manage",
  "certificate-profiles.create": "certificate-profiles:manage",
  "certificate-profiles.update": "certificate-profiles:manage",
  "certificate-profiles.delete": "certificate-profiles:manage",
  "certificate-profiles.enable": "authorities:manage",
  "certificates.list": "certificates:read",
  "certificates.search": "via",
  "certificates.get": "certificates:read",
  "certificates.details": "via",
  "certificates.find": "via",
  "certificates.der": "certificates:read",
  "certificates.revoke": "certificates:change-status",
  "challenges.mint": "challenges:mint",
  "challenges.mintIn": "none",
  "console-ca-servers.show": "via",
  "console-ca-servers.write": "authorities:manage",
  "console-ca-servers.shaped": "authorities:read",
  "console-ca-servers.chosen": "none",
  "console-ca-servers.save": "via",
  "console-ca-servers.make": "via",
  "console-ca-servers.keep": "via",
  "console-ca-servers.serve": "via",
  "console-templates.show": "via",
  "console-templates.write": "configuration:manage",
  "console-templates.shaped": "via",
  "console-templates.form": "via",
  "console-templates.secretsSet": "via",
  "console-templates.challengeProblems": "via",
  "console-templates.templateProblems": "via",
  "console-templates.save": "via",
  "console-templates.offer": "via",
  "consoles.list": "configuration:read",
  "consoles.get": "configuration:read",
  "consoles.showCaServer": "via",
  "consoles.writeCaServer": "via",
  "consoles.showTemplate": "via",
  "consoles.writeTemplate": "via",
  "consoles.resolve": "devices:read",
  "credentials.list": "credentials:manage",
  "credentials.get": "credentials:manage",
  "credentials.create": "credentials:manage",
  "credentials.rotate": "credentials:manage",
  "credentials.change": "credentials:manage",
  "credentials.delete": "credentials:manage",
  "deployments.list": "devices:read",
  "deployments.get": "devices:read",
  "deployments.publish": "deployments:manage",
  "deployments.publishIn": "none",
  "deployments.remove": "deployments:manage",
  "deployments.removeIn": "none",
  "deployments.render": "none",
  "deployments.challengeFor": "none",
  "deployments.profile": "challenges:mint",
  "devices.list": "devices:read",
  "devices.get": "devices:read",
  "end-entities.list": "end-entities:manage",
  "end-entities.get": "end-entities:manage",
  "end-entities.deactivate": "via",
  "end-entities.activate": "via",
  "end-entities.decommission": "end-entities:manage",
  "end-entities.turn": "end-entities:manage",
  "endpoints.list": "configuration:read",
  "endpoints.get": "configuration:read",
  "endpoints.create": "configuration:manage",
  "endpoints.update": "configuration:manage",
  "endpoints.delete": "configuration:manage",
  "endpoints.complete": "none",
  "events.list": "ledger:read",
  "hierarchies.create": "via",
  "host-events.deviceEnrolled": "host-events:report",
  "host-events.deviceWiped": "via",
  "host-events.deviceUnenrolled": "via",
  "host-events.templateAssigned": "host-events:report",
  "host-events.templateRemoved": "host-events:report",
  "host-events.end": "host-events:report",
  "ledger.list": "ledger:read",
  "ledger.head": "ledger:read",
  "manual-issuance.fromCsr": "certificates:issue",
  "manual-issuance.pkcs12": "certificates:issue",
  "manual-issuance.rules": "none",
  "manual-issuance.make": "none",
  "people.list": "people:manage",
  "people.get": "people:manage",
  "people.roles": "via",
  "people.add": "people:manage",
  "people.change": "people:manage",
  "people.remove": "people:manage",
  "people.withRoles": "none",
  "ras.ensure": "none",
  "ras.make": "none",
  "ras.single": "none",
  "ras.list": "configuration:read",
  "ras.get": "configuration:read",
  "ras.issue": "configuration:manage",
  "ras.request": "configuration:manage",
  "ras.certify": "configuration:manage",
  "ras.import": "configuration:manage",
  "revocations.endDevice": "none",
  "revocations.revoke": "none",
  "roll-overs.schedule": "configuration:manage",
  "templates.list": "configuration:read",
  "templates.get": "configuration:read",
  "templates.create": "configuration:manage",
  "templates.update": "configuration:manage",
  "templates.delete": "configuration:manage",
  "templates.problems": "configuration:manage",
  "tenants.list": "tenants:manage",
  "tenants.create": "tenants:manage",
};

const SERVICES = new URL("../../../plugin/services/", import.meta.url);

/** Methods of the services that take a principal first. */
const methodsWithPrincipal = (): ReadonlySet<string> =>
  new Set(
    readdirSync(SERVICES)
      .filter((file) => file !== "access.ts")
      .flatMap((file) => {
        const text = readFileSync(new URL(file, SERVICES), "utf8");
        const methods = text.matchAll(
          /^ {2}(?:private )?(?:async )?(\w+)(?:<[^>]+>)?\(\s*principal: Principal/gm,
        );
        return [...methods].map(([, method = ""]) => `${file.replace(/\.ts$/, "")}.${method}`);
      }),
  );

/** `host-events` is `HostEvents`. */
const classOf = (file: string): string =>
  file.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());

describe("the role matrix", function () {
  this.timeout(20_000);

  it("R-01 every role has exactly its rights, in its own tenant only", () => {
    assert.deepEqual(Object.keys(MATRIX).sort(), [...RIGHTS].sort());
    for (const right of RIGHTS)
      for (const [index, role] of ROLES.entries()) {
        const person = { id: "p", kind: "user", tenant: "a", roles: [role] } as const;
        assert.equal(mayDo(person, right, "a"), MATRIX[right][index] === "Y", `${role} ${right}`);
        assert.equal(mayDo(person, right, "b"), false);
        assert.equal(mayDo(person, right, undefined), false);
      }
  });

  it("R-01 the installation operator stands outside of it", () => {
    const operator = { id: "o", kind: "operator" } as const;
    for (const right of RIGHTS)
      assert.equal(mayDo(operator, right, undefined), right === "tenants:manage");
  });

  it("R-10 a machine with a scope may do only what is about one authority", () => {
    const machine: Principal = {
      id: "m",
      kind: "user",
      tenant: "a",
      authorityIds: ["x"],
      roles: ROLES.filter((role) => role !== "owner"),
    };
    for (const right of ["devices:read", "ledger:read", "configuration:manage", "people:manage"])
      assert.equal(mayDo(machine, right as Right, "a"), false, right);
    for (const right of ["certificates:read", "certificates:change-status"])
      assert.equal(mayDo(machine, right as Right, "a"), true, right);
  });

  it("R-01 no method of a service that takes a principal is missing here", () => {
    const methods = methodsWithPrincipal();
    assert.deepEqual(
      [...methods].filter((name) => !(name in METHODS)),
      [],
      "say which right it asks for",
    );
    assert.deepEqual(
      Object.keys(METHODS).filter((name) => !methods.has(name)),
      [],
      "methods that are not there any more",
    );
  });

  describe("in the services themselves", () => {
    let folder: string;
    let installation: Installation;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "countersign-roles-"));
      const setup = builtins({ logger: silentLogger });
      const config = parseConfig(configIn(folder), setup.keyStores);
      installation = await openInstallation(config, setup, {
        clock: systemClock,
        random: systemRandom,
        logger: silentLogger,
        metrics: new PrometheusMetrics(),
      });
    });
    after(async () => {
      await installation.close();
      await rm(folder, { recursive: true, force: true });
    });

    /** Whether a method refuses this principal; what it says of arguments that make no sense does not count. */
    const refuses = async (name: string, principal: Principal): Promise<boolean> => {
      const [file = "", method = ""] = name.split(".");
      const module = (await import(new URL(`${file}.ts`, SERVICES).href)) as Record<string, never>;
      const service = installation.resolve<Record<string, (...args: unknown[]) => unknown>>(
        module[classOf(file)]!,
      );
      try {
        await service[method]!(principal, "none", {}, { limit: 1 });
        return false;
      } catch (thrown) {
        return (thrown as { readonly code?: string }).code === "forbidden";
      }
    };

    for (const [name, right] of Object.entries(METHODS)) {
      if (right === "via" || right === "none") continue;
      it(`R-01 ${name}: ${right}`, async () => {
        for (const [index, role] of ROLES.entries()) {
          const principal: Principal = { id: "p", kind: "user", tenant: "default", roles: [role] };
          assert.equal(await refuses(name, principal), MATRIX[right][index] !== "Y", role);
        }
        const nobody: Principal = { id: "n", kind: "user", tenant: "default", roles: [] };
        assert.ok(await refuses(name, nobody), "nobody");
        if (right !== "tenants:manage")
          assert.ok(await refuses(name, { id: "o", kind: "operator" }), "the operator");
      });
    }
  });
});
