/** The server's time, told every second; spans are counted with it, not with this machine's clock. */
class Clock {
  now = $state(Date.now());
  private offset = 0;

  constructor() {
    setInterval(() => (this.now = Date.now() + this.offset), 1000);
  }

  set(server: number) {
    this.offset = server - Date.now();
    this.now = server;
  }
}
export const clock = new Clock();
