// Shows one structure of the page's list at a time, with 3Dmol.js: atoms, cell, and arrows of the errors of forces.
"use strict";
(() => {
  const structures = JSON.parse(document.getElementById("structures").textContent);
  const rows = [...document.querySelectorAll("tr[data-structure]")];
  const place = document.getElementById("view");
  const gray = "#8a939c";
  let viewer = null;

  function start() {
    try {
      viewer = $3Dmol.createViewer(place, { backgroundAlpha: 0, antialias: true });
    } catch (error) {
      viewer = null;
    }
    if (!viewer) {
      place.innerHTML = "<p>This browser has no WebGL, which the view needs.</p>";
    }
  }

  const point = ([x, y, z]) => ({ x, y, z });

  function show(k) {
    rows.forEach((row) => row.classList.toggle("chosen", Number(row.dataset.structure) === k));
    if (!viewer) return;
    const structure = structures[k];
    viewer.removeAllModels();
    viewer.removeAllShapes();
    viewer.addModel(structure.xyz, "xyz").setStyle({}, { stick: { radius: 0.07 }, sphere: { scale: 0.25 } });
    for (const [start, end] of structure.edges) {
      viewer.addLine({ start: point(start), end: point(end), color: gray });
    }
    for (const [start, end] of structure.arrows) {
      viewer.addArrow({ start: point(start), end: point(end), radius: 0.12, color: "#00a08a" });
    }
    viewer.setView([0, 0, 0, 0, 0.12, 0.2, 0.02, 0.97]);
    viewer.zoomTo();
    viewer.render();
  }

  start();
  for (const row of rows) {
    const shown = () => show(Number(row.dataset.structure));
    row.tabIndex = 0;
    row.addEventListener("click", shown);
    row.addEventListener("keydown", (event) => event.key === "Enter" && shown());
  }
  show(0);
})();
