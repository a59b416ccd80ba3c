/** A call that comes in: rings until it is answered, declined, left to the voicemail, or missed. */

import { add, ask, find } from "./page.js";

/**
 * Returns a function that is told, again and again, whose telephone this is and which calls ring at it.
 * talks: whether a call goes on, during which nothing rings; begin: takes the call that is answered.
 */
export function incoming(declineUrl, talks, begin) {
  const [list, status, clock, buttons, usual] = ["heard", "call-status", "clock", "incoming", "calling"].map(find);
  const dot = document.querySelector("[data-show=phone] .dot");
  const settled = new Set(); // calls one has done with, of which an older look may still tell
  let now = null; // the call that rings: call, ours, theirs

  function ring(theirs, calls) {
    const [first] = talks() ? [] : calls.filter(({ call }) => !settled.has(call));
    if (now && now.call === first?.call) return;
    if (now) stop(now.theirs === theirs ? "missed call" : "");
    if (first) start({ ...first, theirs });
  }

  function start(call) {
    now = call;
    show(true);
    clock.textContent = "";
    status.textContent = `Incoming call from ${call.ours}`;
    add(list, "note", "your telephone rings");
  }

  function stop(how) {
    const here = document.activeElement.closest("#incoming");
    now = null;
    show(false);
    status.textContent = how ? how[0].toUpperCase() + how.slice(1) : "Ready to call";
    if (how) add(list, "note", how);
    if (here) find("dial").focus();
  }

  function settle() {
    settled.add(now.call);
    return now;
  }

  function show(rings) {
    buttons.hidden = !rings;
    usual.hidden = rings;
    buttons.closest(".card").classList.toggle("rings", rings);
    dot.hidden = !rings || Boolean(dot.closest("[aria-pressed=true]"));
  }

  function answer(machine) {
    const { call, theirs } = settle();
    stop("");
    begin({ event: "answer", call, theirs, machine });
    if (machine) add(list, "note", "your voicemail answers");
  }

  async function decline() {
    const { call, theirs } = settle();
    stop("call declined");
    await ask(declineUrl, { call, theirs }).catch((error) => add(list, "warning", error.message));
  }

  find("answer").addEventListener("click", () => answer(false));
  find("machine").addEventListener("click", () => answer(true));
  find("decline").addEventListener("click", decline);
  return ring;
}
