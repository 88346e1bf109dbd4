import { html, nothing, type TemplateResult } from "lit";
import type { FieldSpec, FieldState } from "./field-spec.ts";

const MOST = 64 * 1024;

/** A certificate or request from a file, PEM or DER; its value is base64 of DER. */
export const fileField = (
  spec: FieldSpec,
  state: FieldState,
  described: string,
): TemplateResult => {
  const take = async (event: Event): Promise<void> => {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    if (file === undefined) return;
    const why = tooLarge(file);
    if (input.parentElement !== null) sayNotTaken(input.parentElement, why ?? "");
    state.change(why === undefined ? base64Of(new Uint8Array(await file.arrayBuffer())) : "");
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
    <span class="not-taken" role="alert" hidden></span>
  </div>`;
};

/** Why a file cannot be a certificate or a request by its size alone; undefined: it can. */
export const tooLarge = ({ size }: File): string | undefined =>
  size > MOST
    ? `This file has ${Math.ceil(size / 1024)} kB; a certificate or a request has ${MOST / 1024} at most.`
    : undefined;

/** In the page itself: what the form holds knows nothing of a file that was not taken. */
export const sayNotTaken = (around: HTMLElement, text: string): void => {
  const place = around.querySelector<HTMLElement>("[role=alert]");
  if (place === null) return;
  place.textContent = text;
  place.hidden = text === "";
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
