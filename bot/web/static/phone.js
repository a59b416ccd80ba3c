/** The telephone: sends what the caller does, one thing after another, and says and shows what is heard. */

import { incoming } from "./incoming.js";
import { add, ask, calm, find, inOrder } from "./page.js";
import { Speaker } from "./speaker.js";

const SURE = 0.95; // what the carrier makes of clear speech
const UNSURE = 0.3; // and of a mumble
const BEGINNINGS = ["dial", "answer"];

/** Makes the telephone work; returns a function that lets it ring: `incoming` says with what. */
export function phone(urls, ends) {
  const [list, keypad, dial, hangUp, silent] = ["heard", "keypad", "dial", "hang-up", "silent"].map(find);
  const [status, clock, bar, speech, spoken] = ["call-status", "clock", "silence-bar", "speech", "spoken"].map(find);
  const speaker = new Speaker();
  const next = inOrder();
  let call = null; // as the server last told it: gather, keys, ended, state
  let unanswered = 0; // things done of which the server has not told the outcome
  let patience = 0; // counts up whenever something happens, so that an older wait knows it is over
  let timer = 0;
  let ticking = 0;

  function act(event) {
    bePatient();
    unanswered += 1;
    next(async () => {
      try {
        if (BEGINNINGS.includes(event.event) || !call.ended) hear(await ask(urls.call, { ...event, state: call?.state }));
      } catch (error) {
        add(list, "warning", error.message);
        end("Call failed");
      } finally {
        unanswered -= 1;
        listen();
      }
    });
  }

  function hear(answer) {
    call = answer;
    for (const { kind, text, language } of answer.heard) {
      if (kind === "played") add(list, "note", `♪ ${text}`);
      else if (kind !== "pause") add(list, kind === "said" ? "bot" : "warning", text, { lang: language });
    }
    speaker.say(answer.heard.filter(({ kind }) => kind !== "warning"));
    if (answer.ended) return end("Call ended");
    if (status.textContent !== "In call") status.textContent = "In call";
    speech.hidden = !answer.gather.input.includes("speech");
  }

  /** Starts the time that may pass without an answer, once everything has been said. */
  async function listen() {
    const mine = patience;
    await speaker.say([]);
    if (mine !== patience || unanswered || !call || call.ended || spoken.value) return;
    const seconds = call.gather.timeout;
    const easing = calm.matches ? `steps(${seconds})` : "linear";
    bar.animate([{ transform: "scaleX(1)" }, { transform: "scaleX(0)" }], { duration: 1000 * seconds, easing });
    timer = setTimeout(waitNoMore, 1000 * seconds);
  }

  function bePatient() {
    patience += 1;
    clearTimeout(timer);
    bar.getAnimations().forEach((animation) => animation.cancel());
  }

  function waitNoMore() {
    if (!call || call.ended) return;
    if (!call.keys) add(list, "note", "silence");
    speaker.interrupt();
    act({ event: "wait" });
  }

  function press(key) {
    if (keypad.disabled) return;
    const last = list.lastElementChild;
    if (last?.matches(".keys")) last.firstChild.textContent += key;
    else add(list, "me keys", key);
    flash(keypad.querySelector(`[data-key="${key}"]`));
    speaker.interrupt();
    act({ event: "press", key });
  }

  /** A call begins: one dials, or answers. */
  function begin(event) {
    const started = Date.now();
    const tick = () => {
      const seconds = Math.floor((Date.now() - started) / 1000);
      clock.textContent = `· ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    };
    speaker.stop();
    list.replaceChildren();
    call = null;
    status.textContent = event.event === "dial" ? "Calling…" : "Answering…";
    tick();
    ticking = setInterval(tick, 1000);
    dial.hidden = true;
    keypad.disabled = silent.disabled = hangUp.hidden = false;
    hangUp.focus();
    act(event);
  }

  function end(how) {
    bePatient();
    clearInterval(ticking);
    call = { ...call, ended: true };
    status.textContent = how;
    add(list, "note", how.toLowerCase());
    const here = document.activeElement.closest(".phone");
    keypad.disabled = silent.disabled = hangUp.hidden = speech.hidden = true;
    dial.hidden = false;
    if (here) dial.focus();
    spoken.value = "";
  }

  dial.addEventListener("click", () => begin({ event: "dial", ...ends() }));
  silent.addEventListener("click", waitNoMore);
  hangUp.addEventListener("click", ({ detail }) => {
    if (detail > 1) return; // the second click of a double click on Dial, which was in the same place
    speaker.stop();
    add(list, "note", "you hang up");
    act({ event: "hang_up" });
  });
  keypad.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (button) press(button.dataset.key);
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select")) return;
    if (/^[0-9*#]$/.test(event.key)) press(event.key);
  });
  spoken.addEventListener("input", () => {
    bePatient(); // a caller who is speaking is not silent
    if (!spoken.value) listen();
  });
  speech.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = spoken.value.trim();
    if (!text) return;
    add(list, "me speech", text);
    spoken.value = "";
    speaker.interrupt();
    act({ event: "speak", text, confidence: find("unclear").checked ? UNSURE : SURE });
  });
  find("voice").addEventListener("click", ({ currentTarget }) => {
    speaker.on = !speaker.on;
    currentTarget.setAttribute("aria-pressed", speaker.on);
    window.speechSynthesis?.cancel();
  });
  return incoming(urls.decline, () => !hangUp.hidden, begin);
}

function flash(button) {
  button.animate([{ filter: "brightness(0.85)" }, {}], 180);
}
