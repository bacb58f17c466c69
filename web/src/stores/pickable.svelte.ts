import type { PickableView, TaskId } from '../wire';
import { connection } from './connection.svelte';
import { organisation } from './organisation.svelte';
import { sessions } from './sessions.svelte';

/** So often the list is asked for, while somebody looks. */
const LOOK_AGAIN_MS = 3_000;

/** What waits in my queues that do not push, the first in line first. */
class Pickable {
  list = $state<PickableView[]>([]);
  picking = $state<TaskId | null>(null);

  async look() {
    if (!organisation.picks || connection.link !== 'online' || document.hidden) return;
    try {
      const answer = await connection.ask({ type: 'pickable' });
      if (answer.answer === 'pickable') this.list = answer.tasks;
    } catch {
      // Asked again soon.
    }
  }

  async pick(one: PickableView) {
    if (this.picking) return;
    this.picking = one.task;
    const picked = await connection.try({ type: 'pick', task: one.task });
    this.picking = null;
    if (picked) {
      this.list = this.list.filter((other) => other.task !== one.task);
      sessions.select(one.card.session);
    }
    void this.look();
  }
}
export const pickable = new Pickable();
connection.subscribe((message) => {
  if (message.type === 'welcome' || message.type === 'organisation' || message.type === 'presence') void pickable.look();
});
setInterval(() => void pickable.look(), LOOK_AGAIN_MS);
