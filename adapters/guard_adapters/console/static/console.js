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
  // Marks of what was on the screen: the guard takes a yes only with those of all of it.
  const seen = () => [...document.querySelectorAll("[data-mark][data-seen]")].map((one) => one.dataset.mark);
  const reason = () => document.querySelector("[data-reason]")?.value ?? "";
  const asked = ({ dataset }) => dataset.path ?? `approvals/${dataset.approval}`;
  const token = location.hash.slice(1);
  // What a link of a message asks for (`#deny`) stays until its reader has signed in.
  if (token && token !== "deny") history.replaceState(null, "", location.pathname); // out of the address bar and history
  if (token === "enrolled") say("Your passkey is enrolled. It signs you in, and each yes.");

  const acts = {
    async login() {
      await send("login", { credential: await signed(await send("login/options", {})) });
      location.reload();
    },
    async logout() { await send("logout", {}); location.assign("/console/"); },
    async enrol() {
      const { publicKey } = await send("enrol/options", { token });
      const options = PublicKeyCredential.parseCreationOptionsFromJSON(publicKey);
      const made = await navigator.credentials.create({ publicKey: options });
      await send("enrol", { token, credential: made.toJSON() });
      location.assign("/console/#enrolled");
    },
    // What is answered: a question, or what `data-path` below /console/api/ names.
    async approve(button) {
      const credential = await signed(await send(`${asked(button)}/options`, { seen: seen() }));
      const { status } = await send(`${asked(button)}/approve`, { credential, seen: seen(), typed: typed() });
      say(`Your yes counts: ${status}.`);
      location.reload();
    },
    async deny(button) {
      await send(`${asked(button)}/deny`, { reason: reason() });
      location.reload();
    },
    async suspend(button) {
      await send(`${asked(button)}/suspend`, { reason: reason() });
      location.reload();
    },
    async batch() {
      const ids = [...document.querySelectorAll("[data-tick]:checked")].map((one) => one.dataset.tick);
      const credential = await signed(await send("batch/options", { ids, seen: seen() }));
      const { answers } = await send("batch/approve", { ids, credential, seen: seen() });
      for (const { id, status, code, message } of answers) {
        const place = document.querySelector(`[data-tick="${id}"]`).closest("p");
        place.dataset.status = code ? "refused" : status;
        place.textContent = code ? `${message} (${code})` : `Your yes counts: ${status}.`;
      }
      document.dispatchEvent(new Event("answered"));
      say(`${answers.filter((one) => !one.code).length} of ${ids.length} answers count.`);
    },
    async reveal(button) {
      const { runs, mark } = await send(`${asked(button)}/reveal`, { number: Number(button.dataset.reveal) });
      const place = button.closest("[data-secret]"), shown = document.createElement("pre");
      shown.className = "v";
      shown.dir = "ltr";
      for (const [kind, text] of runs) {
        const part = document.createElement(kind === "odd" ? "b" : kind === "plain" ? "span" : "i");
        part.className = { odd: "odd", blank: "sp", line: "nl" }[kind] ?? "";
        part.textContent = text;
        shown.append(part);
      }
      place.replaceChildren(shown);
      Object.assign(place.dataset, { shown: "", seen: "", mark });
      document.dispatchEvent(new Event("answered"));
    },
    // Any other button, with `data-body` as JSON.
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
  document.addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target, picks = {};
    for (const { dataset, value } of form.querySelectorAll("[data-pick]")) if (value) picks[dataset.pick] = Number(value);
    const uses = Number(form.querySelector("[data-uses]").value);
    const ttl_s = 60 * Number(form.querySelector("[data-minutes]").value);
    try {
      const { id } = await send(`approvals/${form.dataset.standing}/standing`, { picks, uses, ttl_s });
      location.assign(`/console/plans/${id}`);
    } catch (wrong) { say(wrong.message); }
  });
  // Enter is pressed without reading; a yes takes a click or the space bar, and then the passkey.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.closest?.(".approve")) event.preventDefault();
  });
})();
