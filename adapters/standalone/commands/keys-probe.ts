import type { Command } from "commander";
import { judgeToken, type KeyPurpose } from "../../../hsm/judge-token.ts";
import { surveyOfToken } from "../../../hsm/survey-token.ts";
import type { TokenSurvey } from "../../../hsm/token-survey.ts";
import { CountersignError, type KeyFinding } from "../../../plugin/sdk.ts";
import { EXIT_FAILURE } from "../failure.ts";
import { integerOption } from "../options.ts";
import { addTokenOptions, type GivenToken, tokenOf } from "../token-options.ts";

const PURPOSES: readonly KeyPurpose[] = ["ca", "ra"];

const purposesOf = (text: string): readonly KeyPurpose[] => {
  const asked = text.split(",");
  const known = PURPOSES.filter((purpose) => asked.includes(purpose));
  if (known.length !== asked.length) {
    throw new CountersignError("invalid_input", "--for is ca, ra or ca,ra");
  }
  return known;
};

const PKCS1 = {
  absent: "not offered",
  tells: "tells about padding (not used)",
  silent: "silent about padding (not used)",
} as const;

const shown = ({ level, message, remedy }: KeyFinding): string =>
  `${level.padEnd(7)}  ${message}\n` + (remedy === undefined ? "" : `${" ".repeat(9)}${remedy}\n`);

const report = (survey: TokenSurvey, findings: readonly KeyFinding[]): string => {
  const { module, token, algorithms, decrypt, signRate, mechanisms } = survey;
  const rates = signRate.map(({ sessions, perSecond }) => `${sessions}: ${perSecond}`).join(", ");
  const yesNo = (value: boolean): string => (value ? "yes" : "no");
  return [
    `module       ${module.description} ${module.version}, PKCS#11 ${module.cryptoki}`,
    `token        "${token.label}" in slot ${token.slot}; ${token.manufacturer} ${token.model}, serial ${token.serial}`,
    `makes        ${algorithms.join(", ") || "nothing of use"}`,
    `PSS          ${yesNo(survey.pss)}`,
    `decrypts     raw RSA: ${yesNo(decrypt.raw)}; PKCS#1 v1.5: ${PKCS1[decrypt.pkcs1]}; OAEP: ${decrypt.oaep.join(", ") || "none"}`,
    `protected    ${survey.nonExtractable === undefined ? "not known" : yesNo(survey.nonExtractable)}`,
    `signatures/s ${rates === "" ? "not measured" : `RSA-2048 by sessions ${rates}`}`,
    `mechanisms   ${mechanisms.length}; --json lists them`,
    "",
  ]
    .join("\n")
    .concat(findings.map(shown).join(""));
};

/** `keys probe`: what a token can do, and whether it is fit for what is to be kept on it; exit code 1 when it is not. */
export const addKeysProbe = (group: Command): void => {
  addTokenOptions(
    group
      .command("probe")
      .description("try what a token can do, with keys that are gone afterwards"),
  )
    .option("--for <purposes>", "what is to be kept on it: ca, ra", "ca,ra")
    .addOption(integerOption("--sessions <n>", "most sessions of the sign rate; 8 unless given"))
    .option("--json", "print all of it as JSON")
    .action(async (given: GivenToken & { for: string; sessions?: number; json?: boolean }) => {
      const purposes = purposesOf(given.for);
      const token = await tokenOf(given);
      const survey = await surveyOfToken({ ...token, sessions: given.sessions });
      const findings = [...survey.findings, ...judgeToken(survey, purposes)];
      const fit = findings.every(({ level }) => level !== "fault");
      process.stdout.write(
        given.json === true
          ? `${JSON.stringify({ fit, purposes, ...survey, findings })}\n`
          : report(survey, findings),
      );
      if (!fit) process.exitCode = EXIT_FAILURE;
    });
};
