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
import "./views/nowhere.ts";
import "./views/overview.ts";
import "./views/start.ts";
import "./views/search.ts";
import "./views/ca-servers.ts";
import "./views/ca-server.ts";
import "./views/ca-server-form.ts";
import "./views/templates.ts";
import "./views/template.ts";
import "./views/template-form.ts";
import "./views/endpoints.ts";
import "./views/endpoint.ts";
import "./views/endpoint-form.ts";
import "./views/devices.ts";
import "./views/device.ts";
import "./views/end-entities.ts";
import "./views/certificates.ts";
import "./views/certificate.ts";
import "./views/bulk.ts";
import "./views/outside-ca.ts";
import "./views/reference.ts";
import "./views/issue.ts";
import "./views/profiles.ts";
import "./views/profile.ts";
import "./views/people.ts";
import "./views/approvals.ts";
import "./views/entity-events.ts";
import "./views/events.ts";
import "./views/refusals.ts";
import "./views/settings.ts";
import "./views/alerts.ts";
import "./views/outbox.ts";
