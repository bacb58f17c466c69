let audio: AudioContext | undefined;

/** Two soft notes. Silent where the browser wants a gesture first. */
export function beep() {
  try {
    audio ??= new AudioContext();
    const start = audio.currentTime;
    for (const [index, pitch] of [660, 880].entries()) {
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      const from = start + index * 0.16;
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0, from);
      volume.gain.linearRampToValueAtTime(0.12, from + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.001, from + 0.3);
      tone.connect(volume).connect(audio.destination);
      tone.start(from);
      tone.stop(from + 0.32);
    }
  } catch {
    // No sound device: the offer is still seen.
  }
}
