// A yes waits until every argument was on the screen, every secret was shown, and what must be typed is.
"use strict";
(() => {
  const answer = document.querySelector("[data-answer]");
  // Not `autofocus`: it would scroll past what is to be read.
  answer?.querySelector('[data-act="deny"]').focus({ preventScroll: true });
  const approve = answer?.querySelector('[data-act="approve"]:not([data-closed])');
  const left = document.getElementById("left");
  const unseen = new Set(document.querySelectorAll("[data-end]"));
  const hidden = new Set(document.querySelectorAll("[data-secret]"));
  const typed = [...document.querySelectorAll("[data-typed]")];
  const tell = () => {
    if (!approve) return;
    const empty = typed.filter((field) => !field.value).length;
    const open = unseen.size + hidden.size + empty;
    approve.disabled = open > 0;
    const said = unseen.size ? `Read on: ${unseen.size} more ${unseen.size === 1 ? "argument" : "arguments"}.`
      : hidden.size ? "Show the masked values first." : empty ? "Type the value first."
      : "Your passkey signs exactly what you see.";
    if (left.textContent !== said) left.textContent = said;
  };
  const below = answer ? answer.offsetHeight : 0;
  const watch = new IntersectionObserver((seen) => {
    for (const one of seen) if (one.isIntersecting) { unseen.delete(one.target); watch.unobserve(one.target); }
    tell();
  }, { rootMargin: `0px 0px -${below}px 0px` });
  for (const end of unseen) watch.observe(end);
  for (const field of typed) field.addEventListener("input", tell);
  // What the console's script enables again after a try stays shut until all was seen.
  if (approve) new MutationObserver(() => { if (!approve.disabled && unseen.size + hidden.size) tell(); })
    .observe(approve, { attributes: true, attributeFilter: ["disabled"] });
  const send = async (path, body) => {
    const reply = await fetch(`/console/api/${path}`, {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body),
    });
    const said = await reply.json();
    if (!reply.ok) throw new Error(`${said.message} (${said.error})`);
    return said;
  };
  const say = (text) => { document.getElementById("said").textContent = text; };
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-reveal],[data-suspend]");
    if (!button) return;
    button.disabled = true;
    const path = `approvals/${button.dataset.approval}`;
    try {
      if ("suspend" in button.dataset) {
        await send(`${path}/suspend`, { reason: document.querySelector("[data-reason]").value });
        location.reload();
        return;
      }
      const { runs } = await send(`${path}/reveal`, { number: Number(button.dataset.reveal) });
      const place = button.closest("[data-secret]");
      const pre = document.createElement("pre");
      pre.className = "v";
      pre.dir = "ltr";
      for (const [kind, text] of runs) {
        const part = document.createElement(kind === "odd" ? "b" : kind === "plain" ? "span" : "i");
        part.className = { odd: "odd", blank: "sp", line: "nl" }[kind] ?? "";
        part.textContent = text;
        pre.append(part);
      }
      place.replaceChildren(pre);
      hidden.delete(place);
      tell();
    } catch (wrong) { say(wrong.message); button.disabled = false; }
  });
  tell();
})();
