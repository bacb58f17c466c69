// Generated from the Rust types by `cargo xtask types`. Do not edit.

export type AgentFigures = { agent: AgentId, name: string, automated: boolean, presence: PresenceName, since: Timestamp, 
/**
 * Offers of today, since the server started, that rang out without an answer.
 */
unanswered: number, 
/**
 * Tasks in hand by channel, and how many at most.
 */
load: Array<ChannelLoad>, };

export type AgentId = string;

export type AgentView = { id: AgentId, name: string, automated: boolean, queues: Array<QueueId>, };

export type Answer = { "answer": "nothing" } | { "answer": "recorded", sequence: Sequence, } | { "answer": "explanation" } & ExplanationView | { "answer": "history", sessions: Array<PastSession>, } | { "answer": "hits", hits: Array<SearchHit>, } | { "answer": "passages", passages: Array<PassageView>, } | { "answer": "pickable", tasks: Array<PickableView>, } | { "answer": "past_hour", readings: Array<BoardReading>, } | { "answer": "merged", session: SessionId, };

export type Attachment = { 
/**
 * SHA-256 of the content, 64 lower-case hexadecimal digits.
 */
blob: string, 
/**
 * As the sender named it, without any path; at most 255 bytes.
 */
name: string, 
/**
 * Found by content, not by the sender's word.
 */
media_type: string, 
/**
 * Bytes.
 */
size: number, };

export type Author = { "kind": "customer" } | { "kind": "agent", agent: AgentId, } | { "kind": "system" };

export type BoardFrame = { at: Timestamp, queues: Array<QueueFigures>, agents: Array<AgentFigures>, 
/**
 * Open sessions, waiting ones first; at most 500.
 */
sessions: Array<SessionCard>, };

export type BoardReading = { at: Timestamp, queues: Array<QueueReading>, };

export type CallBack = { 
/**
 * In E.164.
 */
number: string, 
/**
 * Calls that are left.
 */
attempts_left: number, };

export type Callback = { mode: CallbackMode, 
/**
 * How many calls are left. A call that does not reach the customer takes one.
 */
attempts: number, 
/**
 * How long after a call that failed the next is made.
 */
interval_seconds: number, 
/**
 * How long the customer's phone rings.
 */
ring_seconds: number, };

export type CallbackMode = "agent_first" | "customer_first";

export type CancelReason = "abandoned" | "session_closed" | "expired" | "absorbed" | "turned_away" | "not_reached";

export type CandidateView = { agent: AgentId, chosen: boolean, 
/**
 * The single reason it was passed over.
 */
reason: string, };

export type Canned = { name: string, text: string, language: Language | null, };

export type CapacityRule = "respected" | "ignored";

export type Channel = "chat" | "email" | "voice";

export type ChannelLoad = { channel: Channel, tasks: number, capacity: number, };

export type ChatAttachment = { name: string, media_type: string, 
/**
 * Bytes.
 */
size: number, 
/**
 * A path on this server that gives the file to whoever has it.
 */
link: string, };

export type ChatItem = { at: Timestamp, sequence: Sequence, } & ({ "kind": "message", id: MessageId, from: Sender, channel: Channel, text: string, attachments: Array<ChatAttachment>, citations: Array<Citation>, } | { "kind": "joined", name: string, automated: boolean, } | { "kind": "left", name: string, } | { "kind": "waiting" } | { "kind": "read", through: Sequence, } | { "kind": "channel_switched", to: Channel, } | { "kind": "callback_offered", text: string, until: Timestamp, } | { "kind": "callback_chosen", number: string, 
/**
 * Not earlier than this.
 */
not_before: Timestamp | null, } | { "kind": "callback_declined" } | { "kind": "rated", score: number, } | { "kind": "closed" } | { "kind": "reopened" } | { "kind": "erased" });

export type ChatMessage = { "type": "welcome" } & Welcome | { "type": "snapshot", 
/**
 * Another one than before if two sessions of the customer were merged. Items of the one that
 * was absorbed have the sequence 0.
 */
session: SessionId, sequence: Sequence, standing: Standing, items: Array<ChatItem>, 
/**
 * Older items were left out.
 */
truncated: boolean, } | { "type": "event", after: Sequence, sequence: Sequence, item: ChatItem, } | { "type": "ack", id: MessageId, sequence: Sequence, } | { "type": "refused", 
/**
 * The message refused, if it was one.
 */
id: MessageId | null, code: ChatRefusal, message: string, 
/**
 * When to try again; none: never with the same content.
 */
retry_after_ms: number | null, } | { "type": "typing", name: string, } | { "type": "place", 
/**
 * 1 is next.
 */
position: number, 
/**
 * An estimate; none while there is too little to estimate from.
 */
wait_seconds: number | null, 
/**
 * The queue is closed: the place is kept, and nobody comes before it opens.
 */
closed?: ClosedFor, } | { "type": "pong" } | { "type": "bye", code: ChatRefusal, message: string, };

export type ChatRefusal = "malformed" | "out_of_order" | "unknown_site" | "unauthorised" | "too_large" | "too_fast" | "busy" | "not_now" | "unknown_upload" | "going_away" | "too_slow";

export type ChatRequest = { "type": "hello" } & Hello | { "type": "message", id: MessageId, text: string, 
/**
 * Ids that the upload endpoint gave.
 */
uploads: Array<string>, } | { "type": "typing" } | { "type": "read", through: Sequence, } | { "type": "request_person" } | { "type": "choose_callback", number: string, } | { "type": "decline_callback" } | { "type": "rate", score: number, comment: string | null, } | { "type": "transcript", email: string, } | { "type": "end" } | { "type": "ping" };

export type Citation = { 
/**
 * The article's name in the knowledge base.
 */
article: string, title: string, };

export type CloseReason = "customer" | "agent" | "idle" | "absorbed" | "erased";

export type ClosedFor = { 
/**
 * None: nobody knows yet.
 */
until: Timestamp | null, };

export type Condition = string;

export type ConsoleMessage = { "type": "welcome" } & ConsoleWelcome | { "type": "done", request: number, answer: Answer, } | { "type": "refused", request: number | null, code: ConsoleRefusal, message: string, } | { "type": "organisation" } & OrganisationView | { "type": "presence", presence: PresenceName, since: Timestamp, cause: PresenceCause, } | { "type": "offer" } & Offer | { "type": "offer_ended", reservation: ReservationId, outcome: OfferOutcome, } | { "type": "session" } & SessionCard | { "type": "session_gone", session: SessionId, } | { "type": "snapshot" } & SessionSnapshot | { "type": "event", session: SessionId, after: Sequence, recorded: Recorded<SessionEvent>, } | { "type": "typing", session: SessionId, name: string, } | { "type": "board" } & BoardFrame | { "type": "alert", message: string, } | { "type": "bye", code: ConsoleRefusal, message: string, };

export type ConsoleRefusal = "malformed" | "out_of_order" | "forbidden" | "not_found" | "behind" | "not_now" | "too_late" | "too_large" | "too_fast" | "busy" | "going_away" | "too_slow" | "logged_out";

export type ConsoleRequest = { 
/**
 * Chosen by the client; the answer repeats it.
 */
request: number, } & ({ "type": "hello", version: number, } | { "type": "ping" } | { "type": "open", session: SessionId, since: Sequence, } | { "type": "leave", session: SessionId, } | { "type": "set_presence", presence: PresenceName, } | { "type": "accept", reservation: ReservationId, } | { "type": "reject", reservation: ReservationId, 
/**
 * One of the organisation's reasons, if any.
 */
reason: RejectReason | null, } | { "type": "post", session: SessionId, message: MessageId, text: string, uploads: Array<string>, 
/**
 * The last sequence this console has of the session: an answer to what it has not seen is
 * refused with `behind`.
 */
seen: Sequence, } | { "type": "note", session: SessionId, note: MessageId, text: string, } | { "type": "typing", session: SessionId, } | { "type": "read", session: SessionId, through: Sequence, } | { "type": "set_fact", session: SessionId, name: FactName, value: string, } | { "type": "switch_channel", session: SessionId, to: Channel, } | { "type": "transfer", session: SessionId, task: TaskId, target: TransferTarget, note: string | null, } | { "type": "wrap_up", session: SessionId, task: TaskId, } | { "type": "complete", session: SessionId, task: TaskId, disposition: Disposition | null, summary: string | null, close: boolean, } | { "type": "call_failed", session: SessionId, task: TaskId, } | { "type": "history", customer: CustomerId, } | { "type": "merge", session: SessionId, other: SessionId, } | { "type": "separate", session: SessionId, other: SessionId, } | { "type": "search", text: string, } | { "type": "knowledge", text: string, 
/**
 * None: the organisation's first.
 */
language: Language | null, } | { "type": "explain", task: TaskId, at?: Timestamp, } | { "type": "pickable" } | { "type": "pick", task: TaskId, } | { "type": "watch_board" } | { "type": "unwatch_board" } | { "type": "past_hour" } | { "type": "monitor", session: SessionId, } | { "type": "whisper", session: SessionId, message: MessageId, text: string, } | { "type": "barge", session: SessionId, } | { "type": "take_over", session: SessionId, } | { "type": "step_out", session: SessionId, } | { "type": "move_task", session: SessionId, task: TaskId, target: TransferTarget, } | { "type": "prioritise", session: SessionId, task: TaskId, priority: Priority, } | { "type": "age", session: SessionId, task: TaskId, waiting_since: Timestamp, } | { "type": "close_queue", queue: QueueId | null, reason: string, 
/**
 * None: until somebody opens it.
 */
until: Timestamp | null, } | { "type": "reopen_queue", queue: QueueId | null, } | { "type": "assign", task: TaskId, agent: AgentId, capacity: CapacityRule, } | { "type": "set_presence_of", agent: AgentId, presence: PresenceName, });

export type ConsoleRole = "agent" | "supervisor" | "admin";

export type ConsoleWelcome = { version: number, now: Timestamp, me: Me, presence: PresenceName, presence_since: Timestamp, offers: Array<Offer>, sessions: Array<SessionCard>, organisation: OrganisationView, };

export type CustomerId = string;

export type Delivery = { "outcome": "sent" } | { "outcome": "failed", reason: string, } | { "outcome": "bounced", reason: string, };

export type DetachReason = "left" | "lost" | "closed" | "moved";

export type Disposition = string;

export type ExplanationView = { task: TaskId, queue: QueueId, 
/**
 * When all of this held.
 */
at: Timestamp, waiting_since: Timestamp, 
/**
 * One sentence: why it waits, or why it went there.
 */
headline: string, 
/**
 * In line, from 1; only of a task that waits.
 */
position: number | null, 
/**
 * The step of the queue, as in "1 of 3".
 */
step: string | null, 
/**
 * When the step relaxes, the queue's deadline passes, or the offer rings out.
 */
step_until: Timestamp | null, 
/**
 * What an agent must meet now; none if anybody of the queue will do.
 */
asks: string | null, 
/**
 * How many agents the queue has.
 */
agents: number, 
/**
 * How many of them meet what is asked, free or not.
 */
matching_agents: number, candidates: Array<CandidateView>, 
/**
 * By which the agent was chosen.
 */
rule: string | null, chosen: AgentId | null, chosen_at: Timestamp | null, 
/**
 * Who would have been offered it otherwise.
 */
runner_up: AgentId | null, 
/**
 * What would have to change for it to be served.
 */
remedy: string | null, 
/**
 * The same, one by one.
 */
needs: Array<NeedView>, };

export type FactName = string;

export type FactView = { name: FactName, value: string, };

export type FormField = { name: string, label: string, kind: FormFieldKind, required: boolean, };

export type FormFieldKind = "text" | "email";

export type Hello = { version: number, site: SiteId, 
/**
 * The visitor token that an earlier welcome gave.
 */
visitor: string | null, 
/**
 * A JWT signed by the site for a user it knows.
 */
user: string | null, 
/**
 * The last sequence seen of the session; 0 for none.
 */
since: Sequence, 
/**
 * The session it was seen in. None: whichever goes on.
 */
session: SessionId | null, language: Language | null, 
/**
 * The address of the page the widget is on.
 */
page: string | null, 
/**
 * Answers to the pre-chat form, by field name.
 */
form: { [key in string]: string }, };

export type Identity = { "kind": "email", "value": string } | { "kind": "phone", "value": string } | { "kind": "visitor", "value": string } | { "kind": "user", "value": string };

export type Intent = string;

export type Intervention = "monitor" | "whisper" | "barge" | "take_over";

export type KnownIdentity = { identity: Identity, verification: Verification, };

export type Language = string;

export type LegId = string;

export type LegView = { leg: LegId, channel: Channel, attached: boolean, origin: string | null, };

export type Level = number;

export type LiveOffer = { reservation: ReservationId, agent: AgentId, expires_at: Timestamp, };

export type Me = { agent: AgentId, name: string, role: ConsoleRole, };

export type Message = { id: MessageId, author: Author, channel: Channel, 
/**
 * The leg it came in on, or goes out on; none for what only the transcript sees.
 */
leg?: LegId | null, 
/**
 * Plain text, at most `MAX_TEXT` bytes.
 */
text: string, 
/**
 * Bytes of `text` before the quoted part of a mail, if it has one: fold, never delete.
 */
visible?: number | null, subject?: string | null, attachments?: Array<Attachment>, 
/**
 * The original as it came (a raw mail), in the blob store.
 */
original?: string | null, 
/**
 * A mail's Message-ID without brackets, by which later mails of its thread are known.
 */
mail_id?: string | null, 
/**
 * The address of ours that a mail came in at; answers leave from it.
 */
inbox?: string | null, citations?: Array<Citation>, 
/**
 * Sent by a machine without anybody asking (RFC 3834): never answered automatically.
 */
automatic?: boolean, };

export type MessageId = string;

export type Named<Id> = { id: Id, name: string, };

export type NeedView = { what: string, 
/**
 * When it happens by itself.
 */
at: Timestamp | null, };

export type Offer = { reservation: ReservationId, task: TaskId, session: SessionId, queue: QueueId, channel: Channel, offered_at: Timestamp, expires_at: Timestamp, waiting_since: Timestamp, 
/**
 * Why me: sentences from the router's explanation.
 */
why: Array<string>, card: SessionCard, context: SessionContext, 
/**
 * The newest messages, oldest first.
 */
last_messages: Array<Recorded<SessionEvent>>, };

export type OfferOutcome = "accepted" | "rejected" | "timed_out" | "canceled" | "rescinded";

export type OrganisationView = { name: string, queues: Array<Named<QueueId>>, 
/**
 * Those of them whose tasks agents pick from a list.
 */
picked_queues: Array<QueueId>, presences: Array<PresenceView>, 
/**
 * What an agent can say who rejects an offer.
 */
reject_reasons: Array<RejectReasonView>, dispositions: Array<Named<Disposition>>, agents: Array<AgentView>, canned: Array<Canned>, 
/**
 * The queue that virtual agents serve: where a session is handed back to.
 */
virtual_queue: QueueId | null, max_upload_bytes: number, };

export type PassageView = { title: string, heading: string, 
/**
 * Plain text.
 */
text: string, 
/**
 * 0 to 1.
 */
confidence: number, };

export type PastSession = { session: SessionId, opened_at: Timestamp, closed_at: Timestamp | null, channels: Array<Channel>, intent: Intent | null, last_agent: AgentId | null, last_text: string, };

export type PickableView = { task: TaskId, queue: QueueId, waiting_since: Timestamp, card: SessionCard, 
/**
 * What stands against it for the moment, as a sentence about me.
 */
not_now: string | null, };

export type PresenceCause = "agent" | "supervisor" | "not_responding" | "disconnected";

export type PresenceName = string;

export type PresenceView = { id: PresenceName, name: string, routable: boolean, 
/**
 * Agents may choose it themselves.
 */
selectable: boolean, };

export type Priority = number;

export type QueueFigures = { queue: QueueId, open: boolean, 
/**
 * Why it was closed by hand, if it is.
 */
closing?: string, waiting: number, 
/**
 * Since when the longest waiting one waits.
 */
longest_since: Timestamp | null, 
/**
 * Reserved, assigned or wrapping.
 */
in_hand: number, service_level: ServiceLevelView, 
/**
 * Today's.
 */
offered: number, answered: number, abandoned: number, 
/**
 * Told that the queue is full, closed, or over for them; counted apart from `abandoned`.
 */
turned_away: number, };

export type QueueId = string;

export type QueueReading = { queue: QueueId, waiting: number, longest_since: Timestamp | null, 
/**
 * Of the service level.
 */
percent: number | null, offered: number, abandoned: number, };

export type Reader = "customer" | "agent";

export type Recorded<E> = { sequence: Sequence, at: Timestamp, event: E, };

export type RejectReason = string;

export type RejectReasonView = { id: RejectReason, name: string, 
/**
 * In these queues only; empty: in every one.
 */
queues: Array<QueueId>, };

export type Requirements = { skills?: Array<SkillRequirement>, language?: Language | null, 
/**
 * All of them must hold.
 */
conditions?: Array<Condition>, };

export type ReservationEnd = "rejected" | "timed_out" | "canceled" | "rescinded";

export type ReservationId = string;

export type Role = "handler" | "supervisor";

export type SearchHit = { session: SessionId, sequence: Sequence, at: Timestamp, 
/**
 * Matches stand between `\u{1}` and `\u{2}`.
 */
snippet: string, };

export type Sender = { "who": "customer" } | { "who": "agent", name: string, automated: boolean, } | { "who": "system" };

export type Sequence = number;

export type ServiceLevelView = { 
/**
 * The named definition, such as `answered_or_abandoned_of_all`.
 */
definition: string, threshold_seconds: number, 
/**
 * 0 to 100; none before the first contact of the day.
 */
percent: number | null, target_percent: number, };

export type SessionCard = { session: SessionId, customer: CustomerId, customer_name: string, site: SiteId, 
/**
 * Every channel it has been on, in order.
 */
channels: Array<Channel>, 
/**
 * Where an answer goes.
 */
channel: Channel, 
/**
 * Whether the customer is connected on that channel now.
 */
present: boolean, language: Language | null, intent: Intent | null, opened_at: Timestamp, last_at: Timestamp, last_text: string, last_sequence: Sequence, 
/**
 * The customer's messages the agents have not read.
 */
unread: number, closed: boolean, task: TaskView | null, };

export type SessionContext = { identities: Array<KnownIdentity>, facts: Array<FactView>, intent: Intent | null, 
/**
 * 0 to 1.
 */
intent_confidence: number | null, language: Language | null, legs: Array<LegView>, 
/**
 * What the last agent, or the virtual agent, left for the next.
 */
handover_note: string | null, handover_reason: string | null, supervisors: Array<AgentId>, history: Array<PastSession>, };

export type SessionEvent = { "type": "opened", session: SessionId, customer: CustomerId, site: SiteId, language: Language | null, } | { "type": "leg_attached", leg: LegId, channel: Channel, identity: Identity, verification: Verification, 
/**
 * A page address or a mail's subject: what the agent sees of where it came from.
 */
origin?: string | null, } | { "type": "leg_detached", leg: LegId, reason: DetachReason, } | { "type": "channel_switched", from: Channel, to: Channel, by: Author, } | { "type": "identity_attached", identity: Identity, verification: Verification, } | { "type": "message_posted", message: Message, } | { "type": "note_added", note: MessageId, author: AgentId, text: string, } | { "type": "read_marked", reader: Reader, through: Sequence, } | { "type": "intent_detected", intent: Intent, confidence: number, } | { "type": "language_detected", language: Language, } | { "type": "fact_collected", name: FactName, value: string, source: Author, } | { "type": "task_created", task: TaskId, queue: QueueId, channel: Channel, requirements: Requirements, priority: Priority, 
/**
 * Its age counts from here, also after transfers.
 */
waiting_since: Timestamp, 
/**
 * Offered to this agent first, for a while.
 */
preferred_agent?: AgentId | null, } | { "type": "task_reserved", task: TaskId, reservation: ReservationId, agent: AgentId, expires_at: Timestamp, } | { "type": "reservation_ended", task: TaskId, reservation: ReservationId, agent: AgentId, outcome: ReservationEnd, reason?: string | null, } | { "type": "task_assigned", task: TaskId, reservation: ReservationId | null, agent: AgentId, 
/**
 * Who gave it to the agent, if it was not the router's choice or the agent's own.
 */
by?: AgentId | null, } | { "type": "task_transferred", task: TaskId, from: AgentId | null, target: TransferTarget, requirements: Requirements, reason: TransferReason, 
/**
 * What the next agent should know: a person's note or a virtual agent's summary.
 */
note: string | null, } | { "type": "task_reprioritised", task: TaskId, priority: Priority, by: AgentId, } | { "type": "task_aged", task: TaskId, waiting_since: Timestamp, by: AgentId, } | { "type": "callback_offered", task: TaskId, until: Timestamp, text: string, } | { "type": "callback_chosen", task: TaskId, 
/**
 * In E.164.
 */
number: string, callback: Callback, not_before?: Timestamp | null, by: Author, } | { "type": "callback_declined", task: TaskId, } | { "type": "call_failed", task: TaskId, agent: AgentId, attempts_left: number, not_before: Timestamp, } | { "type": "task_held", task: TaskId, agent: AgentId, } | { "type": "task_resumed", task: TaskId, agent: AgentId, } | { "type": "task_wrapping", task: TaskId, agent: AgentId, } | { "type": "task_completed", task: TaskId, agent: AgentId, disposition: Disposition | null, summary: string | null, } | { "type": "task_canceled", task: TaskId, reason: CancelReason, } | { "type": "agent_joined", agent: AgentId, role: Role, } | { "type": "agent_left", agent: AgentId, role: Role, } | { "type": "intervention_started", supervisor: AgentId, intervention: Intervention, } | { "type": "intervention_ended", supervisor: AgentId, intervention: Intervention, } | { "type": "whispered", message: MessageId, supervisor: AgentId, text: string, } | { "type": "rated", score: number, comment: string | null, } | { "type": "transcript_requested", to: Identity, } | { "type": "delivery_recorded", message: MessageId, delivery: Delivery, } | { "type": "absorbed", other: SessionId, through: Sequence, } | { "type": "absorbed_into", other: SessionId, } | { "type": "separated", other: SessionId, } | { "type": "closed", reason: CloseReason, } | { "type": "reopened" } | { "type": "erased", by: AgentId, };

export type SessionId = string;

export type SessionSnapshot = { session: SessionId, sequence: Sequence, card: SessionCard, context: SessionContext, events: Array<Recorded<SessionEvent>>, 
/**
 * Older events were left out.
 */
truncated: boolean, 
/**
 * What happened in sessions that were merged into this one, in order; the sequences are theirs.
 */
earlier: Array<Recorded<SessionEvent>>, };

export type SiteId = string;

export type SiteInfo = { name: string, greeting: string, language: Language, form: Array<FormField>, max_upload_bytes: number, max_text_bytes: number, 
/**
 * Whether a person could take the chat now.
 */
open: boolean, };

export type Skill = string;

export type SkillRequirement = { skill: Skill, level: Level, };

export type Standing = { "with": "nobody" } | { "with": "waiting" } | { "with": "agent", name: string, automated: boolean, } | { "with": "closed", rated: boolean, };

export type TaskId = string;

export type TaskView = { task: TaskId, queue: QueueId, priority: Priority, waiting_since: Timestamp, 
/**
 * To be called back.
 */
call_back?: CallBack, 
/**
 * Assigned, and held for something else in its agent's hands.
 */
is_held: boolean, } & ({ "state": "pending" } | { "state": "reserved", reservation: ReservationId, agent: AgentId, expires_at: Timestamp, 
/**
 * In the order they were asked after the first.
 */
others?: Array<LiveOffer>, } | { "state": "assigned", agent: AgentId, } | { "state": "wrapping", agent: AgentId, since: Timestamp, } | { "state": "completed" } | { "state": "canceled" });

export type Timestamp = number;

export type TransferReason = "agent" | "customer_request" | "low_confidence" | "time_limit" | "failure" | "supervisor" | "overflow" | "agent_offline";

export type TransferTarget = { "to": "queue", queue: QueueId, } | { "to": "agent", agent: AgentId, queue: QueueId, };

export type Upload = { upload: string, attachment: Attachment, };

export type Verification = "claimed" | "verified";

export type Welcome = { version: number, 
/**
 * Keep it and send it in the next hello: it names this visitor.
 */
visitor: string, 
/**
 * The session that goes on, if there is one.
 */
session: SessionId | null, sequence: Sequence, standing: Standing, 
/**
 * Events after `since` follow; otherwise a snapshot does, if there is a session.
 */
resumed: boolean, site: SiteInfo, };
