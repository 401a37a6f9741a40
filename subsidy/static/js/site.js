// Small helps; every page works without them.
"use strict";

// Errors first: the summary takes the focus when the page opens.
document.querySelector(".error-summary")?.focus();

// A form that is on its way is not sent twice. The server refuses the second one anyway; this spares the reader the page.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});

// The back button brings a page back as it was left: its forms may be sent again.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form[data-sent]");
  if (form) delete form.dataset.sent;
});
