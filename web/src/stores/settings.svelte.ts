/** What this person chose on this machine. */
class Settings {
  sound = $state(localStorage.getItem('tandem:sound') !== 'off');

  toggleSound() {
    this.sound = !this.sound;
    localStorage.setItem('tandem:sound', this.sound ? 'on' : 'off');
  }
}
export const settings = new Settings();
