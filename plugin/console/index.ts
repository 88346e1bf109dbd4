import "@awesome.me/webawesome/dist/components/button/button.js";
import "@awesome.me/webawesome/dist/components/details/details.js";
import "@awesome.me/webawesome/dist/components/dialog/dialog.js";
import { registerIconLibrary } from "@awesome.me/webawesome/dist/components/icon/library.js";

// The library would fetch its icons from a network otherwise.
for (const name of ["system", "default"])
  registerIconLibrary(name, {
    resolver: (icon) => new URL(`icons.svg#${icon}`, import.meta.url).href,
    spriteSheet: true,
  });
import "./app/sign-in.ts";
import "./app/console.ts";
import "./ui/chart.ts";
import "./ui/form.ts";
import "./views/operations/nowhere.ts";
import "./views/operations/overview.ts";
import "./views/operations/start.ts";
import "./views/operations/search.ts";
import "./views/authorities/ca-servers.ts";
import "./views/authorities/ca-server.ts";
import "./views/authorities/ca-server-form.ts";
import "./views/templates/templates.ts";
import "./views/templates/template.ts";
import "./views/templates/template-form.ts";
import "./views/endpoints/endpoints.ts";
import "./views/endpoints/endpoint.ts";
import "./views/endpoints/endpoint-form.ts";
import "./views/devices/devices.ts";
import "./views/devices/device.ts";
import "./views/certificates/end-entities.ts";
import "./views/certificates/certificates.ts";
import "./views/certificates/certificate.ts";
import "./views/certificates/bulk.ts";
import "./views/authorities/outside-ca.ts";
import "./views/operations/reference.ts";
import "./views/certificates/issue.ts";
import "./views/templates/profiles.ts";
import "./views/templates/profile.ts";
import "./views/people/people.ts";
import "./views/devices/approvals.ts";
import "./views/operations/entity-events.ts";
import "./views/operations/events.ts";
import "./views/devices/refusals.ts";
import "./views/operations/settings.ts";
import "./views/operations/alerts.ts";
import "./views/operations/outbox.ts";
