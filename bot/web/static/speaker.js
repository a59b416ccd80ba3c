/**
 * Speaks lines one after another, each in its language, by voices that live in this browser: those that send the text
 * to a server elsewhere are left alone. A line without a voice takes the time it takes to read it.
 */

const READING = 40; // milliseconds a character
const SLOWEST = 200; // milliseconds a character, after which a voice is taken to have failed

export class Speaker {
  on = true;
  #lines = [];
  #line = null;
  #over = null;
  #cut = () => {};

  /** Adds lines; resolves when everything has been said or cut short. */
  say(lines) {
    this.#lines.push(...lines);
    this.#over ??= this.#speak();
    return this.#over;
  }

  /** Stops what a key on a telephone would stop. */
  interrupt() {
    this.#lines = this.#lines.filter((line) => !line.interruptible);
    if (this.#line?.interruptible) this.#cut();
  }

  /** Stops everything, as when the line goes dead. */
  stop() {
    this.#lines = [];
    this.#cut();
  }

  async #speak() {
    await null; // so that there is a promise to wait for before the last line can be over
    while (this.#lines.length) {
      this.#line = this.#lines.shift();
      await this.#one(this.#line);
    }
    this.#line = this.#over = null;
  }

  #one(line) {
    const voice = this.on && line.kind === "said" ? voiceFor(line.language) : null;
    return new Promise((done) => {
      const timer = setTimeout(done, voice ? 3000 + SLOWEST * line.text.length : pace(line));
      this.#cut = () => {
        clearTimeout(timer);
        if (voice) speechSynthesis.cancel();
        done();
      };
      if (!voice) return;
      const utterance = new SpeechSynthesisUtterance(line.text);
      utterance.voice = voice;
      utterance.lang = voice.lang;
      utterance.onend = utterance.onerror = this.#cut;
      this.utterance = utterance; // kept, or a browser may forget it together with its end
      speechSynthesis.speak(utterance);
    });
  }
}

function pace(line) {
  const milliseconds = { said: READING * line.text.length, pause: 1000 * Number(line.text) };
  return milliseconds[line.kind] ?? 0;
}

function voiceFor(language) {
  const voices = window.speechSynthesis?.getVoices().filter((voice) => voice.localService) ?? [];
  const tag = (voice) => voice.lang.replace("_", "-").toLowerCase();
  const [wanted] = language.toLowerCase().split("-");
  return (
    voices.find((voice) => tag(voice) === language.toLowerCase()) ??
    voices.find((voice) => tag(voice).split("-")[0] === wanted) ??
    null
  );
}
