// Three sounds that cannot be mistaken for each other: up, twice the same, down and long.

const NOTES = {
  good: [[660, 0, 0.12], [990, 0.13, 0.2]],
  warn: [[520, 0, 0.14], [520, 0.22, 0.14]],
  bad: [[300, 0, 0.22], [180, 0.24, 0.45]],
};

let speaker = null;

/** Play the sound of "good", "warn" or "bad"; silence where the browser allows none. */
export function play(kind) {
  try {
    speaker ??= new AudioContext();
    if (speaker.state === "suspended") speaker.resume().catch(() => {});
    for (const [pitch, from, length] of NOTES[kind]) note(pitch, speaker.currentTime + from, length);
  } catch {
    // The screen says it all.
  }
}

function note(pitch, from, length) {
  const tone = speaker.createOscillator(), loudness = speaker.createGain();
  tone.frequency.value = pitch;
  tone.type = "triangle";
  loudness.gain.setValueAtTime(0.25, from);
  loudness.gain.exponentialRampToValueAtTime(0.001, from + length);
  tone.connect(loudness).connect(speaker.destination);
  tone.start(from);
  tone.stop(from + length);
}
