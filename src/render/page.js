/* Sort and search the sites of a page.  SPDX-License-Identifier: GPL-2.0-only */
(function () {
"use strict";
var table = document.querySelector("table.sites");
if (!table)
	return;
var sites = [].slice.call(table.tBodies);
var heads = [].slice.call(table.tHead.rows[0].cells);

function sort(head) {
	var key = head.getAttribute("data-key"), text = key === "c";
	var up = head.getAttribute("aria-sort") === "descending" ||
		(text && head.getAttribute("aria-sort") !== "ascending");
	heads.forEach(function (h) { h.removeAttribute("aria-sort"); });
	head.setAttribute("aria-sort", up ? "ascending" : "descending");
	sites.map(function (site, i) {
		var value = site.getAttribute("data-" + key);
		return {site: site, i: i, value: text ? value : parseFloat(value)};
	}).sort(function (a, b) {
		var order = a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
		return (up ? order : -order) || a.i - b.i;
	}).forEach(function (row) { table.appendChild(row.site); });
}

heads.forEach(function (head) {
	if (!head.getAttribute("data-key"))
		return;
	var button = document.createElement("button");
	button.type = "button";
	button.textContent = head.textContent;
	head.textContent = "";
	head.appendChild(button);
	button.addEventListener("click", function () { sort(head); });
});

var field = document.createElement("input"), found = document.createElement("output");
field.type = "search";
field.placeholder = "filter: function, module, cache, process, verdict";
field.setAttribute("aria-label", "filter the sites");
field.setAttribute("spellcheck", "false");
document.querySelector(".filter").append(field, found);
field.addEventListener("input", function () {
	var words = field.value.toLowerCase().split(/\s+/).filter(Boolean), nr = 0;
	sites.forEach(function (site) {
		var text = site.textContent.toLowerCase();
		site.hidden = !words.every(function (w) { return text.indexOf(w) >= 0; });
		nr += !site.hidden;
	});
	found.textContent = words.length ? nr + " of " + sites.length : "";
});

/* The whole row opens. */
sites.forEach(function (site) {
	site.rows[0].addEventListener("click", function () {
		var details = site.querySelector("details");
		details.open = !details.open;
	});
});
})();
