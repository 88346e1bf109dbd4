import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
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
  "outbox:manage": "YY--Y-",
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
  "about.show": "configuration:read",
  "admin-tokens.list": "tokens:manage",
  "admin-tokens.revoke": "tokens:manage",
  "alerts.change": "configuration:manage",
  "alerts.check": "configuration:manage",
  "alerts.get": "configuration:read",
  "alerts.rules": "configuration:read",
  "alerts.standing": "configuration:read",
  "alerts.test": "configuration:manage",
  "approvals.approve": "via",
  "approvals.decide": "approvals:decide",
  "approvals.deny": "via",
  "approvals.list": "configuration:read",
  "authorities.certificate": "ca-certificates:download",
  "authorities.certify": "authorities:manage",
  "authorities.chain": "ca-certificates:download",
  "authorities.change": "authorities:manage",
  "authorities.create": "authorities:manage",
  "authorities.details": "authorities:read",
  "authorities.csr": "authorities:manage",
  "authorities.get": "authorities:read",
  "authorities.importRoot": "authorities:manage",
  "authorities.list": "authorities:read",
  "authorities.rename": "via",
  "authorities.wait": "none",
  "authority-removal.delete": "authorities:manage",
  "authority-removal.impact": "authorities:manage",
  "ca-renewals.accept": "none",
  "ca-renewals.certify": "none",
  "ca-renewals.renew": "authorities:manage",
  "ca-renewals.request": "none",
  "ca-server-readings.of": "configuration:read",
  "caps.show": "configuration:read",
  "caps.ofAuthority": "authorities:read",
  "caps.setOfAuthority": "authorities:manage",
  "caps.ofTenant": "tenants:manage",
  "caps.setOfTenant": "tenants:manage",
  "caps.requireAuthorityRoom": "authorities:manage",
  "caps.open": "via",
  "certificate-export.each": "via",
  "certificate-profiles.create": "certificate-profiles:manage",
  "certificate-profiles.delete": "certificate-profiles:manage",
  "certificate-profiles.enable": "authorities:manage",
  "certificate-profiles.get": "certificate-profiles:manage",
  "certificate-profiles.list": "certificate-profiles:manage",
  "certificate-profiles.picks": "certificate-profiles:pick",
  "certificate-profiles.update": "certificate-profiles:manage",
  "certificate-requests.read": "certificates:issue",
  "certificate-statuses.apply": "none",
  "certificate-statuses.bulk": "certificates:change-status",
  "certificate-statuses.change": "certificates:change-status",
  "certificates.der": "certificates:read",
  "certificates.details": "via",
  "certificates.find": "via",
  "certificates.get": "certificates:read",
  "certificates.list": "certificates:read",
  "certificates.search": "via",
  "challenges.mint": "challenges:mint",
  "challenges.mintIn": "none",
  "console-actions.asked": "via",
  "console-actions.enrolled": "via",
  "console-actions.looked": "via",
  "console-actions.run": "configuration:read",
  "console-ca-servers.chosen": "none",
  "console-ca-servers.keep": "via",
  "console-ca-servers.make": "via",
  "console-ca-servers.save": "via",
  "console-ca-servers.serve": "via",
  "console-ca-servers.shaped": "authorities:read",
  "console-ca-servers.show": "via",
  "console-ca-servers.write": "authorities:manage",
  "console-templates.byProfile": "via",
  "console-templates.challengeProblems": "via",
  "console-templates.drafted": "via",
  "console-templates.form": "via",
  "console-templates.isOutside": "configuration:read",
  "console-templates.modelOf": "via",
  "console-templates.offer": "via",
  "console-templates.passed": "via",
  "console-templates.save": "via",
  "console-templates.secretsSet": "via",
  "console-templates.shaped": "via",
  "console-templates.show": "via",
  "console-templates.shown": "via",
  "console-templates.templateProblems": "via",
  "console-templates.write": "configuration:manage",
  "consoles.get": "configuration:read",
  "consoles.list": "configuration:read",
  "consoles.resolve": "devices:read",
  "consoles.showCaServer": "via",
  "consoles.showTemplate": "via",
  "consoles.try": "via",
  "consoles.writeCaServer": "via",
  "consoles.writeTemplate": "via",
  "credentials.change": "credentials:manage",
  "credentials.create": "credentials:manage",
  "credentials.delete": "credentials:manage",
  "credentials.get": "credentials:manage",
  "credentials.list": "credentials:manage",
  "credentials.rotate": "credentials:manage",
  "crl-lists.list": "authorities:read",
  "crl-lists.publish": "certificates:change-status",
  "public-checks.run": "authorities:read",
  "renewal-lateness.warnings": "configuration:read",
  "deployment-commands.acknowledged": "none",
  "deployment-commands.apply": "none",
  "deployment-commands.delivered": "none",
  "deployment-commands.failed": "none",
  "distributions.get": "configuration:read",
  "distributions.preview": "configuration:read",
  "distributions.save": "configuration:manage",
  "distributions.discard": "configuration:manage",
  "distributions.publish": "via",
  "distributions.advance": "via",
  "distributions.withdraw": "via",
  "distributions.release": "via",
  "distributions.managed": "deployments:manage",
  "distributions.check": "none",
  "distributions.confirm": "none",
  "distributions.prepared": "none",
  "distributions.begun": "none",
  "distribution-previews.of": "configuration:read",
  "host-groups.list": "devices:read",
  "host-groups.get": "devices:read",
  "host-groups.members": "devices:read",
  "host-groups.ofDevice": "devices:read",
  "host-groups.refresh": "configuration:manage",
  "host-groups.host": "configuration:read",
  "host-groups.hosts": "configuration:read",
  "host-groups.changeHost": "configuration:manage",
  "group-events.deviceGroups": "none",
  "group-events.groupChanged": "none",
  "deployments.get": "devices:read",
  "deployments.list": "devices:read",
  "deployments.profile": "challenges:mint",
  "deployments.publish": "deployments:manage",
  "deployments.publishIn": "none",
  "deployments.remove": "deployments:manage",
  "deployments.removeIn": "none",
  "deployments.rendered": "none",
  "deployments.requestRenewal": "deployments:manage",
  "deployments.take": "none",
  "deployments.unlock": "deployments:manage",
  "device-renewals.renewNow": "deployments:manage",
  "devices.get": "devices:read",
  "devices.list": "devices:read",
  "devices.search": "devices:read",
  "end-entities.activate": "via",
  "end-entities.deactivate": "via",
  "end-entities.decommission": "end-entities:manage",
  "end-entities.get": "end-entities:manage",
  "end-entities.list": "end-entities:manage",
  "end-entities.turn": "end-entities:manage",
  "endpoint-tests.challenge": "via",
  "endpoint-tests.run": "challenges:mint",
  "endpoint-tests.status": "via",
  "endpoints.complete": "none",
  "endpoints.create": "configuration:manage",
  "endpoints.delete": "configuration:manage",
  "endpoints.get": "configuration:read",
  "endpoints.list": "configuration:read",
  "endpoints.update": "configuration:manage",
  "event-intake.report": "host-events:report",
  "events.list": "ledger:read",
  "hierarchies.create": "via",
  "hook-adapters.change": "configuration:manage",
  "hook-adapters.create": "configuration:manage",
  "hook-adapters.delete": "configuration:manage",
  "hook-adapters.enable": "via",
  "hook-adapters.get": "configuration:read",
  "hook-adapters.list": "configuration:read",
  "hook-adapters.rotate": "via",
  "host-events.deviceCompromised": "via",
  "host-events.deviceEnrolled": "host-events:report",
  "host-events.deviceFound": "host-events:report",
  "host-events.deviceLost": "host-events:report",
  "host-events.deviceUnenrolled": "via",
  "host-events.deviceWiped": "via",
  "host-events.end": "host-events:report",
  "host-events.templateAssigned": "host-events:report",
  "host-events.templateRemoved": "host-events:report",
  "host-events.userDisabled": "host-events:report",
  "host-events.userEnabled": "host-events:report",
  "inventories.findings": "devices:read",
  "inventories.get": "devices:read",
  "inventories.report": "host-events:report",
  "inventories.scan": "deployments:manage",
  "key-roll-overs.cancel": "authorities:manage",
  "key-roll-overs.get": "authorities:read",
  "key-roll-overs.list": "authorities:read",
  "key-roll-overs.start": "authorities:manage",
  "ledger.head": "ledger:read",
  "ledger.list": "ledger:read",
  "ledger.sealed": "ledger:export",
  "refusals.search": "ledger:read",
  "listener-certificates.certify": "authorities:manage",
  "manual-issuance.fromCsr": "certificates:issue",
  "manual-issuance.make": "none",
  "manual-issuance.pkcs12": "certificates:issue",
  "manual-issuance.rules": "none",
  "ocsp-switch.turn": "authorities:manage",
  "outbox-letters.list": "configuration:read",
  "outbox-letters.resend": "outbox:manage",
  "outbox-letters.resendDead": "outbox:manage",
  "outside-authorities.create": "authorities:manage",
  "outside-authorities.update": "authorities:manage",
  "overview.show": "devices:read",
  "people.add": "people:manage",
  "people.change": "people:manage",
  "people.get": "people:manage",
  "people.list": "people:manage",
  "people.remove": "people:manage",
  "people.roles": "via",
  "people.withRoles": "none",
  "profiles.challengeFor": "none",
  "profiles.render": "none",
  "profiles.wayOf": "none",
  "ras.certify": "configuration:manage",
  "ras.ensure": "none",
  "ras.get": "configuration:read",
  "ras.import": "configuration:manage",
  "ras.issue": "configuration:manage",
  "ras.keep": "none",
  "ras.list": "configuration:read",
  "ras.make": "none",
  "ras.request": "configuration:manage",
  "renewal-groups.get": "devices:read",
  "renewal-groups.list": "devices:read",
  "renewal-groups.start": "deployments:manage",
  "renewal-groups.stop": "deployments:manage",
  "renewal-plans.changeRules": "configuration:manage",
  "renewal-plans.plan": "configuration:read",
  "renewal-plans.rules": "configuration:read",
  "renewal-plans.rulesFor": "via",
  "retirements.ofAuthority": "authorities:read",
  "retirements.ofRa": "configuration:read",
  "retirements.retire": "authorities:manage",
  "revocations.burn": "none",
  "revocations.disableUser": "none",
  "revocations.enableUser": "none",
  "revocations.endBefore": "none",
  "revocations.endDevice": "none",
  "revocations.findDevice": "none",
  "revocations.loseDevice": "none",
  "roll-overs.schedule": "configuration:manage",
  "template-impact.preview": "configuration:read",
  "templates.changed": "configuration:read",
  "templates.create": "configuration:manage",
  "templates.delete": "configuration:manage",
  "templates.get": "configuration:read",
  "templates.list": "configuration:read",
  "templates.problems": "configuration:manage",
  "templates.update": "configuration:manage",
  "tenants.create": "tenants:manage",
  "tenants.list": "tenants:manage",
  "timelines.of": "devices:read",
};

/** Methods that learn the authority from what they are given, or answer of those in scope alone. */
const WITHIN_SCOPE = [
  "authorities.list",
  "certificate-requests.read",
  "certificate-statuses.bulk",
  "certificate-statuses.change",
  "certificates.der",
  "certificates.get",
  "certificates.list",
  "console-ca-servers.shaped",
  "key-roll-overs.get",
  "key-roll-overs.list",
];

const SERVICES = new URL("../../../plugin/services/", import.meta.url);
/** Path below `SERVICES` by the file's name without its ending, which no two have in common. */
const FILES = new Map(
  readdirSync(SERVICES, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => [basename(path, ".ts"), path]),
);

/** Methods of the services that take a principal first. */
const methodsWithPrincipal = (): ReadonlySet<string> =>
  new Set(
    [...FILES]
      .filter(([file]) => file !== "access")
      .flatMap(([file, path]) => {
        const text = readFileSync(new URL(path, SERVICES), "utf8");
        const methods = text.matchAll(
          /^ {2}(?:private )?(?:async )?(\w+)(?:<[^>]+>)?\(\s*principal: Principal/gm,
        );
        return [...methods].map(([, method = ""]) => `${file}.${method}`);
      }),
  );

/** `host-events` is `HostEvents`. */
const classOf = (file: string): string =>
  file.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());

describe("the role matrix", function () {
  this.timeout(60_000);

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
      const module = (await import(new URL(FILES.get(file)!, SERVICES).href)) as Record<
        string,
        never
      >;
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

    it("R-10 a machine with a scope is refused whatever is about another authority", async () => {
      const machine: Principal = {
        id: "m",
        kind: "user",
        tenant: "default",
        authorityIds: ["x"],
        roles: ROLES.filter((role) => role !== "owner"),
      };
      const open: string[] = [];
      for (const [name, right] of Object.entries(METHODS))
        if (right !== "via" && right !== "none" && !(await refuses(name, machine))) open.push(name);
      assert.deepEqual(open.sort(), WITHIN_SCOPE);
    });
  });
});
