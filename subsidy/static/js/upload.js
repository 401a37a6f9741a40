// Shows how far an upload has come, and puts the answer in place. Without it the form is sent the plain way.
"use strict";

document.querySelectorAll("form.upload").forEach(enhance);
document.addEventListener("htmx:load", (event) => event.detail.elt.querySelectorAll?.("form.upload").forEach(enhance));

function enhance(form) {
  if (form.dataset.enhanced) return;
  form.dataset.enhanced = "yes";
  form.setAttribute("hx-post", form.action);
  form.setAttribute("hx-encoding", "multipart/form-data");
  form.setAttribute("hx-target", "#main");
  form.setAttribute("hx-select", "#main");
  form.setAttribute("hx-swap", "outerHTML show:none");
  htmx.process(form);
  const bar = form.querySelector("progress");
  if (!bar) return;
  form.addEventListener("htmx:xhr:progress", (event) => {
    bar.hidden = false;
    if (event.detail.lengthComputable) bar.value = Math.round((100 * event.detail.loaded) / event.detail.total);
  });
}

// A refusal (too large, not what it says) is a page too: show it, and go to its first error.
document.addEventListener("htmx:beforeSwap", (event) => {
  const type = event.detail.xhr.getResponseHeader("Content-Type") || "";
  if (event.detail.xhr.status >= 400 && type.startsWith("text/html")) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});
document.addEventListener("htmx:afterSettle", () => document.querySelector(".error-summary")?.focus());
