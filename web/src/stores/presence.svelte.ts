import type { PresenceCause, PresenceName } from '../wire';
import { connection } from './connection.svelte';

class Presence {
  name = $state<PresenceName>('offline');
  since = $state(Date.now());
  cause = $state<PresenceCause>('agent');

  set(presence: PresenceName) {
    return connection.try({ type: 'set_presence', presence });
  }
}
export const presence = new Presence();
connection.subscribe((message) => {
  if (message.type === 'welcome') {
    presence.name = message.presence;
    presence.since = message.presence_since;
  } else if (message.type === 'presence') {
    presence.name = message.presence;
    presence.since = message.since;
    presence.cause = message.cause;
  }
});
