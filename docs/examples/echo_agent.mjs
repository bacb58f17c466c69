// A virtual agent from outside: accepts every offer, answers with what the customer said, hands a
// session to people when asked. Node 22 or `npm install ws`.
//   TANDEM=ws://127.0.0.1:8080/console KEY=… PEOPLE=support node echo_agent.mjs
import WebSocket from "ws";

const socket = new WebSocket(process.env.TANDEM, { headers: { authorization: `Bearer ${process.env.KEY}` } });
let number = 0;
const seen = new Map();
const tasks = new Map();
const ask = (type, rest = {}) => socket.send(JSON.stringify({ request: ++number, type, ...rest }));

function answer(session, message) {
  if (/person|human/i.test(message.text)) {
    const target = { to: "queue", queue: process.env.PEOPLE };
    return ask("transfer", { session, task: tasks.get(session), target, note: "wants a person" });
  }
  const post = { session, message: crypto.randomUUID(), text: `You said: ${message.text}` };
  ask("post", { ...post, seen: seen.get(session) });
}

socket.on("open", () => ask("hello", { version: 1 }));
socket.on("message", (data) => {
  const frame = JSON.parse(data);
  switch (frame.type) {
    case "offer":
      tasks.set(frame.session, frame.task);
      return ask("accept", { reservation: frame.reservation });
    case "session":
      if (!seen.has(frame.session)) {
        seen.set(frame.session, 0);
        ask("open", { session: frame.session, since: 0 });
      }
      return;
    case "snapshot":
      return seen.set(frame.session, frame.sequence);
    case "session_gone":
      return seen.delete(frame.session);
    case "event": {
      seen.set(frame.session, frame.recorded.sequence);
      const { event } = frame.recorded;
      if (event.type === "message_posted" && event.message.author.kind === "customer") {
        answer(frame.session, event.message);
      }
    }
  }
});
