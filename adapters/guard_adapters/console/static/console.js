// The console's own script: passkeys, and what buttons send. It puts text on the page, never markup.
"use strict";
(() => {
  const say = (text) => { document.getElementById("said").textContent = text; };
  const send = async (path, body) => {
    const answer = await fetch(`/console/api/${path}`, {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body),
    });
    const said = await answer.json();
    if (!answer.ok) throw new Error(`${said.message} ${said.next_step} (${said.error})`);
    return said;
  };
  const signed = async ({ publicKey }) => (await navigator.credentials.get({
    publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) })).toJSON();
  const typed = () => [...document.querySelectorAll("[data-typed]")].map((field) => field.value);
  const token = location.hash.slice(1);
  if (token) history.replaceState(null, "", location.pathname); // out of the address bar and history

  const acts = {
    async login() {
      await send("login", { credential: await signed(await send("login/options", {})) });
      location.reload();
    },
    async logout() { await send("logout", {}); location.assign("/console/"); },
    async enrol() {
      const { publicKey, name } = await send("enrol/options", { token });
      const options = PublicKeyCredential.parseCreationOptionsFromJSON(publicKey);
      const made = await navigator.credentials.create({ publicKey: options });
      await send("enrol", { token, credential: made.toJSON() });
      say(`The passkey of ${name} is enrolled.`);
      location.assign("/console/");
    },
    async approve(button) {
      const path = `approvals/${button.dataset.approval}`;
      const credential = await signed(await send(`${path}/options`, {}));
      const { status } = await send(`${path}/approve`, { credential, typed: typed() });
      say(`Your yes counts: ${status}.`);
      location.reload();
    },
    // A signature for something that is not one call: `data-path` below /console/api/.
    async sign(button) {
      const credential = await signed(await send(`${button.dataset.path}/options`, {}));
      await send(`${button.dataset.path}/approve`, { credential });
      location.reload();
    },
    async deny(button) {
      const reason = document.querySelector("[data-reason]")?.value ?? "";
      await send(`approvals/${button.dataset.approval}/deny`, { reason });
      location.reload();
    },
    // Any other button: `data-path` below /console/api/, and `data-body` as JSON.
    async post(button) {
      await send(button.dataset.path, JSON.parse(button.dataset.body ?? "{}"));
      location.reload();
    },
    async invite(button) {
      const { name } = button.dataset;
      const credential = await signed(await send("invites/options", { name }));
      const { link } = await send("invites", { name, credential });
      say(`Hand this to ${name}, and to nobody else: ${link}`);
    },
  };
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-act]");
    if (!button) return;
    button.disabled = true;
    try { await acts[button.dataset.act](button); } catch (wrong) { say(wrong.message); }
    button.disabled = false;
  });
  // Enter is pressed without reading; a yes takes a click or the space bar, and then the passkey.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.closest?.('[data-act="approve"],[data-act="sign"]')) event.preventDefault();
  });
})();
