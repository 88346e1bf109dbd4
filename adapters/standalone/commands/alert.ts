import type { Command } from "commander";
import { addApiCommand } from "../api-command.ts";
import { flagOption, listOption, textOption, versionOption } from "../options.ts";
import { readSecretInput } from "../secret-input.ts";
import { pathOf } from "./crud.ts";

/** `alert …`: what is watched, what stands, and who is told. */
export const addAlertCommands = (program: Command): void => {
  const group = program.command("alert").description("alerts: what stands, and who is told");
  addApiCommand(group, {
    usage: "list",
    summary: "list the alerts that stand now",
    columns: ["rule", "subject", "since", "text"],
    run: ({ api }) => api.ask("GET", "/alerts"),
  });
  addApiCommand(group, {
    usage: "check",
    summary: "look at everything now",
    columns: ["rule", "subject", "since", "text"],
    run: ({ api }) => api.ask("POST", "/alerts/check"),
  });
  addApiCommand(group, {
    usage: "rules",
    summary: "list the rules: thresholds and receivers",
    columns: ["id", "enabled", "raise", "clear", "unit", "mail", "webhook", "about"],
    run: ({ api }) => api.ask("GET", "/alert-rules"),
  });
  addApiCommand(group, {
    usage: "rule <id>",
    summary: "change a rule",
    options: [
      flagOption("enabled", "watch this"),
      textOption("--raise <n>", "fires at this value").argParser(Number),
      textOption("--clear <n>", "is over beyond this value").argParser(Number),
      textOption("--days <n>", "what counts as soon; certificate-expiry only").argParser(Number),
      listOption("--mail <addresses>", "who gets a mail"),
      textOption("--webhook-url <url>", "what gets a signed message"),
      textOption(
        "--webhook-secret-file <file>",
        "file with the secret that signs it; - is standard input",
      ),
      flagOption("no-webhook", "tell the webhook no more"),
      versionOption(),
    ],
    run: async (call) => {
      const { webhookUrl, webhookSecretFile, noWebhook, ...rest } = await call.body();
      const webhook =
        noWebhook === true
          ? { webhook: null }
          : typeof webhookUrl === "string"
            ? {
                webhook: {
                  url: webhookUrl,
                  secret: await readSecretInput(
                    typeof webhookSecretFile === "string" ? webhookSecretFile : "-",
                  ),
                },
              }
            : {};
      return call.api.ask("PATCH", pathOf("/alert-rules", call), {
        body: { ...rest, ...webhook },
        ifVersion: call.ifVersion,
      });
    },
  });
  addApiCommand(group, {
    usage: "test <id>",
    summary: "send a test to every receiver of a rule",
    columns: ["to", "done", "detail"],
    run: (call) => call.api.ask("POST", pathOf("/alert-rules", call, "/test")),
  });
};
