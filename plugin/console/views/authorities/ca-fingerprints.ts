import { html, nothing, type TemplateResult } from "lit";
import type { Authority } from "../../api/calls.ts";
import { copyable } from "../../ui/copy.ts";

/** The fingerprints in the spellings that other consoles want. */
export const fingerprints = (authority: Authority, chain: readonly Authority[]): TemplateResult => {
  const root = chain.at(-1) ?? authority;
  return html`<section class="card stack tight">
    <h2>Fingerprints to copy</h2>
    <dl class="facts">
      ${[...(root.id === authority.id ? [] : [authority]), root].map((one) =>
        one.fingerprintSha256 === undefined
          ? nothing
          : html`
              <dt>${one === root ? "Root" : "This CA"}, SHA-256</dt>
              <dd>${copyable(one.fingerprintSha256, "the SHA-256 fingerprint")}</dd>
              <dt>${one === root ? "Root" : "This CA"}, SHA-1</dt>
              <dd>${copyable(one.fingerprintSha1 ?? "", "the SHA-1 fingerprint")}</dd>
            `,
      )}
    </dl>
    <p class="small quiet">
      Jamf wants the root's SHA-256; Windows CAThumbprint and Apple CAFingerprint are the root's
      SHA-1. Check a file with (openssl puts colons between the octets; they do not count):
    </p>
    <code class="code">${`openssl x509 -fingerprint -sha256 -noout -in ${root.id}.pem`}</code>
    <p class="small quiet">or, on Windows:</p>
    <code class="code">${`certutil -hashfile ${root.id}.cer SHA256`}</code>
  </section>`;
};

/** From this one up to the root. */
export const chainOf = (authority: Authority, all: readonly Authority[]): readonly Authority[] => {
  const chain = [authority];
  for (
    let at = authority;
    at.parentId !== undefined && at.parentId !== at.id && chain.length < 10;
  ) {
    const parent = all.find(({ id }) => id === at.parentId);
    if (parent === undefined) break;
    chain.push(parent);
    at = parent;
  }
  return chain;
};
