/* Zoom and search in a flame graph.  SPDX-License-Identifier: GPL-2.0-only */
(function () {
"use strict";
var SVG = "http://www.w3.org/2000/svg", HTML = "http://www.w3.org/1999/xhtml";
var NEAR = 2e-4, ROOM = 24;
var flame = document.querySelector("svg.flame");
if (!flame)
	return;
var root = document.documentElement, alone = root.classList.contains("picture");
var detail = document.querySelector(".detail"), quiet = detail.textContent;
var tools = document.querySelector(".tools");
var keys = [].slice.call(document.querySelectorAll("[data-name]"));
var boxes = [].map.call(flame.children, function (el) {
	var words = el.firstChild.textContent.split("\n");
	return {el: el, x: parseFloat(el.getAttribute("x")), w: parseFloat(el.getAttribute("width")),
		y: +el.getAttribute("y"), name: words[0], words: words, shown: true};
});
var view = boxes[0], chosen = null;
var causes = (flame.getAttribute("data-causes") || "").split("\n").filter(Boolean);

if (!boxes.length)
	return;
if (alone)
	root.setAttribute("width", "100%");

function make(name, parent, type) {
	var el = document.createElementNS(HTML, name);
	if (type)
		el.setAttribute("type", type);
	parent.appendChild(el);
	return el;
}
var form = make("form", tools);
var field = make("input", form, "search");
var clear = make("button", form, "button");
var whole = make("button", form, "button");
var pick = causes.length ? make("select", form) : null;
var tint = causes.length ? make("button", form, "button") : null;
var found = make("output", form);
field.setAttribute("placeholder", "search: regular expression" + (alone ? "  (Ctrl-F)" : ""));
field.setAttribute("aria-label", "search");
field.setAttribute("spellcheck", "false");
clear.textContent = "clear";
whole.textContent = "zoom out";

if (pick) {
	pick.setAttribute("aria-label", "cause");
	["all causes"].concat(causes).forEach(function (name, i) {
		var option = make("option", pick);
		option.value = i || "";
		option.textContent = i ? i + ": " + name : name;
	});
	tint.textContent = "colour by cause";
}

/* One colour for each cause, far from that of the next one; grey: none, or several. */
function colour(by_cause) {
	flame.classList.toggle("causes", by_cause);
	tint.textContent = "colour by " + (by_cause ? "verdict" : "cause");
	boxes.forEach(function (b) {
		var cause = +b.el.getAttribute("data-cause");
		b.el.querySelector("rect").style.fill = by_cause && cause ?
			"hsl(" + Math.round((cause - 1) * 137.5 + 20) % 360 + ",65%,66%)" : "";
	});
}

/* Names where there is room; those of the file are cut by their box. */
function label() {
	var wide = flame.getBoundingClientRect().width;
	boxes.forEach(function (b) {
		if (b.text || !b.shown || b.w / view.w * wide < ROOM)
			return;
		b.text = b.el.querySelector("text");
		if (b.text)
			return;
		b.text = document.createElementNS(SVG, "text");
		b.text.setAttribute("x", 4);
		b.text.setAttribute("y", 13);
		b.text.textContent = b.name;
		b.el.appendChild(b.text);
	});
}

function zoom(to) {
	view = to;
	boxes.forEach(function (b) {
		var under = b.y > to.y && b.x <= to.x + NEAR && b.x + b.w >= to.x + to.w - NEAR;
		var on = b.y <= to.y && b.x >= to.x - NEAR && b.x + b.w <= to.x + to.w + NEAR;
		b.shown = under || on;
		b.el.style.display = b.shown ? "" : "none";
		b.el.classList.toggle("below", under);
		b.el.setAttribute("x", under ? "0%" : (b.x - to.x) / to.w * 100 + "%");
		b.el.setAttribute("width", under ? "100%" : b.w / to.w * 100 + "%");
	});
	whole.hidden = to === boxes[0];
	label();
	if (flame.classList.contains("marking"))
		count();
}

/* How much of what is shown is marked; what stands on something marked is not counted twice. */
function count() {
	var end = -1, sum = 0, nr = 0;
	boxes.filter(function (b) {
		/* of a verdict that is marked: what has no other */
		return b.marked && b.shown && b.w <= view.w + NEAR &&
			!(chosen && b.el.classList.contains("mixed"));
	})
		.sort(function (a, b) { return a.x - b.x || b.w - a.w; })
		.forEach(function (b) {
			nr++;
			if (b.x >= end - NEAR / 10) {
				sum += b.w;
				end = b.x + b.w;
			}
		});
	found.textContent = "matched " + Math.min(sum / view.w * 100, 100).toFixed(1) + "%, " +
		nr + (nr === 1 ? " box" : " boxes");
}

function mark(matches) {
	flame.classList.toggle("marking", !!matches);
	boxes.forEach(function (b) {
		b.marked = !!matches && matches(b);
		b.el.classList.toggle("marked", b.marked);
	});
	clear.hidden = !matches;
	found.textContent = "";
	if (matches)
		count();
}

function choose(key) {
	chosen = key === chosen ? null : key;
	keys.forEach(function (k) { k.classList.toggle("chosen", k === chosen); });
}

function search() {
	var wanted;
	choose(null);
	if (pick)
		pick.value = "";
	field.classList.remove("wrong");
	if (!field.value)
		return mark(null);
	try {
		wanted = new RegExp(field.value, "i");
	} catch (error) {
		mark(null);
		field.classList.add("wrong");
		found.textContent = "no regular expression";
		return;
	}
	mark(function (b) { return wanted.test(b.name); });
}

keys.forEach(function (key) {
	key.addEventListener("click", function () {
		field.value = "";
		if (pick)
			pick.value = "";
		choose(key);
		mark(chosen && function (b) {
			return b.words[b.words.length - 1].indexOf(
				" " + key.getAttribute("data-name") + " ") >= 0;
		});
	});
});
if (pick) {
	pick.addEventListener("change", function () {
		var cause = pick.value;
		field.value = "";
		choose(null);
		mark(cause && function (b) { return b.el.getAttribute("data-cause") === cause; });
	});
	tint.addEventListener("click", function () {
		colour(!flame.classList.contains("causes"));
	});
}
form.addEventListener("submit", function (event) { event.preventDefault(); });
field.addEventListener("input", search);
clear.addEventListener("click", function () { field.value = ""; search(); });
whole.addEventListener("click", function () { zoom(boxes[0]); });

function box_of(target) {
	for (var el = target; el && el !== flame; el = el.parentNode)
		if (el.parentNode === flame)
			return boxes.find(function (b) { return b.el === el; });
	return null;
}
flame.addEventListener("click", function (event) {
	var box = box_of(event.target);
	if (box)
		zoom(box === view ? boxes[0] : box);
});
flame.addEventListener("mouseover", function (event) {
	var box = box_of(event.target);
	detail.textContent = box ? box.words.join("  ·  ") : quiet;
});
flame.addEventListener("mouseleave", function () { detail.textContent = quiet; });
window.addEventListener("resize", label);
window.addEventListener("keydown", function (event) {
	if (alone && (event.ctrlKey || event.metaKey) && event.key === "f" &&
	    document.activeElement !== field) {
		event.preventDefault();
		field.focus();
		field.select();
	} else if (event.key === "Escape") {
		field.value = "";
		search();
		if (alone)
			zoom(boxes[0]);
	}
});
mark(null);
zoom(boxes[0]);
})();
