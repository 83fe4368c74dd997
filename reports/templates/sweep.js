"use strict";
(() => {
  // one heat map at a time
  const pair = document.getElementById("map-pair");
  const mode = document.getElementById("map-mode");
  if (!pair) return;
  const maps = document.querySelectorAll(".map");
  const show = () => {
    for (const map of maps) {
      map.classList.toggle("is-shown", map.dataset.pair === pair.value && map.dataset.mode === mode.value);
    }
  };
  pair.addEventListener("change", show);
  mode.addEventListener("change", show);
  show();
})();
