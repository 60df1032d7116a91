// Passkeys: a form marked data-passkey asks the server what the browser has to sign, lets the browser ask its owner, and
// sends the answer as a field. Without script, or where the browser has no passkeys, these forms stay hidden and the
// other ways remain. Besides: a button that prints.
"use strict";

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

// What the server sends as base64url, as browsers want it.
function question(options) {
  const asked = { ...options, challenge: bytes(options.challenge) };
  if (options.user) asked.user = { ...options.user, id: bytes(options.user.id) };
  for (const list of ["allowCredentials", "excludeCredentials"]) {
    if (options[list]) asked[list] = options[list].map((one) => ({ ...one, id: bytes(one.id) }));
  }
  return { publicKey: asked };
}

function answer(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response,
    clientExtensionResults: {} });
}

const REASONS = {
  InvalidStateError: "Auf diesem Gerät ist schon ein Passkey für Ihr Konto eingerichtet.",
  NotAllowedError: "Abgebrochen oder zu lange gewartet. Versuchen Sie es noch einmal, oder nehmen Sie einen anderen Weg.",
};

async function ask(form) {
  const sent = await fetch(form.dataset.question, { method: "POST", body: new FormData(form), redirect: "manual" });
  if (!sent.ok) throw new DOMException("", "Expired");
  const asked = question(await sent.json());
  const credential = form.dataset.passkey === "create" ? await navigator.credentials.create(asked)
    : await navigator.credentials.get(asked);
  form.elements.antwort.value = answer(credential);
  form.submit();
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("form[data-passkey]").forEach((form) => {
    if (!window.PublicKeyCredential) return;
    form.hidden = false;
    const told = form.querySelector("[role=alert]");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      told.textContent = "";
      ask(form).catch((error) => {
        told.textContent = REASONS[error.name] ?? "Das hat nicht geklappt. Bitte laden Sie die Seite neu.";
      });
    });
  });
  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
});
