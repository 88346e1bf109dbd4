import { html, nothing, type TemplateResult } from "lit";
import type { FieldSpec } from "./field-spec.ts";
import type { FieldState } from "./field.ts";

const MOST = 64 * 1024;

/** A certificate or request from a file, PEM or DER; its value is base64 of DER. */
export const fileField = (
  spec: FieldSpec,
  state: FieldState,
  described: string,
): TemplateResult => {
  const take = async (event: Event): Promise<void> => {
    const file = (event.target as HTMLInputElement).files?.[0];
    if (file === undefined) return;
    state.change(file.size > MOST ? "" : base64Of(new Uint8Array(await file.arrayBuffer())));
    state.left();
  };
  const set = typeof state.value === "string" && state.value !== "";
  return html`<div class="line">
    <input
      id=${spec.name}
      type="file"
      accept=".pem,.cer,.crt,.der,.p7b,.csr"
      aria-describedby=${described}
      @change=${take}
      ?disabled=${spec.readOnly}
    />
    ${
      set
        ? html`<span class="small quiet">${Math.ceil((state.value.length * 3) / 4)} bytes</span>
            <wa-button size="s" appearance="plain" @click=${() => state.change("")}
              >Remove</wa-button
            >`
        : nothing
    }
  </div>`;
};

/** DER of the first PEM block, or the bytes as they are, in base64. */
export const base64Of = (bytes: Uint8Array): string => {
  const text = new TextDecoder("latin1").decode(bytes);
  const block = /-----BEGIN [A-Z0-9 ]+-----([^-]+)-----END/.exec(text)?.[1];
  if (block !== undefined) return block.replace(/\s/g, "");
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
};
