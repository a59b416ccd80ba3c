/** Corrects verbatims without loading the page anew, and by one key each. Without it the buttons send their form. */

import { find, inOrder } from "./page.js";

const FEELINGS = ["positive", "negative", "mixed", "neutral"];
const words = find("shortcuts").dataset;
const inTurn = inOrder();
const undoable = [];
let current = null;

const cards = () => [...document.querySelectorAll(".verbatim")];
const cardOf = (id) => cards().find((card) => card.dataset.id === id);
const tagsOf = (card) => [...card.querySelectorAll(".tag")];
const picked = () => current?.querySelector(".tag[aria-current]");

function say(text) {
  find("announcer").textContent = "";
  requestAnimationFrame(() => (find("announcer").textContent = text));
}

// Where one is

function goTo(card) {
  if (!card) return;
  if (card !== current) arrive(card);
  card.focus();
  card.scrollIntoView({ block: "nearest" });
}

function arrive(card) {
  current?.removeAttribute("aria-current");
  current = card;
  card.setAttribute("aria-current", "true");
  if (!picked()) pick(obvious(card));
}

/** The only tag, or the one that the page is filtered by; nothing where it takes a choice. */
function obvious(card) {
  const tags = tagsOf(card);
  const themes = new URLSearchParams(location.search).getAll("theme").filter(Boolean);
  return tags.length === 1 ? tags[0] : themes.length === 1 && tags.find((tag) => tag.dataset.theme === themes[0]);
}

function move(by) {
  const all = cards();
  const place = all.indexOf(current);
  const next = all[place < 0 ? 0 : place + by];
  if (next) goTo(next);
  else say(by < 0 ? words.first : words.last);
}

function pick(tag, quietly = false) {
  if (!tag) return;
  picked()?.removeAttribute("aria-current");
  tag.setAttribute("aria-current", "true");
  current.querySelector("form .notice.unpicked")?.remove();
  const number = tag.querySelector(".tag-number").textContent;
  for (const mark of current.querySelectorAll("mark")) {
    mark.classList.toggle("is-picked", mark.dataset.tags.split(" ").includes(number));
  }
  if (!quietly) say(words.picked.replace("{theme}", tag.dataset.name));
}

// Saving

/** Sends what a button of the card's form would, after everything asked before it. */
function save(card, wanted) {
  const { id } = card.dataset;
  const data = new URLSearchParams(new FormData(card.querySelector("form.coding")));
  data.set("do", wanted);
  tell(card, "", words.saving);
  inTurn(() => send(id, data));
}

async function send(id, data) {
  // Signing in anew changes the token on the page, also for what was wanted before.
  data.set("csrf_token", cardOf(id).querySelector("[name=csrf_token]").value);
  const address = cardOf(id).querySelector("form.coding").action;
  const response = await fetch(address, {
    method: "POST",
    headers: { Accept: "application/json" },
    body: data,
    redirect: "manual",
  }).catch(() => null);
  if (!response) return keep(id, data, words.unreachable);
  if (response.type === "opaqueredirect") return keep(id, data, words.signedOut);
  const answer = await response.json().catch(() => null);
  if (!answer) return keep(id, data, words.failed);
  replace(id, answer.card);
  if (response.ok && answer.undo) undoable.push({ id, undo: answer.undo });
  say(answer.message);
  if (response.status === 422 && data.get("do") !== "add") keep(id, data, answer.message);
}

/** Puts the card as it now stands in the place of the old one, with the same theme picked. */
function replace(id, html) {
  const old = cardOf(id);
  const [theme, place] = [old.querySelector(".tag[aria-current]"), tagsOf(old).findIndex((tag) => tag.ariaCurrent)];
  const hadFocus = old.contains(document.activeElement) || document.activeElement === document.body;
  const made = document.createElement("template");
  made.innerHTML = html;
  const card = made.content.querySelector(".verbatim");
  old.replaceWith(card);
  const token = card.querySelector("[name=csrf_token]").value;
  for (const field of document.querySelectorAll("[name=csrf_token]")) field.value = token;
  if (old !== current) return;
  current = null;
  if (hadFocus) goTo(card);
  else arrive(card);
  const tags = tagsOf(card);
  if (theme) pick(tags.find((tag) => tag.dataset.theme === theme.dataset.theme) ?? tags[place] ?? tags.at(-1), true);
}

/** Says why it was not saved, and keeps what was wanted at hand. */
function keep(id, data, why) {
  const again = document.createElement("button");
  again.type = "button";
  again.className = "link again";
  again.textContent = words.again;
  again.addEventListener("click", () => inTurn(() => send(id, data)));
  tell(cardOf(id), "warning", why, again);
  say(why);
}

function tell(card, kind, text, ...more) {
  card.querySelector("form .notice")?.remove();
  const notice = document.createElement("p");
  notice.className = `notice ${kind}`;
  notice.append(`${text} `, ...more);
  card.querySelector("form.coding").append(notice);
}

function undo() {
  const last = undoable.pop();
  const card = last && cardOf(last.id);
  if (!card) return say(words.nothingToUndo);
  goTo(card);
  save(card, last.undo);
}

function change(what) {
  const tag = picked();
  if (!tag) {
    tell(current, "warning unpicked", words.nothing);
    return say(words.nothing);
  }
  const { theme, sentiment } = tag.dataset;
  const next = FEELINGS[(FEELINGS.indexOf(sentiment) + 1) % FEELINGS.length];
  save(current, what === "feel" ? `feel ${theme} ${next}` : `${what} ${theme}`);
}

function add() {
  find("theme-input").value = "";
  find("theme-wrong").textContent = "";
  find("theme-finder").showModal();
}

find("theme-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const typed = find("theme-input").value.trim().toLowerCase();
  const named = [...find("theme-list").options].filter((option) => option.value.toLowerCase().includes(typed));
  const exactly = named.find((option) => option.value.toLowerCase() === typed);
  const chosen = exactly ?? (named.length === 1 ? named[0] : null);
  if (!typed || !chosen) return (find("theme-wrong").textContent = words.unknown);
  find("theme-finder").close();
  current.focus();
  save(current, `add ${chosen.dataset.key}`);
});
find("theme-cancel").addEventListener("click", () => find("theme-finder").close());

// Keys

/** What is done with the verbatim one is at; before the first the key leads there. */
const here = (act) => () => (current ? act() : move(1));

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  a: here(() => change("accept")),
  r: here(() => change("remove")),
  s: here(() => change("feel")),
  t: here(add),
  "+": here(add),
  u: undo,
  c: here(() => save(current, "complete")),
  "?": () => find("keys-help").showModal(),
};
for (let number = 1; number <= 9; number += 1) {
  KEYS[number] = here(() => pick(tagsOf(current)[number - 1]));
}

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input:not([type=checkbox]), select, textarea, [contenteditable], dialog");
  if (!find("keys-on").checked || isTyping || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form.coding") || !event.submitter) return;
  event.preventDefault();
  const card = event.target.closest(".verbatim");
  const button = event.submitter;
  const { theme, sentiment } = event.target.elements;
  goTo(card);
  if (button.value.startsWith("undo")) undoable.pop();
  save(card, button.value === "add" ? `add ${theme.value} ${sentiment.value}`.trim() : button.value);
});

document.addEventListener("focusin", (event) => {
  const card = event.target.closest(".verbatim");
  if (!card || card === current) return;
  arrive(card);
});

// Whoever switches the keys off finds them off on the next page as well.
const NAME = "nawoord-keys";
try {
  find("keys-on").checked = localStorage.getItem(NAME) !== "off";
} catch {
  // The browser keeps nothing; they are on.
}
find("keys-on").addEventListener("change", (event) => {
  try {
    localStorage.setItem(NAME, event.target.checked ? "on" : "off");
  } catch {
    // Then it holds for this page.
  }
});
find("keys-open").addEventListener("click", () => find("keys-help").showModal());
find("shortcuts").hidden = false;
