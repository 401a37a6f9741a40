// Adds up what is ticked. Without it the next page shows the total.
"use strict";

document.querySelectorAll("form[data-running-total]").forEach((form) => {
  const line = form.querySelector("[data-total-line]");
  if (!line) return;
  const show = () => {
    const ticked = [...form.querySelectorAll("input[data-fen]:checked")];
    // Whole numbers all the way: money is never a fraction.
    const fen = ticked.reduce((sum, box) => sum + BigInt(box.dataset.fen), 0n);
    const yuan = (fen / 100n).toString().replace(/\B(?=(\d{3})+$)/g, ",");
    line.querySelector("[data-total-count]").value = ticked.length;
    line.querySelector("[data-total-sum]").value = `${yuan}.${(fen % 100n).toString().padStart(2, "0")}`;
    line.hidden = false;
  };
  form.addEventListener("change", show);
  window.addEventListener("pageshow", show);
});
