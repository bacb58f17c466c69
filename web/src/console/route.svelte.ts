export type View = 'agent' | 'supervisor';

const read = (): View => (location.hash === '#/supervisor' ? 'supervisor' : 'agent');

class Route {
  view = $state<View>(read());

  constructor() {
    addEventListener('hashchange', () => (this.view = read()));
  }

  go(view: View) {
    location.hash = `#/${view}`;
  }
}
export const route = new Route();
