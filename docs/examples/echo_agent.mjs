// A virtual agent from outside: accepts every offer, answers with what the customer said, hands a
// session to people when asked. Node 22 or later, or Node 20 with --experimental-websocket.
//   TANDEM=ws://127.0.0.1:8080/console KEY=tdm_… PEOPLE=support node echo_agent.mjs
const { TANDEM, KEY, PEOPLE } = process.env;
const socket = new WebSocket(TANDEM, { headers: { authorization: `Bearer ${KEY}` } });
const inHand = new Map(); // session → its task, and the last sequence seen
let number = 0;
const ask = (type, rest = {}) => socket.send(JSON.stringify({ request: ++number, type, ...rest }));

function take(card) {
  if (inHand.has(card.session)) return;
  inHand.set(card.session, { task: card.task.task, seen: 0 });
  ask("open", { session: card.session, since: 0 });
}

// The last message of some events is answered, if it is the customer's.
function read(session, sequence, events) {
  const hand = inHand.get(session);
  hand.seen = sequence;
  const last = events.findLast(({ event }) => event.type === "message_posted")?.event.message;
  if (last?.author.kind !== "customer") return;
  if (/person|human/i.test(last.text)) {
    const target = { to: "queue", queue: PEOPLE };
    return ask("transfer", { session, task: hand.task, target, note: `Wants a person: ${last.text}` });
  }
  const text = `You said: ${last.text}`;
  ask("post", { session, message: crypto.randomUUID(), text, uploads: [], seen: hand.seen });
}

socket.onopen = () => ask("hello", { version: 1 });
socket.onerror = socket.onclose = ({ reason }) => {
  console.error(`closed: ${reason || "the server did not let it in, or went away"}`);
  process.exit(1);
};
socket.onmessage = ({ data }) => {
  const frame = JSON.parse(data);
  if (frame.type === "welcome") {
    ask("set_presence", { presence: "available" });
    frame.sessions.forEach(take);
    frame.offers.forEach(({ reservation }) => ask("accept", { reservation }));
  } else if (frame.type === "offer") ask("accept", { reservation: frame.reservation });
  else if (frame.type === "session") take(frame);
  else if (frame.type === "snapshot") read(frame.session, frame.sequence, frame.events);
  else if (frame.type === "event") read(frame.session, frame.recorded.sequence, [frame.recorded]);
  else if (frame.type === "session_gone") inHand.delete(frame.session);
  else if (frame.type === "refused") console.error(frame.message);
};
