import type { AgentId, Channel, Message, MessageId, QueueId, Recorded, Sequence, SessionEvent, Timestamp } from '../wire';

interface Base { sequence: Sequence; at: Timestamp }
/** One line of a transcript. `badge` names the channel where it changes. */
export type Entry = Base & (
  | { kind: 'message'; message: Message; who: string; badge: Channel | null }
  | { kind: 'note'; id: MessageId; label: string; who: string; text: string }
  | { kind: 'line'; text: string }
);

export interface Names {
  agent(id: AgentId): string;
  queue(id: QueueId): string;
}

/** What a person reads of the events; machinery such as reservations is left out. */
export function entries(events: Recorded<SessionEvent>[], names: Names): Entry[] {
  let channel: Channel | null = null;
  return events.flatMap(({ sequence, at, event }): Entry[] => {
    if (event.type === 'message_posted') {
      const { message } = event;
      const badge = message.channel === channel ? null : message.channel;
      channel = message.channel;
      const who = message.author.kind === 'agent' ? names.agent(message.author.agent) : '';
      return [{ kind: 'message', sequence, at, message, who, badge }];
    }
    if (event.type === 'note_added') return [{ kind: 'note', sequence, at, id: event.note, label: 'Note', who: names.agent(event.author), text: event.text }];
    if (event.type === 'whispered') return [{ kind: 'note', sequence, at, id: event.message, label: 'Whisper', who: names.agent(event.supervisor), text: event.text }];
    const text = line(event, names);
    return text === null ? [] : [{ kind: 'line', sequence, at, text }];
  });
}

function line(event: SessionEvent, names: Names): string | null {
  switch (event.type) {
    case 'leg_attached': return `Connected by ${event.channel}${event.origin ? ` · ${event.origin}` : ''}`;
    case 'channel_switched': return `The conversation moved from ${event.from} to ${event.to}`;
    case 'task_created': return `Waiting in ${names.queue(event.queue)}`;
    case 'task_assigned': return `${names.agent(event.agent)} took it`;
    case 'task_transferred':
      return `${event.from ? `${names.agent(event.from)} handed` : 'Handed'} over to ${event.target.to === 'agent' ? names.agent(event.target.agent) : names.queue(event.target.queue)}`;
    case 'task_reprioritised': return `${names.agent(event.by)} set the priority to ${event.priority}`;
    case 'task_completed': return `${names.agent(event.agent)} finished${event.disposition ? `: ${event.disposition}` : ''}`;
    case 'task_canceled': return event.reason === 'abandoned' ? 'The customer left before an answer' : null;
    case 'intervention_started': return `${names.agent(event.supervisor)}: ${event.intervention.replace('_', ' ')}`;
    case 'intervention_ended': return `${names.agent(event.supervisor)} ended ${event.intervention.replace('_', ' ')}`;
    case 'rated': return `Rated ${event.score} of 5${event.comment ? `: “${event.comment}”` : ''}`;
    case 'transcript_requested': return `The transcript was sent to ${event.to.value}`;
    case 'absorbed': return 'Joined with an earlier conversation of the same customer';
    case 'separated': return 'Separated from another conversation again';
    case 'closed': return `Closed (${event.reason})`;
    case 'reopened': return 'Reopened';
    case 'erased': return 'The texts were erased';
    default: return null;
  }
}
