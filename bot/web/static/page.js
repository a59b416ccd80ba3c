/** What the telephone and the text thread share: finding, asking the server in order, and adding to what was said. */

export const find = (id) => document.getElementById(id);

export const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** Gets the URL, or posts the body to it as JSON. Throws an Error whose message can be shown. */
export async function ask(url, body) {
  const posting = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(url, body ? posting : {}).catch(() => {
    throw new Error("The server cannot be reached. Is it still running?");
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error ?? `The server answered with HTTP ${response.status}.`);
  return answer;
}

/** A queue: each task begins when the one before has ended, so that nothing overtakes anything. */
export function inOrder() {
  let last = Promise.resolve();
  return (task) => (last = last.then(task, task));
}

/** Keeps the end of a list in sight when there is less room for it, as when an input appears below. */
export function keepEndInSight(list) {
  new ResizeObserver(() => (list.scrollTop = list.scrollHeight)).observe(list);
}

/** Adds an item to a list of what was said, and keeps the end in sight. */
export function add(list, kind, text, { lang = "", at = null } = {}) {
  list.querySelector(".hint")?.remove();
  const item = document.createElement("li");
  item.className = kind;
  const words = document.createElement("span");
  words.dir = "auto";
  words.lang = lang;
  words.textContent = text;
  item.append(words);
  if (at) {
    const time = document.createElement("time");
    time.dateTime = at.toISOString();
    time.textContent = at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    item.append(time);
  }
  list.append(item);
  list.scrollTo({ top: list.scrollHeight, behavior: calm.matches ? "instant" : "smooth" });
  return item;
}
