// A yes waits until every argument was on the screen, every secret was shown, and what must be typed is.
// Where several calls are on one page, each has a tick that waits for its own call.
"use strict";
(() => {
  const answer = document.querySelector("[data-answer]");
  // Not `autofocus`: it would scroll past what is to be read.
  answer?.querySelector('[data-act="deny"]')?.focus({ preventScroll: true });
  // The "Deny" link of a message leads to the reason; the no itself is still a click.
  const reason = location.hash === "#deny" && answer?.querySelector("[data-reason]");
  if (reason) {
    reason.closest("details").open = true;
    reason.focus();
  }
  const approve = answer?.querySelector(".approve:not([data-closed])");
  const left = document.getElementById("left");
  const calls = [...document.querySelectorAll("[data-call]")].map((place) => ({ place, unseen: new Set() }));
  const typed = [...document.querySelectorAll("[data-typed]")];
  const put = (node, text) => { if (node.textContent !== text) node.textContent = text; };
  const lacks = ({ place, unseen }) => {
    // What is on later sheets was not even fetched; each sheet says how much that is.
    const more = unseen.size + Number(place.querySelector("[data-rest]")?.dataset.rest ?? 0);
    if (more) return `Read on: ${more} more ${more === 1 ? "argument" : "arguments"}.`;
    return place.querySelector("[data-secret]:not([data-shown])") ? "Show the masked values first." : "";
  };
  const tellTicks = () => {
    for (const one of calls) {
      const tick = one.place.querySelector("[data-tick]");
      if (!tick) continue;
      const lack = lacks(one);
      tick.disabled = lack !== "";
      put(one.place.querySelector("[data-told]"), lack || "I agree to this call");
    }
    const ticked = document.querySelectorAll("[data-tick]:checked").length;
    put(approve, ticked ? `Approve ${ticked} ${ticked === 1 ? "call" : "calls"}` : "Approve what is ticked");
    return ticked ? "" : "Nothing is ticked.";
  };
  const tell = () => {
    if (!approve) return;
    const lack = approve.dataset.act === "batch" ? tellTicks() : calls.map(lacks).find((one) => one)
      || (typed.some((field) => !field.value) ? "Type the value first." : "");
    approve.disabled = !!lack;
    put(left, lack || "Your passkey signs exactly what you see.");
  };
  const watch = new IntersectionObserver((seen) => {
    for (const { isIntersecting, target } of seen) {
      if (!isIntersecting) continue;
      for (const { unseen } of calls) unseen.delete(target);
      target.dataset.seen = "";
      watch.unobserve(target);
    }
    tell();
  }, { rootMargin: `0px 0px -${answer ? answer.offsetHeight : 0}px 0px` });
  const follow = ({ place, unseen }) => {
    for (const end of place.querySelectorAll("[data-end]:not([data-seen])")) {
      unseen.add(end);
      watch.observe(end);
    }
  };
  for (const one of calls) {
    follow(one);
    new MutationObserver(() => { follow(one); tell(); }).observe(one.place, { childList: true, subtree: true });
  }
  document.addEventListener("input", tell);
  document.addEventListener("answered", tell); // by the console's script: something was shown or sent
  // What the console's script enables again after a try stays shut until all was seen.
  if (approve) new MutationObserver(() => { if (!approve.disabled) tell(); })
    .observe(approve, { attributes: true, attributeFilter: ["disabled"] });
  tell();
  // When a question first was before somebody who is asked: how long people take counts from then on.
  const ids = answer ? calls.map(({ place }) => place.dataset.question).filter((id) => id?.startsWith("apr_")) : [];
  if (ids.length) fetch("/console/api/approvals/seen", {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ ids }),
  }).catch(() => {}); // it is a note: nothing depends on it
})();
