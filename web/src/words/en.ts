/** What the consoles say, in English. A table of another language has exactly these keys. */
export const en = {
  oneMoment: 'One moment…', tryingAgain: '{problem}. Trying again…', language: 'Language',
  logInTo: 'Log in to your console.', name: 'Name', password: 'Password', logIn: 'Log in', loggingIn: 'Logging in…', logOut: 'Log out',
  wrongLogin: 'The name or the password is not right.', unreachable: 'The server cannot be reached.', tooManyAttempts: 'Too many attempts. Wait a minute.', serverAnswered: 'The server answered {status}',
  fileTooLarge: 'The file is too large', fileRefused: 'The file was refused ({status})',

  connected: 'Connected', away: 'Not connected for {span}. What you type is kept. Coming back by itself…', awaySending: 'Not connected for {span}. What you type is kept; {n} waiting to be sent. Coming back by itself…', aMoment: 'a moment',
  offerMissed: 'An offer was missed: choose a presence to go on.', searchOrDo: 'Search or do anything', findAnything: 'Find anything', waitingShort: 'waiting {n}', levelShort: 'SL {n} %',
  view: 'View', agentView: 'Agent', supervisorView: 'Supervisor', wallboard: 'Wallboard', simulation: 'What if', soundForOffers: 'Sound for offers', soundOn: 'Sound is on', soundOff: 'Sound is off', keyboardShortcuts: 'Keyboard shortcuts',
  keyboard: 'Keyboard', close: 'Close', cancel: 'Cancel', search: 'Search', found: 'Found', nothingFound: 'Nothing found. Try another word.', paletteHint: 'A name, a command, a word from a conversation…',
  accept: 'Accept', acceptOf: 'Accept {name}', setMe: 'Set me {presence}', turnSoundOn: 'Turn sound on', turnSoundOff: 'Turn sound off', goTo: 'Go to: {view}', speak: 'Sprache: Deutsch',
  hintSession: 'session', hintPresence: 'presence', hintSound: 'sound', hintMe: 'me', hintView: 'view', hintFound: 'found', hintLanguage: 'language',
  keyPalette: 'Find anything, do anything', keyAccept: 'Accept the offer', keySessions: 'Next or previous session', keyCanned: 'Canned answers', keyNewLine: 'New line', keyEscape: 'Close, or leave the field', keyHelp: 'This help', keyCustomer: 'What is known of the customer',

  myWork: 'My work', mySessions: 'My sessions', appearsHere: 'What you accept appears here.', connectedNow: 'Connected now', notConnected: 'Not connected', unread: '{n} unread', wrapUpBadge: 'wrap-up', heldBadge: 'on hold',
  noSession: 'No session is open.', nextRings: 'You are available: the next contact rings here.', setAvailable: 'Set yourself available at the top left to be offered work.',
  endedByCustomer: '{name} ended the chat.',
  offerFrom: 'Offer from {name}', secondsLeft: '{n} seconds left', waitingFor: 'waiting {span}', whyYou: 'Why you', us: 'Us', decline: 'Decline', declineWhy: 'Why do you decline?', offerTimedOut: 'The offer timed out. Set yourself available to be offered work again.', offerCanceled: 'The customer left before the offer was accepted.', offerWithdrawn: 'The offer went to somebody else.',
  rings: 'Rings for you', lastWords: 'Last words', intentOf: 'intent {intent}', handover: 'Handover', collected: 'Collected',

  sessionWith: 'Session with {name}', transfer: 'Transfer', wrapUp: 'Wrap up', loadingConversation: 'Loading the conversation…', earlierConversation: 'An earlier conversation', backToMine: 'Back to my session', loadingIfAllowed: 'Loading, if you may see it…',
  reply: 'Reply', noteForTeam: 'Note, seen by the team only', notePlaceholder: 'A note for the team. The customer does not see it.', replyTo: 'Reply to {name}. / for canned answers', replyOn: 'Reply on', answerWaits: 'Not connected: the answer waits for them',
  attachFile: 'Attach a file', file: 'File', remove: 'Remove {name}', note: 'Note', writeNote: 'Write a note', addNote: 'Add note', send: 'Send', cannedAnswers: 'Canned answers',
  transferOf: 'Transfer {name}', findTarget: 'Find a queue or an agent', queues: 'Queues', agents: 'Agents', assistant: 'Assistant', backToAssistant: 'Back to the assistant', whatToKnow: 'What should they know?',
  wrapUpOf: 'Wrap up {name}', disposition: 'Disposition', summary: 'Summary', closeToo: 'Close the session too', startWrapUp: 'Start wrap-up time', done: 'Done',

  customer: 'Customer', speaks: 'Speaks {language}', verified: 'verified', claimed: 'claimed', facts: 'Facts', nothingCollected: 'Nothing collected yet.', newFact: 'New fact', addFact: 'Add a fact', itsValue: 'Its value', value: 'Value', add: 'Add',
  earlierSessions: 'Earlier sessions', agoOf: '{span} ago', firstContact: 'The first contact of this customer.', assist: 'Assist', searchArticles: 'Search the articles', useInReply: 'Use in reply', noArticle: 'No article speaks to it.', searchConversations: 'Search conversations', wordsThenEnter: 'Words, then Enter', fewerWords: 'Nothing found. Try fewer words.',

  conversation: 'Conversation', olderNotShown: 'Older events are not shown.', typing: '{name} is typing…', quotedText: 'Quoted text', sources: 'Sources', notDelivered: 'Not delivered', bounced: 'Bounced', read: 'Read', whisper: 'Whisper',
  cameBefore: 'Something came in before this was sent. Look at it, then:', sendAsIs: 'Send as it is', discard: 'Discard', notSent: 'Not sent: {reason}', tryAgain: 'Try again', sending: 'Sending…', goesOutLater: 'Goes out when connected and caught up',
  today: 'Today', yesterday: 'Yesterday', now: 'now',
  lineConnected: 'Connected by {channel}', lineMoved: 'The conversation moved from {from} to {to}', lineWaiting: 'Waiting in {queue}', lineTook: '{name} took it', lineHandedBy: '{name} handed over to {target}', lineHanded: 'Handed over to {target}',
  linePriority: '{name} set the priority to {n}', lineFinished: '{name} finished', lineFinishedAs: '{name} finished: {disposition}', lineAbandoned: 'The customer left before an answer', lineIntervenes: '{name}: {what}', lineIntervened: '{name} ended: {what}',
  lineRated: 'Rated {n} of 5', lineTranscript: 'The transcript was sent to {to}', lineAbsorbed: 'Joined with an earlier conversation of the same customer', lineSeparated: 'Separated from another conversation again', lineClosed: 'Closed ({reason})', lineReopened: 'Reopened', lineErased: 'The texts were erased',
  monitor: 'Monitor', barge: 'Barge in', take_over: 'Take over',

  waitingFirst: 'Waiting for the first figures…', live: 'Live · last change {span} ago', stale: 'Not connected: the figures are {span} old', figures: 'Figures', waitingNow: 'Waiting now', longestWait: 'Longest wait', serviceLevel: 'Service level', abandonedToday: 'Abandoned today', severalDefinitions: 'several definitions, weighted by offered',
  queuesCounted: 'Queues counted', counting: 'Counting', allQueues: 'All queues', queue: 'Queue', waiting: 'Waiting', longest: 'Longest', inHand: 'In hand', level: 'SL', answered: 'Answered', abandoned: 'Abandoned', closed: 'closed', ofAll: '{n} of {all}', levelHint: '{definition}, {seconds} s, target {target} %',
  agent: 'Agent', state: 'State', since: 'For', sessions: 'Sessions', load: 'Load', virtual: 'virtual', loadOf: 'Load of {name}', channel: 'Channel', withWhom: 'With', waits: 'Waits', priority: 'Priority', last: 'Last', why: 'Why?', ringsAt: 'rings at {name}', waitingState: 'waiting',
  filterHint: 'Filter by name, queue, agent, text', filterSessions: 'Filter sessions', noMatch: 'No session matches. Clear the filter to see all.', noSessions: 'No open sessions.', showAll: 'Show all {n}',
  noLongerOpen: 'No longer open', forSpan: 'for {span}', setPresence: 'Set presence', capacity: 'Capacity', noneInHand: 'None in hand.', open: 'Open', closedQueue: 'Closed', queueNow: '{waiting} waiting · {inHand} in hand', levelWithin: '{definition} within {seconds} s, target {target} %', agentsOfQueue: 'Agents of this queue', nobodyServes: 'Nobody serves this queue.',
  stepOut: 'Step out', bargeHint: 'Join so that the customer sees you', moveTo: 'Move to', lowerPriority: 'Lower priority', raisePriority: 'Raise priority', toCustomer: 'Message to the customer', toAgent: 'Whisper to the agent', toBoth: 'To the customer and the agent', whisperHint: 'Whisper: only the agent sees it', monitorHint: 'Monitor to read along unseen. The customer does not notice.',
  stepOf: 'Step {step}', untilIn: '{span} left', agentsMatch: '{n} of {of} agents match', inLine: 'Place {n} in line', asksFor: 'Asks for {what}', ruleOf: 'Rule: {rule}', nextWouldBe: 'Next would be {name}.', servedWhen: 'It is served when', atThatTime: 'As it was at', askThen: 'Show', nowAgain: 'As it is now', asOf: 'As of {time}', askAgain: 'Ask again', thatDayWithTheseRules: 'That day with these rules', simulationHint: 'A recorded day is played again, many times: who came, how long they had patience and how long it took are as they were; who is asked when is decided by the rules.', simulatedDay: 'Day', playedTimes: 'Played', rulesToTry: 'Rules to try, as TOML: the tables that change', currentRules: 'Begin with the rules that hold', playDay: 'Play the day', playing: 'Playing…', nothingRecorded: 'Nothing is recorded yet.', whatOf: 'Of', measure: 'Figure', rulesThatHold: 'Rules that hold', theseRules: 'These rules', differenceOf: 'Difference', betterThis: 'better', worseThis: 'worse', noDifference: 'no certain difference', contactsPlayed: '{n} contacts, played {times} times; ± is the half-width of a {percent} % interval', backToBoard: 'Back to the board', whyHere: 'Why is it where it is?',
  agentsFree: 'Agents free', leaveWallboard: 'Back to the board',
  chat_channel: 'chat', email_channel: 'email', voice_channel: 'phone',
};
