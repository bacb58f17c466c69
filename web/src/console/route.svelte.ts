import { organisation } from '../stores/organisation.svelte';

export type View = 'agent' | 'supervisor' | 'wallboard' | 'simulation' | 'account';
const VIEWS: View[] = ['agent', 'supervisor', 'wallboard', 'simulation', 'account'];

const asked = (): View | null => VIEWS.find((view) => location.hash === `#/${view}`) ?? null;

/** Which view is shown: the one asked for if the role has it, else where the role's work is. */
class Route {
  private asked = $state<View | null>(asked());

  constructor() {
    addEventListener('hashchange', () => (this.asked = asked()));
  }

  get view(): View {
    if (this.asked === 'account') return 'account';
    if (!organisation.supervises) return 'agent';
    return this.asked ?? 'supervisor';
  }

  go(view: View) {
    location.hash = `#/${view}`;
  }

  /** Where the role's work is. */
  back() {
    location.hash = '';
  }

  /** After a login nobody goes on where somebody else was. */
  land() {
    history.replaceState(null, '', location.pathname);
    this.asked = null;
  }
}
export const route = new Route();
