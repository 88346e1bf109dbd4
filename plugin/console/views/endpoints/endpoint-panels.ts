import { html, nothing, type TemplateResult } from "lit";
import type { Endpoint } from "../../api/calls.ts";
import type { App } from "../../app/app.ts";
import { link } from "../../app/route.ts";
import { foreign, words } from "../../ui/format.ts";
import { status } from "../../ui/status.ts";
import type { Tab } from "../../ui/tabs.ts";
import "../certificates/certificate-list.ts";
import "../operations/entity-event-list.ts";
import "./mdm-servers.ts";

const TABS = [
  ["set-up", "Set-up"],
  ["end-entities", "End entities"],
  ["events", "Events"],
  ["certificates", "Issued certificates"],
  ["digital-ids", "Digital IDs"],
  ["credentials", "Credentials"],
] as const;
export type TabName = (typeof TABS)[number][0];

const addressOf = (id: string, tab: TabName, failed = false): string =>
  link(["endpoints", id], {
    tab: tab === "set-up" ? undefined : tab,
    failed: failed ? "true" : undefined,
  });

/** The tabs of a protocol configuration (R-04); end entities only for those who manage them. */
export const tabsOf = (
  id: string,
  managesEndEntities: boolean,
): readonly (Tab & { readonly name: TabName })[] =>
  TABS.filter(([name]) => name !== "end-entities" || managesEndEntities).map(([name, label]) => ({
    ...{ name, label },
    href: addressOf(id, name),
  }));

/** What stands above the tabs. */
export const factsOf = ({
  id,
  authorityId,
  clientProfile,
  description,
}: Endpoint): TemplateResult =>
  html`<section class="card" aria-label="What it is">
    <dl class="facts">
      <dt>Identifier</dt>
      <dd><span class="mono">${id}</span></dd>
      <dt>Type</dt>
      <dd>SCEP</dd>
      <dt>Platform</dt>
      <dd>
        ${clientProfile === "auto" ? "any: what a client can do is found out by what it sends" : words(clientProfile)}
      </dd>
      <dt>CA server</dt>
      <dd><a href=${link(["ca-servers", authorityId])}>${authorityId}</a></dd>
      ${
        description === ""
          ? nothing
          : html`<dt>Description</dt>
              <dd>${foreign(description)}</dd>`
      }
    </dl>
  </section>`;

/** What was asked here, and beside it what an MDM's error text leads to and who changed the endpoint. */
export const eventsPanel = (app: App, id: string, failed: boolean): TemplateResult =>
  html`<cs-entity-event-list
    .app=${app}
    endpoint=${id}
    ?failed=${failed}
    .address=${(failures: boolean) => addressOf(id, "events", failures)}
    ><a href=${link(["events", "refused"], { device: id })}>What was refused, and why</a>
    <a href=${link(["events"], { subject: id })}>Changes of this endpoint</a></cs-entity-event-list
  >`;

export const certificatesPanel = (app: App, id: string): TemplateResult =>
  html`<div class="stack tight">
    <p>
      <a href=${link(["certificates"], { endpoint: id })}>Filter or export them</a> among all
      certificates.
    </p>
    <cs-certificate-list
      .app=${app}
      .query=${{ endpoint: id, role: "subscriber" }}
    ></cs-certificate-list>
  </div>`;

/** By what devices prove themselves here, and by what MDM servers do. */
export const credentialsPanel = (app: App, { id, policies }: Endpoint): TemplateResult =>
  html`<div class="stack">
    <section class="card">
      <h2>Devices</h2>
      <dl class="facts">
        ${policies.map(
          (policy) =>
            html`<dt>${policy.kind === "static" ? "Password" : "One-time challenges"}</dt>
              <dd>
                ${policy.kind === "static" ? html`${policy.secretSet === true ? status("good", "Set") : status("warn", "Not set")} for <a href=${link(["templates", policy.templateId ?? ""])}>${policy.templateId}</a>` : "minted for one device and one template each"}
              </dd>`,
        )}
      </dl>
      ${policies.length === 0 ? html`<p class="quiet">None yet: nobody can enrol here.</p>` : nothing}
      ${
        app.may("configuration:manage")
          ? html`<p class="small"><a href=${link(["endpoints", id, "edit"])}>Change them</a></p>`
          : nothing
      }
    </section>
    <cs-mdm-servers .app=${app}></cs-mdm-servers>
  </div>`;
