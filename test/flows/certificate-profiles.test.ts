import assert from "node:assert/strict";
import { certificateProfiles } from "../../templates/certificate/profiles.ts";
import {
  PROFILE_ID,
  profileMismatches,
  readRawProfile,
} from "../../plugin/domain/certificate-profile-check.ts";
import { PROFILE_GROUPS } from "../../plugin/domain/certificate-profile.ts";
import { CountersignError } from "../../plugin/errors.ts";
import { type Admin, openPublished } from "../support/published.ts";

const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

describe("certificate profiles", function () {
  this.timeout(60_000);

  describe("the catalogue", () => {
    it("T-01 T-08 every profile is valid, in a known group and named once", () => {
      const all = certificateProfiles();
      assert.equal(new Set(all.map(({ id }) => id)).size, all.length);
      for (const profile of all) {
        assert.match(profile.id, PROFILE_ID);
        assert.ok((PROFILE_GROUPS as readonly string[]).includes(profile.group), profile.id);
        assert.deepEqual(readRawProfile({ ...profile.definition }), profile.definition);
        assert.deepEqual(profile.definition.allowedCATypes, ["subord"], "roots get none");
        assert.equal(profile.pkcs12, /-p12-/.test(profile.id), profile.id);
      }
    });

    it("T-09 T-10 T-11 groups have the members and usages that are published; ours say so", () => {
      const usages = (id: string) =>
        certificateProfiles().find((profile) => profile.id === id)?.definition.usages;
      assert.deepEqual(usages("wstep-digital-signature"), ["digitalSignature"]);
      assert.deepEqual(usages("wstep-key-encipherment"), ["keyEncipherment"]);
      assert.deepEqual(usages("wstep-non-repudiation-key-encipherment"), [
        "digitalSignature",
        "nonRepudiation",
        "keyEncipherment",
      ]);
      assert.deepEqual(usages("intune-emailprotection-clientauth"), [
        "digitalSignature",
        "keyEncipherment",
        "1.3.6.1.5.5.7.3.4",
        CLIENT_AUTH,
      ]);
      const ids = (group: string) =>
        certificateProfiles().filter((profile) => profile.group === group);
      const published = (group: string, endings: readonly (keyof typeof ENDINGS)[]) =>
        endings.map((ending) => [`${group}-${ending}`, ENDINGS[ending].join(" "), !fixed(ending)]);
      const fixed = (ending: string): boolean => ending.endsWith("clientauth");
      const csr = [
        ...["digital-signature", "digital-signature-key-encipherment"],
        ...["key-encipherment", "non-repudiation"],
      ] as (keyof typeof ENDINGS)[];
      const withClient = [...csr, "digital-signature-key-encipherment-clientauth"] as typeof csr;
      for (const [group, expected] of [
        ["wstep", published("wstep", [...csr, "non-repudiation-key-encipherment"])],
        ["scep", published("scep", csr)],
        ["mdmws", [...published("mdmws", withClient), ...published("mdmws-p12", withClient)]],
      ] as const)
        assert.deepEqual(
          ids(group)
            .map(({ id, definition }) => [
              ...[id, definition.usages.join(" ")],
              definition.allowed_extensions.includes("2.5.29.37"),
            ])
            .sort(),
          [...expected].sort(),
        );
      assert.deepEqual(
        certificateProfiles()
          .filter(({ ours }) => ours)
          .map(({ group }) => group),
        ["codesigning", "smartcard"],
      );
      for (const group of ["cmp", "esim", "est", "mobile", "v2g"])
        assert.equal(ids(group).length, 0, `nothing of ${group} is published`);
      for (const { id, note, ours } of ids("multiuse"))
        assert.ok(!ours && (note === "" || /inferred|not known/.test(note)), id);
    });

    it("T-02 T-06 raw JSON has exactly the members of area T, and every fault is named with its path", () => {
      const faults = (raw: Record<string, unknown>): readonly string[] => {
        try {
          readRawProfile(raw);
        } catch (thrown) {
          assert.ok(thrown instanceof CountersignError);
          return thrown.issues.map(({ path }) => path);
        }
        return [];
      };
      assert.deepEqual(
        faults({
          allowedCATypes: ["subord", "top"],
          validity_period: "1 year",
          usages: ["digitalSignature", "keyCertSign", "1.2.x", "2.5.29.37.0"],
          allowed_extensions: "all",
          ignore_unknown_extensions: "no",
          ca_constraint: { cA: true },
          colour: "blue",
        }),
        [
          "definition.colour",
          "definition.allowedCATypes.1",
          "definition.usages.1",
          "definition.usages.2",
          "definition.usages.3",
          "definition.ca_constraint",
          "definition.validity_period",
          "definition.allowed_extensions",
          "definition.ignore_unknown_extensions",
        ],
      );
      const { backdate, truncate_to_ca_not_after, fill_san_dns_with_cn } = readRawProfile({
        allowedCATypes: ["subord"],
        validity_period: "P47D",
        usages: ["digitalSignature"],
      });
      assert.deepEqual(
        [backdate, truncate_to_ca_not_after, fill_san_dns_with_cn],
        ["PT30M", false, false],
      );
    });

    it("9.6 for every profile one template fits and one of each kind does not", () => {
      for (const profile of certificateProfiles()) {
        const { usages, allowed_extensions } = profile.definition;
        const fitting = {
          keyUsages: usages.filter((usage) => !/^\d/.test(usage)) as never,
          extendedKeyUsages: usages.filter((usage) => /^\d/.test(usage)),
          allowedExtendedKeyUsages: [],
          validity: "P2Y",
        };
        assert.deepEqual(profileMismatches(fitting, profile), [], profile.id);
        const usage = profileMismatches({ ...fitting, keyUsages: ["cRLSign"] }, profile);
        assert.deepEqual(
          usage.map(({ path }) => path),
          ["keyUsages.0"],
        );
        const open = allowed_extensions.includes("2.5.29.37");
        const extended = profileMismatches(
          { ...fitting, extendedKeyUsages: [...fitting.extendedKeyUsages, "1.2.3.4"] },
          profile,
        );
        assert.equal(extended.length, open ? 0 : 1, profile.id);
      }
    });
  });

  describe("over the API", () => {
    let owner: Admin;
    before(async function () {
      ({ owner } = await openPublished(this));
    });

    it("T-07 one is cloned, edited raw, and the shipped ones stay as they are", async () => {
      const made = await owner.call("POST", "/certificate-profiles", {
        id: "short-lived",
        cloneOf: "scep-digital-signature",
        definition: { validity_period: "P7D", usages: ["digitalSignature", CLIENT_AUTH] },
      });
      assert.equal(made.status, 201, made.text);
      assert.deepEqual(
        [made.json.origin, made.json.group, made.json.definition.validity_period],
        ["custom", "scep", "P7D"],
      );
      const stale = await owner.call(
        "PATCH",
        "/certificate-profiles/short-lived",
        { description: "x" },
        { "if-match": '"9"' },
      );
      assert.equal(stale.status, 412);
      const shipped = await owner.call("PATCH", "/certificate-profiles/scep-digital-signature", {
        description: "x",
      });
      assert.equal(shipped.json.code, "conflict");
      const faulty = await owner.call("PATCH", "/certificate-profiles/short-lived", {
        definition: { usages: [] },
      });
      assert.equal(faulty.json.issues[0].path, "definition.usages");
      const taken = await owner.call("POST", "/certificate-profiles", {
        id: "smime-key-encipherment",
        cloneOf: "short-lived",
      });
      assert.equal(taken.status, 409);
    });

    it("T-03 T-27 what a custom profile says of the life binds its templates and what is issued by hand; a shipped one says what is usual", async () => {
      const issuesOf = async (method: string, path: string, body: object) => {
        const { status, json } = await owner.call(method, path, body);
        return [status, json.issues?.[0]] as const;
      };
      const empty = { cloneOf: "short-lived", id: "never", definition: { validity_period: "P0D" } };
      assert.deepEqual(await issuesOf("POST", "/certificate-profiles", empty), [
        400,
        { path: "definition.validity_period", message: "it is empty" },
      ]);
      const message = "profile short-lived lets certificates live P7D at most";
      const change = { profileId: "short-lived", keyUsages: ["digitalSignature"] };
      const tooLong = { path: "validity", message };
      assert.deepEqual(await issuesOf("PATCH", "/templates/wifi", change), [422, tooLong]);
      const week = { id: "week", authorityId: "main", subject: "CN=x", ...change };
      assert.deepEqual(await issuesOf("POST", "/templates", { ...week, validity: "P8D" }), [
        422,
        tooLong,
      ]);
      const made = await owner.call("POST", "/templates", week);
      assert.deepEqual([made.status, made.json.validity], [201, "P7D"], made.text);
      const shorter = { definition: { validity_period: "P6D" } };
      const [status, issue] = await issuesOf("PATCH", "/certificate-profiles/short-lived", shorter);
      assert.deepEqual([status, issue?.path], [409, "validity"]);
      const longer = { definition: { validity_period: "P8D" } };
      assert.equal((await issuesOf("PATCH", "/certificate-profiles/short-lived", longer))[0], 200);
      const back = { definition: { validity_period: "P7D" } };
      assert.equal((await issuesOf("PATCH", "/certificate-profiles/short-lived", back))[0], 200);
      await owner.call("DELETE", "/templates/week");

      const byHand = (body: object) =>
        owner.call("POST", "/certificates/pkcs12", {
          ...{ authorityId: "main", subject: "CN=x", keyAlgorithm: "ec-p256", dryRun: true },
          ...body,
        });
      await owner.call("POST", "/certificate-profiles", {
        ...{ id: "short-p12", cloneOf: "multiuse-p12-client" },
        definition: { validity_period: "P7D" },
      });
      const refused = await byHand({ profileId: "short-p12", validity: "P8D" });
      assert.deepEqual(
        [refused.status, refused.json.issues[0].path],
        [422, "validity"],
        refused.text,
      );
      assert.equal((await byHand({ profileId: "short-p12" })).status, 200);
      const usual = await byHand({ profileId: "multiuse-p12-client", validity: "P2Y" });
      assert.equal(usual.status, 200, usual.text);
    });

    it("A-26 T-27 an authority issues only by what is enabled, and pick lists show only that", async () => {
      const restrict = (profiles: string[] | null) =>
        owner.call("PUT", "/authorities/main/profiles", { profiles });
      const stranded = await restrict(["short-lived"]);
      assert.equal(stranded.status, 409, "template wifi has no profile");
      assert.match(stranded.json.detail, /wifi \(no profile\)/);
      const change = (body: object) => owner.call("PATCH", "/templates/wifi", body);
      const outside = await change({ profileId: "scep-key-encipherment" });
      assert.equal(outside.json.code, "template_impossible");
      assert.match(JSON.stringify(outside.json.issues), /keyUsages\.0/);
      const fits = await change({
        profileId: "scep-digital-signature-key-encipherment",
      });
      assert.equal(fits.status, 200, fits.text);
      const unknown = await restrict(["nobody"]);
      assert.equal(unknown.json.issues[0].path, "profiles.0");
      const done = await restrict(["scep-digital-signature-key-encipherment"]);
      assert.equal(done.status, 200, done.text);
      assert.deepEqual(done.json.profiles, ["scep-digital-signature-key-encipherment"]);
      const picks = await owner.call("GET", "/authorities/main/profiles");
      assert.deepEqual(
        picks.json.items.map(({ id }: { id: string }) => id),
        ["scep-digital-signature-key-encipherment"],
      );
      const other = await owner.call("POST", "/templates", {
        id: "vpn",
        authorityId: "main",
        subject: "CN=x",
      });
      assert.equal(other.json.issues[0].path, "profileId");
      const csr = await owner.call("POST", "/certificates", {
        ...{ authorityId: "main", profileId: "short-lived", csr: CSR },
      });
      assert.equal(csr.json.code, "policy_refused");
      const used = await owner.call("PUT", "/authorities/main/profiles", { profiles: [] });
      assert.equal(used.status, 409, "a template keeps to it");
    });

    it("A-26 a custom profile that templates keep to changes only where they fit, and is not deleted", async () => {
      await owner.call("PUT", "/authorities/main/profiles", { profiles: null });
      await owner.call("PATCH", "/templates/wifi", {
        ...{ profileId: "short-lived", keyUsages: ["digitalSignature"], validity: "P7D" },
      });
      const narrower = await owner.call("PATCH", "/certificate-profiles/short-lived", {
        definition: { usages: ["keyEncipherment"] },
      });
      assert.equal(narrower.status, 409, narrower.text);
      assert.equal((await owner.call("DELETE", "/certificate-profiles/short-lived")).status, 409);
      const wider = await owner.call("PATCH", "/certificate-profiles/short-lived", {
        definition: { fill_san_dns_with_cn: true },
      });
      assert.equal(wider.status, 200, wider.text);
      const template = (await owner.call("GET", "/templates/wifi")).json;
      assert.equal(template.rules.fillSanDnsWithCn, true, "the rule travels with the template");
    });

    it("T-05 A-26 a profile brings its rules whenever a template takes it, and takes them along when it goes", async () => {
      const wifi = async () => (await owner.call("GET", "/templates/wifi")).json;
      const change = async (body: object) => {
        const { status, text } = await owner.call("PATCH", "/templates/wifi", body);
        assert.equal(status, 200, text);
        return wifi();
      };
      const bare = await change({ profileId: null });
      assert.deepEqual([bare.profileId, bare.rules], [undefined, undefined]);
      const taken = await change({ profileId: "short-lived" });
      assert.equal(taken.rules.fillSanDnsWithCn, true);
      const impact = await owner.call("POST", "/templates/wifi/impact", { profileId: null });
      assert.deepEqual(impact.json.fields, ["profileId"]);
      assert.equal((await change({ name: "WLAN" })).profileId, "short-lived", "what is not named");
    });

    it("P-08 T-05 a draft takes a profile away or brings another, with its rules from its trial on", async () => {
      const wifi = async () => (await owner.call("GET", "/templates/wifi")).json;
      const path = "/templates/wifi/distribution";
      const done = async (method: string, rest: string, body?: object) => {
        const { status, text, json } = await owner.call(method, `${path}${rest}`, body);
        assert.equal(status, 200, text);
        return json;
      };
      const drafted = await done("PATCH", "", { change: { profileId: null } });
      assert.deepEqual(drafted.draft.plan.change, { profileId: null });
      const form = await owner.call("GET", "/consoles/ivanti/template?template=wifi&draft=true");
      assert.equal(form.json.values.profileId, "", form.text);
      assert.equal((await wifi()).profileId, "short-lived");
      await done("POST", "/publish", {});
      assert.deepEqual([(await wifi()).profileId, (await wifi()).rules], [undefined, undefined]);

      const device = await owner.call("POST", "/devices", {
        ...{ hostId: "mdm", deviceId: "first", platform: "other" },
        attributes: { serialnumber: "S1" },
      });
      await done("PATCH", "", {
        change: { profileId: "short-lived" },
        ...{ testDeviceId: device.json.id, everybody: "devices" },
      });
      await done("POST", "/publish", {});
      const trial = async () => (await wifi()).trial.change;
      assert.equal((await wifi()).profileId, undefined, "everybody else has the one before");
      assert.deepEqual(
        [(await trial()).profileId, (await trial()).rules.fillSanDnsWithCn],
        ["short-lived", true],
      );
      assert.equal((await owner.call("DELETE", "/certificate-profiles/short-lived")).status, 409);
      const narrower = await owner.call("PATCH", "/certificate-profiles/short-lived", {
        definition: { fill_san_dns_with_cn: false },
      });
      assert.equal(narrower.status, 200, narrower.text);
      assert.equal((await trial()).rules.fillSanDnsWithCn, false);
      await done("POST", "/withdraw");
      assert.equal((await wifi()).trial, undefined);
    });

    it("a console's form takes a profile away, where it may be left empty", async () => {
      const filled = async () =>
        (await owner.call("GET", "/consoles/jamf/template?template=wifi")).json;
      const year = await owner.call("PATCH", "/templates/wifi", { validity: "P1Y" });
      assert.equal(year.status, 200, year.text);
      for (const profileId of ["short-lived", ""]) {
        const { version } = await filled();
        const saved = await owner.call(
          "POST",
          "/consoles/jamf/template",
          { id: "wifi", fields: { certificateProfile: profileId }, save: true },
          { "if-match": `"${version}"` },
        );
        assert.equal(saved.status, 200, saved.text);
        const template = (await owner.call("GET", "/templates/wifi")).json;
        assert.equal(template.profileId ?? "", profileId);
        assert.equal(template.validity, "P7D", "Jamf does not ask for it: the profile says it");
      }
    });
  });
});

/** What a profile's name says of its usages (T-10, T-11). */
const ENDINGS = {
  "digital-signature": ["digitalSignature"],
  "digital-signature-key-encipherment": ["digitalSignature", "keyEncipherment"],
  "digital-signature-key-encipherment-clientauth": [
    ...["digitalSignature", "keyEncipherment", CLIENT_AUTH],
  ],
  "key-encipherment": ["keyEncipherment"],
  "non-repudiation": ["digitalSignature", "nonRepudiation"],
  "non-repudiation-key-encipherment": ["digitalSignature", "nonRepudiation", "keyEncipherment"],
} as const;

/** Any well-formed request: refused before it is read further. */
const CSR = "MIHUMHwCAQAwGjEYMBYGA1UEAwwPd2ViLmV4YW1wbGUuY29tMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE";
