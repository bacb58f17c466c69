// A stand-in for the engine to look at the pages with: loopback only, one customer, no promises.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { WebSocketServer } from 'ws';

const out = process.env.TANDEM_WEB_OUT ?? 'dist';
const role = process.env.MOCK_ROLE ?? 'supervisor';
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const now = Date.now();
const context = {
  identities: [{ identity: { kind: 'email', value: 'ana.costa@example.org' }, verification: 'verified' }, { identity: { kind: 'visitor', value: 'v-81c2' }, verification: 'claimed' }],
  facts: [{ name: 'order', value: '4411' }, { name: 'tier', value: 'gold' }], intent: 'refund', intent_confidence: 0.93, language: 'en', legs: [],
  handover_note: 'Ana wants a refund for order 4411; the parcel arrived damaged.', handover_reason: 'customer_request', supervisors: [], history: [],
};
const card = (session, name, more = {}) => ({
  session, customer: `c-${session}`, customer_name: name, site: 'outdoor', channels: ['chat'], channel: 'chat', present: true, language: 'en', intent: 'refund', opened_at: now - 252_000,
  last_at: now - 30_000, last_text: 'The pole was broken when I opened it.', last_sequence: 9, unread: 2, closed: false,
  task: { task: `t-${session}`, queue: 'billing', priority: 0, waiting_since: now - 90_000, state: 'assigned', agent: 'ben' }, ...more,
});
const message = (id, author, text, more = {}) => ({ type: 'message_posted', message: { id, author, channel: 'chat', text, ...more } });
const customer = { kind: 'customer' };
const events = [
  message('m1', customer, 'Hello, my tent came with a broken pole.'),
  message('m2', { kind: 'agent', agent: 'robin' }, 'I am sorry. Which order is it?', { citations: [{ article: 'returns', title: 'Returning damaged goods' }] }),
  message('m3', customer, '4411. I would rather talk to a person.'),
  { type: 'task_transferred', task: 't-s1', from: 'robin', target: { to: 'queue', queue: 'billing' }, requirements: {}, reason: 'customer_request', note: context.handover_note },
  { type: 'task_assigned', task: 't-s1', reservation: null, agent: 'ben' },
  message('m4', { kind: 'agent', agent: 'ben' }, 'Hello Ana, Ben here. Could you mail me a photo?'),
  { type: 'note_added', note: 'n1', author: 'ben', text: 'Gold customer: replacement without return is fine.' },
  { type: 'channel_switched', from: 'chat', to: 'email', by: customer },
  message('m5', customer, 'Here it is — the pole is broken in two.\n\nOn Tuesday Ben wrote:\n> Could you mail me a photo?', {
    channel: 'email', subject: 'Order 4411', visible: 43, attachments: [{ blob: 'a'.repeat(64), name: 'pole.jpg', media_type: 'image/jpeg', size: 482_100 }],
  }),
].map((event, index) => ({ sequence: index + 1, at: now - 240_000 + index * 24_000, event }));
const cards = [card('s1', 'Ana Costa', { channels: ['chat', 'email'], channel: 'email' }), card('s2', 'Jonas Okafor', { unread: 0, present: false, language: 'de', last_text: 'Danke, das hilft mir.' })];
const waiting = card('s3', 'Mia Lindqvist', { task: { task: 't-s3', queue: 'returns', priority: 2, waiting_since: now - 95_000, state: 'pending' } });
const level = { definition: 'answered_or_abandoned_of_all', threshold_seconds: 20, percent: 84.2, target_percent: 80 };
const board = () => ({
  type: 'board', at: Date.now(), sessions: [waiting, ...cards],
  queues: [
    { queue: 'billing', open: true, waiting: 0, longest_since: null, in_hand: 2, service_level: level, offered: 61, answered: 57, abandoned: 2 },
    { queue: 'returns', open: true, waiting: 1 + Math.floor(Math.random() * 4), longest_since: now - 95_000, in_hand: 1, service_level: { ...level, percent: 71 }, offered: 33, answered: 27, abandoned: 4 },
  ],
  agents: [['ben', 'Ben Adler', 'available', false], ['cleo', 'Cléo Martin', 'break', false], ['robin', 'Robin', 'available', true]].map(([agent, name, presence, automated]) =>
    ({ agent, name, presence, automated, since: now - 400_000, load: [{ channel: 'chat', tasks: automated ? 3 : 1, capacity: automated ? 50 : 3 }] })),
});
const welcome = () => ({
  type: 'welcome', version: 1, now: Date.now(), me: { agent: 'ben', name: 'Ben Adler', role }, presence: 'available', presence_since: now - 754_000, offers: [], sessions: cards,
  organisation: {
    name: 'Tandem Outdoor', queues: [['billing', 'Billing'], ['returns', 'Returns'], ['virtual', 'Assistant']].map(([id, name]) => ({ id, name })), virtual_queue: 'virtual', max_upload_bytes: 1e7, picked_queues: [],
    reject_reasons: [['writing', 'Still writing'], ['expertise', 'Needs somebody else']].map(([id, name]) => ({ id, name, queues: [] })),
    presences: [['available', 'Available', true], ['break', 'Break', false], ['offline', 'Offline', false]].map(([id, name, routable]) => ({ id, name, routable, selectable: true })),
    dispositions: [['solved', 'Solved'], ['refunded', 'Refunded'], ['unsolved', 'Not solved']].map(([id, name]) => ({ id, name })),
    agents: [['ben', 'Ben Adler', false], ['cleo', 'Cléo Martin', false], ['robin', 'Robin', true]].map(([id, name, automated]) => ({ id, name, automated, queues: ['billing', 'returns'] })),
    canned: [{ name: 'greeting', text: 'Hello {name}, how can I help?', language: null }, { name: 'refund', text: 'Your refund is on its way.', language: 'en' }],
  },
});
const offer = () => ({
  type: 'offer', reservation: 'r1', task: 't-s3', session: 's3', queue: 'returns', channel: 'chat', offered_at: Date.now(), expires_at: Date.now() + 20_000, waiting_since: now - 95_000,
  why: ['You speak English and have been free the longest.'], card: waiting, context, last_messages: events.slice(0, 3),
});

function consoleSocket(socket) {
  const send = (value) => socket.send(JSON.stringify(value));
  const kept = structuredClone(events);
  let timer;
  const record = (event) => {
    const sequence = kept.length + 1;
    kept.push({ sequence, at: Date.now(), event });
    send({ type: 'event', session: 's1', after: sequence - 1, recorded: kept.at(-1) });
    return { answer: 'recorded', sequence };
  };
  socket.on('close', () => clearInterval(timer));
  socket.on('message', (data) => {
    const ask = JSON.parse(data);
    let answer = { answer: 'nothing' };
    if (ask.type === 'hello') { send(welcome()); setTimeout(() => send(offer()), 400); }
    if (ask.type === 'open') send({ type: 'snapshot', session: ask.session, sequence: kept.length, card: [...cards, waiting].find((one) => one.session === ask.session), context, events: kept, truncated: false, earlier: [] });
    if (ask.type === 'post') answer = record(message(ask.message, { kind: 'agent', agent: 'ben' }, ask.text));
    if (ask.type === 'note') answer = record({ type: 'note_added', note: ask.note, author: 'ben', text: ask.text });
    if (ask.type === 'set_presence') send({ type: 'presence', presence: ask.presence, since: Date.now(), cause: 'agent' });
    if (ask.type === 'accept') send({ type: 'session', ...waiting, task: { ...waiting.task, state: 'assigned', agent: 'ben' } });
    if (ask.type === 'transfer' || ask.type === 'complete') send({ type: 'session_gone', session: ask.session });
    if (ask.type === 'history') answer = { answer: 'history', sessions: [{ session: 's0', opened_at: now - 9e7, closed_at: now - 8e7, channels: ['email'], intent: 'delivery', last_agent: 'cleo', last_text: 'It arrived, thank you!' }] };
    if (ask.type === 'search') answer = { answer: 'hits', hits: [{ session: 's0', sequence: 3, at: now - 9e7, snippet: 'a broken \u0001pole\u0002 again' }] };
    if (ask.type === 'explain') answer = { answer: 'explanation', task: ask.task, queue: 'support', at: ask.at ?? Date.now(), waiting_since: Date.now() - 40_000, headline: 'Waits: no agent with English and returns is free.', position: 1, step: '1 of 3', step_until: Date.now() + 25_000, asks: 'returns ≥ 3, language en', agents: 4, matching_agents: 2, candidates: [{ agent: 'ben', chosen: false, reason: 'has 3 of 3 chats' }, { agent: 'cleo', chosen: false, reason: 'is on a break' }], rule: null, chosen: null, chosen_at: null, runner_up: null, remedy: 'It is served when one of 2 matching agents becomes free', needs: [{ what: 'one of 2 matching agents becomes free', at: null }, { what: 'the next step relaxes what is asked', at: Date.now() + 25_000 }] };
    if (ask.type === 'watch_board') { send(board()); timer = setInterval(() => send(board()), 1100); }
    send({ type: 'done', request: ask.request, answer });
  });
}

function chatSocket(socket) {
  const send = (value) => socket.send(JSON.stringify(value));
  let sequence = 0;
  const event = (content) => send({ type: 'event', after: sequence, sequence: ++sequence, item: { at: Date.now(), sequence, ...content } });
  const site = { name: 'Tandem Outdoor', greeting: 'Hello! How can we help you outdoors today?', language: 'en', form: [], max_upload_bytes: 1e7, max_text_bytes: 8000, open: true };
  socket.on('message', (data) => {
    const ask = JSON.parse(data);
    if (ask.type === 'hello') send({ type: 'welcome', version: 1, visitor: 'visitor-token', session: null, sequence: 0, standing: { with: 'nobody' }, resumed: false, site });
    if (ask.type === 'message') {
      event({ kind: 'message', id: ask.id, from: { who: 'customer' }, channel: 'chat', text: ask.text, attachments: [], citations: [] });
      send({ type: 'ack', id: ask.id, sequence });
      event({ kind: 'joined', name: 'Robin', automated: true });
      event({ kind: 'message', id: crypto.randomUUID(), from: { who: 'agent', name: 'Robin', automated: true }, channel: 'chat', text: 'Parcels arrive in two days. Shall I look one up?', attachments: [], citations: [{ article: 'delivery', title: 'Delivery times' }] });
    }
    if (ask.type === 'request_person') { event({ kind: 'waiting' }); send({ type: 'place', position: 2, wait_seconds: 130 }); }
    if (ask.type === 'end') event({ kind: 'closed' });
    if (ask.type === 'rate') event({ kind: 'rated', score: ask.score });
  });
}

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  const policy = "default-src 'self'; object-src 'none'; base-uri 'none'";
  if (pathname === '/v1/me') {
    const known = request.headers.cookie?.includes('tandem_session');
    response.writeHead(known ? 200 : 401, { 'content-type': 'application/json' }).end(known ? JSON.stringify(welcome().me) : '{}');
  } else if (pathname === '/v1/login') response.writeHead(204, { 'set-cookie': ['tandem_session=1; HttpOnly', 'tandem_csrf=token'] }).end();
  else if (pathname === '/v1/logout') response.writeHead(204, { 'set-cookie': 'tandem_session=; Max-Age=0' }).end();
  else {
    const file = join(out, normalize(pathname === '/' ? '/index.html' : pathname));
    await readFile(file).then(
      (body) => response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream', 'content-security-policy': policy }).end(body),
      () => response.writeHead(404).end(),
    );
  }
});
const sockets = new WebSocketServer({ server });
sockets.on('connection', (socket, request) => (request.url === '/chat' ? chatSocket(socket) : consoleSocket(socket)));
server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
