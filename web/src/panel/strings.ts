const en = {
  chat: 'Chat', close: 'Minimise chat', write: 'Write a message', send: 'Send', attach: 'Attach a file', person: 'Talk to a person',
  offline: 'You are offline. Your messages are kept and go out when you are back.', connecting: 'Connecting…', sending: 'Sending…', sent: 'Sent', seen: 'Seen',
  failed: 'Not sent', place: 'You are number {n} in line', next: 'You are next in line', wait: 'about {t}', minutes: '{n} min', minute: 'less than a minute',
  waiting: 'Looking for somebody to help you…', joined: '{name} joined', left: '{name} left', assistant: 'Assistant', ended: 'The chat has ended',
  end: 'End chat', endAsk: 'End this chat?', yes: 'End', no: 'Keep chatting', rate: 'How was this chat?', comment: 'Anything to add? (optional)', rateSend: 'Send rating', stars: '{n} of 5',
  thanks: 'Thank you for your rating', transcript: 'Email me the transcript', email: 'Email address', transcriptSent: 'The transcript is on its way to {email}', start: 'Start chat', again: 'Start a new chat',
  required: 'Please fill this in', sources: 'Sources', typing: '{name} is typing', you: 'You', switched: 'The conversation goes on by {channel}', reopened: 'The chat goes on',
  closedNow: 'Our team is not there right now. Leave a message and we will answer as soon as we can.', closedWaiting: 'We are closed at the moment. You keep your place (number {n} in line), and hear from us when we open.', closedUntil: 'We are closed until {t}. You keep your place (number {n} in line).', older: 'Older messages are not shown', tooLarge: 'This file is too large', uploadFailed: 'The file could not be uploaded', remove: 'Remove {name}', more: 'More', menu: 'Options', erased: 'The messages were erased', messages: 'Messages', personAsked: 'We are looking for a person for you', problem: 'The chat is not available', file: 'File', retry: 'Try again', chat_channel: 'chat', email_channel: 'email', voice_channel: 'phone', cancel: 'Cancel',
  callbackAsk: 'Call back', callbackNumber: 'Your number, with the country code', callbackYes: 'Call me', callbackNo: 'No, thank you', callbackChosen: 'We will call you at {number}. You keep your place, and may close this chat.', callbackDeclined: 'No call back',
};
export type Key = keyof typeof en;
type Table = Record<Key, string>;

const de: Table = {
  chat: 'Chat', close: 'Chat minimieren', write: 'Nachricht schreiben', send: 'Senden', attach: 'Datei anhängen', person: 'Mit einem Menschen sprechen',
  offline: 'Sie sind offline. Ihre Nachrichten bleiben erhalten und werden später gesendet.', connecting: 'Verbinden…', sending: 'Wird gesendet…', sent: 'Gesendet', seen: 'Gelesen',
  failed: 'Nicht gesendet', place: 'Sie sind Nummer {n} in der Reihe', next: 'Sie sind als Nächstes dran', wait: 'etwa {t}', minutes: '{n} Min.', minute: 'weniger als eine Minute',
  waiting: 'Wir suchen jemanden, der Ihnen hilft…', joined: '{name} ist da', left: '{name} ist gegangen', assistant: 'Assistent', ended: 'Der Chat ist beendet',
  end: 'Chat beenden', endAsk: 'Diesen Chat beenden?', yes: 'Beenden', no: 'Weiter chatten', rate: 'Wie war dieser Chat?', comment: 'Möchten Sie etwas hinzufügen? (freiwillig)', rateSend: 'Bewertung senden', stars: '{n} von 5',
  thanks: 'Danke für Ihre Bewertung', transcript: 'Verlauf per E-Mail senden', email: 'E-Mail-Adresse', transcriptSent: 'Der Verlauf ist unterwegs an {email}', start: 'Chat starten', again: 'Neuen Chat starten',
  required: 'Bitte ausfüllen', sources: 'Quellen', typing: '{name} schreibt', you: 'Sie', switched: 'Das Gespräch geht weiter per {channel}', reopened: 'Der Chat geht weiter',
  closedNow: 'Unser Team ist gerade nicht da. Hinterlassen Sie eine Nachricht, wir antworten so bald wie möglich.', closedWaiting: 'Wir haben gerade geschlossen. Sie behalten Ihren Platz (Nummer {n} in der Reihe) und hören von uns, sobald wir öffnen.', closedUntil: 'Wir haben bis {t} geschlossen. Sie behalten Ihren Platz (Nummer {n} in der Reihe).', older: 'Ältere Nachrichten werden nicht gezeigt', tooLarge: 'Diese Datei ist zu groß', uploadFailed: 'Die Datei konnte nicht hochgeladen werden', remove: '{name} entfernen', more: 'Mehr', menu: 'Optionen', erased: 'Die Nachrichten wurden gelöscht', messages: 'Nachrichten', personAsked: 'Wir suchen einen Menschen für Sie', problem: 'Der Chat ist nicht verfügbar', file: 'Datei', retry: 'Erneut versuchen', chat_channel: 'Chat', email_channel: 'E-Mail', voice_channel: 'Telefon', cancel: 'Abbrechen',
  callbackAsk: 'Rückruf', callbackNumber: 'Ihre Nummer mit Landesvorwahl', callbackYes: 'Rufen Sie mich an', callbackNo: 'Nein, danke', callbackChosen: 'Wir rufen Sie unter {number} an. Ihr Platz bleibt, und Sie können den Chat schließen.', callbackDeclined: 'Kein Rückruf',
};
const ar: Table = {
  chat: 'محادثة', close: 'تصغير المحادثة', write: 'اكتب رسالة', send: 'إرسال', attach: 'إرفاق ملف', person: 'التحدث إلى شخص',
  offline: 'أنت غير متصل. رسائلك محفوظة وستُرسل عند عودة الاتصال.', connecting: 'جارٍ الاتصال…', sending: 'جارٍ الإرسال…', sent: 'أُرسلت', seen: 'قُرئت',
  failed: 'لم تُرسل', place: 'رقمك في الانتظار {n}', next: 'أنت التالي', wait: 'حوالي {t}', minutes: '{n} دقيقة', minute: 'أقل من دقيقة',
  waiting: 'نبحث عمّن يساعدك…', joined: 'انضم {name}', left: 'غادر {name}', assistant: 'مساعد', ended: 'انتهت المحادثة',
  end: 'إنهاء المحادثة', endAsk: 'هل تريد إنهاء المحادثة؟', yes: 'إنهاء', no: 'متابعة', rate: 'كيف كانت المحادثة؟', comment: 'هل تود إضافة شيء؟ (اختياري)', rateSend: 'إرسال التقييم', stars: '{n} من 5',
  thanks: 'شكرًا على تقييمك', transcript: 'أرسل نص المحادثة بالبريد', email: 'البريد الإلكتروني', transcriptSent: 'نص المحادثة في الطريق إلى {email}', start: 'بدء المحادثة', again: 'محادثة جديدة',
  required: 'يرجى ملء هذا الحقل', sources: 'المصادر', typing: '{name} يكتب', you: 'أنت', switched: 'تستمر المحادثة عبر {channel}', reopened: 'استؤنفت المحادثة',
  closedNow: 'فريقنا غير متاح الآن. اترك رسالة وسنرد في أقرب وقت.', closedWaiting: 'نحن مغلقون الآن. دورك محفوظ (رقم {n}) وسنرد عليك عندما نفتح.', closedUntil: 'نحن مغلقون حتى {t}. دورك محفوظ (رقم {n}).', older: 'لا تظهر الرسائل الأقدم', tooLarge: 'الملف كبير جدًا', uploadFailed: 'تعذّر رفع الملف', remove: 'إزالة {name}', more: 'المزيد', menu: 'خيارات', erased: 'مُسحت الرسائل', messages: 'الرسائل', personAsked: 'نبحث لك عن شخص', problem: 'المحادثة غير متاحة', file: 'ملف', retry: 'حاول مجددًا', chat_channel: 'المحادثة', email_channel: 'البريد', voice_channel: 'الهاتف', cancel: 'إلغاء',
  callbackAsk: 'معاودة الاتصال', callbackNumber: 'رقمك مع رمز البلد', callbackYes: 'اتصلوا بي', callbackNo: 'لا، شكرًا', callbackChosen: 'سنتصل بك على الرقم {number}. دورك محفوظ ويمكنك إغلاق المحادثة.', callbackDeclined: 'بلا معاودة اتصال',
};

const tables: Record<string, Table> = { en, de, ar };

/** The string for `key` in `language`, English where there is no table, with `{names}` filled in. */
export function say(language: string, key: Key, values: Record<string, string | number> = {}): string {
  const text = (tables[language.slice(0, 2)] ?? en)[key];
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
}

export const rightToLeft = (language: string) => /^(ar|he|fa|ur)\b/.test(language);
