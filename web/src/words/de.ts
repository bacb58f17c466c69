import type { Words } from './index.svelte';

/** What the consoles say, in German. */
export const de: Words = {
  oneMoment: 'Einen Moment…', tryingAgain: '{problem}. Neuer Versuch…', language: 'Sprache',
  logInTo: 'Melden Sie sich an Ihrer Konsole an.', name: 'Name', password: 'Passwort', logIn: 'Anmelden', loggingIn: 'Anmeldung…', logOut: 'Abmelden',
  wrongLogin: 'Name oder Passwort stimmt nicht.', unreachable: 'Der Server ist nicht erreichbar.', tooManyAttempts: 'Zu viele Versuche. Warten Sie eine Minute.', serverAnswered: 'Der Server antwortete {status}',
  fileTooLarge: 'Die Datei ist zu groß', fileRefused: 'Die Datei wurde abgelehnt ({status})',

  connected: 'Verbunden', away: 'Seit {span} nicht verbunden. Was Sie schreiben, bleibt erhalten. Die Verbindung kommt von selbst zurück…', awaySending: 'Seit {span} nicht verbunden. Was Sie schreiben, bleibt erhalten; {n} warten auf das Senden. Die Verbindung kommt von selbst zurück…', aMoment: 'einem Moment',
  offerMissed: 'Ein Angebot wurde verpasst: Wählen Sie einen Status, um weiterzumachen.', searchOrDo: 'Suchen oder etwas tun', findAnything: 'Alles finden', waitingShort: '{n} warten', levelShort: 'SL {n} %',
  view: 'Ansicht', agentView: 'Agent', supervisorView: 'Leitung', wallboard: 'Wandtafel', soundForOffers: 'Ton bei Angeboten', soundOn: 'Ton ist an', soundOff: 'Ton ist aus', keyboardShortcuts: 'Tastenkürzel',
  keyboard: 'Tastatur', close: 'Schließen', cancel: 'Abbrechen', search: 'Suche', found: 'Gefunden', nothingFound: 'Nichts gefunden. Versuchen Sie ein anderes Wort.', paletteHint: 'Ein Name, ein Befehl, ein Wort aus einem Gespräch…',
  accept: 'Annehmen', acceptOf: '{name} annehmen', setMe: 'Mein Status: {presence}', turnSoundOn: 'Ton einschalten', turnSoundOff: 'Ton ausschalten', goTo: 'Gehe zu: {view}', speak: 'Language: English',
  hintSession: 'Gespräch', hintPresence: 'Status', hintSound: 'Ton', hintMe: 'ich', hintView: 'Ansicht', hintFound: 'gefunden', hintLanguage: 'Sprache',
  keyPalette: 'Alles finden, alles tun', keyAccept: 'Das Angebot annehmen', keySessions: 'Nächstes oder voriges Gespräch', keyCanned: 'Textbausteine', keyNewLine: 'Neue Zeile', keyEscape: 'Schließen oder das Feld verlassen', keyHelp: 'Diese Hilfe', keyCustomer: 'Was vom Kunden bekannt ist',

  myWork: 'Meine Arbeit', mySessions: 'Meine Gespräche', appearsHere: 'Was Sie annehmen, erscheint hier.', connectedNow: 'Gerade verbunden', notConnected: 'Nicht verbunden', unread: '{n} ungelesen', wrapUpBadge: 'Nacharbeit',
  noSession: 'Kein Gespräch ist offen.', nextRings: 'Sie sind verfügbar: Der nächste Kontakt klingelt hier.', setAvailable: 'Stellen Sie sich oben links auf verfügbar, um Arbeit zu bekommen.',
  endedByCustomer: '{name} hat den Chat beendet.',
  offerFrom: 'Angebot von {name}', secondsLeft: 'noch {n} Sekunden', waitingFor: 'wartet {span}', whyYou: 'Warum Sie', us: 'Wir', decline: 'Ablehnen', declineWhy: 'Warum lehnen Sie ab?', offerTimedOut: 'Das Angebot ist abgelaufen. Stellen Sie sich auf verfügbar, um wieder Arbeit zu bekommen.', offerCanceled: 'Der Kunde ging, bevor das Angebot angenommen wurde.', offerWithdrawn: 'Das Angebot hat jemand anderes bekommen.',
  rings: 'Klingelt bei Ihnen', lastWords: 'Zuletzt gesagt', intentOf: 'Anliegen {intent}', handover: 'Übergabe', collected: 'Erfasst',

  sessionWith: 'Gespräch mit {name}', transfer: 'Übergeben', wrapUp: 'Abschließen', loadingConversation: 'Das Gespräch wird geladen…', earlierConversation: 'Ein früheres Gespräch', backToMine: 'Zurück zu meinem Gespräch', loadingIfAllowed: 'Wird geladen, falls Sie es sehen dürfen…',
  reply: 'Antwort', noteForTeam: 'Notiz, nur für das Team', notePlaceholder: 'Eine Notiz für das Team. Der Kunde sieht sie nicht.', replyTo: 'Antwort an {name}. / für Textbausteine', replyOn: 'Antwort per', answerWaits: 'Nicht verbunden: Die Antwort wartet',
  attachFile: 'Datei anhängen', file: 'Datei', remove: '{name} entfernen', note: 'Notiz', writeNote: 'Notiz schreiben', addNote: 'Notiz speichern', send: 'Senden', cannedAnswers: 'Textbausteine',
  transferOf: '{name} übergeben', findTarget: 'Warteschlange oder Agent finden', queues: 'Warteschlangen', agents: 'Agenten', assistant: 'Assistent', backToAssistant: 'Zurück an den Assistenten', whatToKnow: 'Was sollte man dort wissen?',
  wrapUpOf: '{name} abschließen', disposition: 'Ergebnis', summary: 'Zusammenfassung', closeToo: 'Auch das Gespräch schließen', startWrapUp: 'Nacharbeit beginnen', done: 'Fertig',

  customer: 'Kunde', speaks: 'Spricht {language}', verified: 'bestätigt', claimed: 'angegeben', facts: 'Angaben', nothingCollected: 'Noch nichts erfasst.', newFact: 'Neue Angabe', addFact: 'Angabe', itsValue: 'Ihr Wert', value: 'Wert', add: 'Hinzufügen',
  earlierSessions: 'Frühere Gespräche', agoOf: 'vor {span}', firstContact: 'Der erste Kontakt dieses Kunden.', assist: 'Hilfe zur Antwort', searchArticles: 'Artikel durchsuchen', useInReply: 'In die Antwort', noArticle: 'Kein Artikel sagt etwas dazu.', searchConversations: 'Gespräche durchsuchen', wordsThenEnter: 'Wörter, dann Enter', fewerWords: 'Nichts gefunden. Versuchen Sie weniger Wörter.',

  conversation: 'Gespräch', olderNotShown: 'Älteres wird nicht gezeigt.', typing: '{name} schreibt…', quotedText: 'Zitierter Text', sources: 'Quellen', notDelivered: 'Nicht zugestellt', bounced: 'Zurückgekommen', read: 'Gelesen', whisper: 'Geflüstert',
  cameBefore: 'Bevor dies gesendet wurde, kam etwas herein. Sehen Sie es an, dann:', sendAsIs: 'So senden', discard: 'Verwerfen', notSent: 'Nicht gesendet: {reason}', tryAgain: 'Erneut versuchen', sending: 'Wird gesendet…', goesOutLater: 'Geht hinaus, sobald verbunden und auf dem Stand',
  today: 'Heute', yesterday: 'Gestern', now: 'jetzt',
  lineConnected: 'Verbunden per {channel}', lineMoved: 'Das Gespräch wechselte von {from} zu {to}', lineWaiting: 'Wartet in {queue}', lineTook: '{name} hat übernommen', lineHandedBy: '{name} hat an {target} übergeben', lineHanded: 'An {target} übergeben',
  linePriority: '{name} setzte die Priorität auf {n}', lineFinished: '{name} ist fertig', lineFinishedAs: '{name} ist fertig: {disposition}', lineAbandoned: 'Der Kunde ging vor einer Antwort', lineIntervenes: '{name}: {what}', lineIntervened: '{name} beendete: {what}',
  lineRated: 'Bewertung: {n} von 5', lineTranscript: 'Der Verlauf ging an {to}', lineAbsorbed: 'Mit einem früheren Gespräch desselben Kunden verbunden', lineSeparated: 'Wieder von einem anderen Gespräch getrennt', lineClosed: 'Geschlossen ({reason})', lineReopened: 'Wieder geöffnet', lineErased: 'Die Texte wurden gelöscht',
  monitor: 'Mitlesen', barge: 'Dazukommen', take_over: 'Übernehmen',

  waitingFirst: 'Warten auf die ersten Zahlen…', live: 'Live · letzte Änderung vor {span}', stale: 'Nicht verbunden: Die Zahlen sind {span} alt', figures: 'Zahlen', waitingNow: 'Warten jetzt', longestWait: 'Längste Wartezeit', serviceLevel: 'Servicelevel', abandonedToday: 'Heute aufgegeben', severalDefinitions: 'mehrere Definitionen, nach Angeboten gewichtet',
  queuesCounted: 'Gezählte Warteschlangen', counting: 'Gezählt', allQueues: 'Alle', queue: 'Warteschlange', waiting: 'Warten', longest: 'Längste', inHand: 'In Arbeit', level: 'SL', answered: 'Beantwortet', abandoned: 'Aufgegeben', closed: 'geschlossen', ofAll: '{n} von {all}', levelHint: '{definition}, {seconds} s, Ziel {target} %',
  agent: 'Agent', state: 'Status', since: 'Seit', sessions: 'Gespräche', load: 'Last', virtual: 'virtuell', loadOf: 'Last von {name}', channel: 'Kanal', withWhom: 'Bei', waits: 'Wartet', priority: 'Priorität', last: 'Zuletzt', why: 'Warum?', ringsAt: 'klingelt bei {name}', waitingState: 'wartet',
  filterHint: 'Nach Name, Warteschlange, Agent, Text', filterSessions: 'Gespräche filtern', noMatch: 'Kein Gespräch passt. Leeren Sie den Filter, um alle zu sehen.', noSessions: 'Keine offenen Gespräche.', showAll: 'Alle {n} zeigen',
  noLongerOpen: 'Nicht mehr offen', forSpan: 'seit {span}', setPresence: 'Status setzen', capacity: 'Kapazität', noneInHand: 'Nichts in Arbeit.', open: 'Offen', closedQueue: 'Geschlossen', queueNow: '{waiting} warten · {inHand} in Arbeit', levelWithin: '{definition} in {seconds} s, Ziel {target} %', agentsOfQueue: 'Agenten dieser Warteschlange', nobodyServes: 'Niemand bedient diese Warteschlange.',
  stepOut: 'Hinausgehen', bargeHint: 'Dazukommen, sodass der Kunde Sie sieht', moveTo: 'Verschieben nach', lowerPriority: 'Priorität senken', raisePriority: 'Priorität erhöhen', toCustomer: 'Nachricht an den Kunden', toAgent: 'Dem Agenten zuflüstern', toBoth: 'An Kunde und Agent', whisperHint: 'Flüstern: nur der Agent sieht es', monitorHint: 'Mitlesen, ohne gesehen zu werden. Der Kunde merkt nichts.',
  stepOf: 'Stufe {step}', untilIn: 'noch {span}', agentsMatch: '{n} von {of} Agenten passen', inLine: 'Platz {n} in der Reihe', asksFor: 'Verlangt {what}', ruleOf: 'Regel: {rule}', nextWouldBe: 'Als Nächstes käme {name}.', servedWhen: 'Es wird bedient, wenn', atThatTime: 'Wie es war um', askThen: 'Zeigen', nowAgain: 'Wie es jetzt ist', asOf: 'Stand {time}', askAgain: 'Erneut fragen', whyHere: 'Warum ist es, wo es ist?',
  agentsFree: 'Agenten frei', leaveWallboard: 'Zurück zur Tafel',
  chat_channel: 'Chat', email_channel: 'E-Mail', voice_channel: 'Telefon',
};
