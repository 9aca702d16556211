// Forms that a passkey fills: ask the hub for a challenge, have the device answer it, send the answer.

const fromText = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const withBytes = (options) => ({
  ...options,
  challenge: fromText(options.challenge),
  ...(options.user && { user: { ...options.user, id: fromText(options.user.id) } }),
  ...(options.excludeCredentials && {
    excludeCredentials: options.excludeCredentials.map((one) => ({ ...one, id: fromText(one.id) })),
  }),
});

const asDocument = ({ id, rawId, type, response }) => ({
  id,
  rawId: toText(rawId),
  type,
  response: Object.fromEntries(
    ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]
      .filter((name) => response[name])
      .map((name) => [name, toText(response[name])]),
  ),
});

const answer = async (form) => {
  const token = form.elements.csrfmiddlewaretoken.value;
  const begun = await fetch(form.dataset.begin, { method: "POST", headers: { "X-CSRFToken": token } });
  if (begun.status === 403 && form.dataset.proof) location.assign(form.dataset.proof);
  if (!begun.ok) throw new Error(`HTTP ${begun.status}`);
  const publicKey = withBytes(await begun.json());
  const creates = form.dataset.passkey === "create";
  return creates ? navigator.credentials.create({ publicKey }) : navigator.credentials.get({ publicKey });
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const trouble = form.querySelector(".passkey-error");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    trouble.hidden = true;
    try {
      form.elements.credential.value = JSON.stringify(asDocument(await answer(form)));
    } catch {
      trouble.hidden = false;
      return;
    }
    form.submit();
  });
}
