/** The sandbox page: who one is, whom one reaches, and which of the two is shown where there is room for one only. */

import { find, keepEndInSight } from "./page.js";
import { phone } from "./phone.js";
import { thread } from "./thread.js";

const page = document.querySelector(".sandbox");
const { callUrl, declineUrl, textUrl, messagesUrl, keyword } = page.dataset;
const [caller, other] = ["caller", "other"].map(find);
const theirs = () => (caller.value === "other" ? other.value.replace(/[\s()-]/g, "") : caller.value);
const ends = () => ({ ours: find("ours").value, theirs: theirs() });
const tabs = [...page.querySelectorAll("[data-show]")];

for (const tab of tabs) {
  tab.addEventListener("click", () => {
    page.dataset.shown = tab.dataset.show;
    tabs.forEach((other) => other.setAttribute("aria-pressed", other === tab));
    const dot = tab.querySelector(".dot");
    if (dot) dot.hidden = true;
  });
}

caller.addEventListener("change", () => {
  other.hidden = caller.value !== "other";
  if (!other.hidden) other.focus();
});
find("ours").addEventListener("change", () => (find("text-number").textContent = ends().ours));

["heard", "thread"].map(find).forEach(keepEndInSight);
const ring = phone({ call: callUrl, decline: declineUrl }, ends);
thread({ text: textUrl, messages: messagesUrl }, ends, keyword, ring);
