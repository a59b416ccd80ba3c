/** The text threads: one for each number and channel, with what was sent, answered and delivered. */

import { add, ask, find, inOrder } from "./page.js";

const EVERY = 2000; // milliseconds between looks into the mailbox

export function thread(urls, ends, keyword, ring) {
  const [card, list, form, body] = [document.querySelector(".card.text"), ...["thread", "write", "body"].map(find)];
  const channels = [...card.querySelectorAll("[data-channel][aria-pressed]")];
  const threads = new Map();
  const next = inOrder();
  const seen = new Map(); // the last message fetched for each number

  const shown = () => `${card.dataset.channel} ${ends().theirs}`;

  function keep(name, message) {
    const messages = threads.get(name) ?? [];
    threads.set(name, [...messages, message]);
    if (name === shown()) show(message);
  }

  function show({ kind, text, at, buttons = [] }) {
    const item = add(list, kind, text, { at });
    if (!buttons.length) return;
    const group = document.createElement("div");
    group.className = "buttons";
    group.append(...buttons.map(({ title, payload }) => touchable(title, () => send(title, payload))));
    item.after(group);
    list.scrollTop = list.scrollHeight;
  }

  function render() {
    list.replaceChildren();
    for (const message of threads.get(shown()) ?? []) show(message);
    if (list.children.length) return;
    const hint = add(list, "hint", "No messages yet. ");
    hint.append(touchable(`Send “${keyword}” to begin`, () => send(keyword)));
  }

  function send(text, payload = null) {
    const name = shown();
    const { channel } = card.dataset;
    const ours = ends();
    keep(name, { kind: "me", text, at: new Date() });
    next(async () => {
      try {
        const { messages } = await ask(urls.text, { ...ours, channel, body: text, payload });
        for (const { source, text: answer } of messages) keep(name, { kind: source, text: answer, at: new Date() });
        await look();
      } catch (error) {
        keep(name, { kind: "warning", text: error.message, at: new Date() });
      }
    });
  }

  /** Fetches what the carrier has delivered since the last look, and what rings. */
  async function look() {
    const { theirs } = ends();
    if (!/^\+[1-9]\d{5,14}$/.test(theirs)) return ring(theirs, []); // withheld, or not yet written to its end
    const { messages, ringing } = await ask(urls.messages, { theirs, after: seen.get(theirs) ?? 0 });
    ring(theirs, ringing);
    for (const { id, channel, text, at, buttons } of messages) {
      seen.set(theirs, id);
      keep(`${channel} ${theirs}`, { kind: "bot", text, at: new Date(at), buttons });
      mark(channel);
    }
  }

  /** Shows that something came in where one is not looking. */
  function mark(channel) {
    const page = card.closest("[data-shown]");
    if (page.dataset.shown !== "text") page.querySelector("[data-show=text] .dot").hidden = false;
    if (channel !== card.dataset.channel) card.querySelector(`[data-channel=${channel}] .dot`).hidden = false;
  }

  channels.forEach((button) =>
    button.addEventListener("click", () => {
      card.dataset.channel = button.dataset.channel;
      channels.forEach((other) => other.setAttribute("aria-pressed", other === button));
      button.querySelector(".dot").hidden = true;
      render();
    }),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!body.value.trim()) return;
    send(body.value);
    body.value = "";
    body.focus();
  });
  body.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  ["caller", "other"].forEach((id) => find(id).addEventListener("change", render));
  const lookQuietly = () => look().catch(() => {}); // a server that is away is told of when something is sent
  setInterval(() => document.hidden || next(lookQuietly), EVERY);
  next(lookQuietly);
  render();
}

function touchable(title, touched) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = title;
  button.addEventListener("click", touched);
  return button;
}
