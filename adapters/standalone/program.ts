import { Command } from "commander";
import { addAlertCommands } from "./commands/alert.ts";
import { addApprovalCommands } from "./commands/approval.ts";
import { addAuthorityCommands } from "./commands/authority.ts";
import { addBackupCommand } from "./commands/backup.ts";
import { addCertificateCommands } from "./commands/certificate.ts";
import { addChallengeCommands } from "./commands/challenge.ts";
import { addDbCommands } from "./commands/db.ts";
import { addDemoCommand } from "./commands/demo.ts";
import { addDeploymentCommands } from "./commands/deployment.ts";
import { addDeviceCommands } from "./commands/device.ts";
import { addDistributionCommands } from "./commands/distribution.ts";
import { addDoctorCommand } from "./commands/doctor.ts";
import { addEndpointCommands } from "./commands/endpoint.ts";
import { addEndEntityCommands } from "./commands/end-entity.ts";
import { addGroupCommands } from "./commands/group.ts";
import { addHookCommands } from "./commands/hook.ts";
import { addInitCommand } from "./commands/init.ts";
import { addKeysCommands } from "./commands/keys.ts";
import { addLedgerCommands } from "./commands/ledger.ts";
import { addOutboxCommands } from "./commands/outbox.ts";
import { addRaCommands } from "./commands/ra.ts";
import { addRestoreCommand } from "./commands/restore.ts";
import { addRollOverCommands } from "./commands/rotation.ts";
import { addRenewalCommands } from "./commands/renewal.ts";
import { addServeCommand } from "./commands/serve.ts";
import { addSimulateCommand } from "./commands/simulate.ts";
import { addTemplateCommands } from "./commands/template.ts";
import { addTenantCommands } from "./commands/tenant.ts";
import { addTokenCommands } from "./commands/token.ts";

/** The command line, with nothing run yet. Usage faults are thrown as CommanderErrors. */
export const buildProgram = (): Command => {
  const program = new Command("countersign")
    .description("Certificate authority for MDM/UEM servers.")
    .showHelpAfterError("(add --help for what there is)")
    .exitOverride();
  addServeCommand(program);
  addInitCommand(program);
  addDoctorCommand(program);
  addBackupCommand(program);
  addRestoreCommand(program);
  addDbCommands(program);
  addDemoCommand(program);
  addSimulateCommand(program);
  addKeysCommands(program);
  addAuthorityCommands(program);
  addRaCommands(program);
  addRollOverCommands(program);
  addTemplateCommands(program);
  addDistributionCommands(program);
  addEndpointCommands(program);
  addDeviceCommands(program);
  addEndEntityCommands(program);
  addGroupCommands(program);
  addDeploymentCommands(program);
  addRenewalCommands(program);
  addChallengeCommands(program);
  addApprovalCommands(program);
  addCertificateCommands(program);
  addHookCommands(program);
  addOutboxCommands(program);
  addAlertCommands(program);
  addLedgerCommands(program);
  addTenantCommands(program);
  addTokenCommands(program);
  return program;
};
