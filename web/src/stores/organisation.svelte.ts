import type { AgentId, ConsoleWelcome, Me, OrganisationView, QueueId } from '../wire';
import { clock } from './clock.svelte';
import { connection } from './connection.svelte';

/** Who I am and what the organisation has: names for ids. */
class Organisation {
  me = $state<Me | null>(null);
  view = $state<OrganisationView | null>(null);

  welcome(welcome: ConsoleWelcome) {
    clock.set(welcome.now);
    this.me = welcome.me;
    this.view = welcome.organisation;
  }

  queue(id: QueueId): string {
    return this.view?.queues.find((queue) => queue.id === id)?.name ?? id;
  }

  agent(id: AgentId): string {
    return this.view?.agents.find((agent) => agent.id === id)?.name ?? id;
  }

  automated(id: AgentId): boolean {
    return this.view?.agents.find((agent) => agent.id === id)?.automated ?? false;
  }

  presence(id: string): string {
    return this.view?.presences.find((presence) => presence.id === id)?.name ?? id.replaceAll('_', ' ');
  }

  routable(id: string): boolean {
    return this.view?.presences.find((presence) => presence.id === id)?.routable ?? false;
  }

  /** What may be said when rejecting an offer of this queue. */
  rejectReasons(queue: QueueId) {
    return this.view?.reject_reasons.filter((reason) => reason.queues.length === 0 || reason.queues.includes(queue)) ?? [];
  }

  /** Whether this agent serves a queue whose tasks are picked. */
  get picks(): boolean {
    const mine = this.view?.agents.find((agent) => agent.id === this.me?.agent)?.queues ?? [];
    return this.view?.picked_queues.some((queue) => mine.includes(queue)) ?? false;
  }

  get supervises(): boolean {
    return this.me?.role === 'supervisor' || this.me?.role === 'admin';
  }
}
export const organisation = new Organisation();
connection.subscribe((message) => {
  if (message.type === 'welcome') organisation.welcome(message);
  else if (message.type === 'organisation') organisation.view = message;
});
