// The widget in the site's second language, and in one that runs from right to left.
import { answer, play } from './stage.mjs';

const said = (language, direction) => (html) => html.replace('<html lang="en">', `<html lang="${language}" dir="${direction}">`);

await play(async (stage) => {
  const chloe = await stage.desk('chloe');
  const german = await stage.customer('german', { html: said('de', 'ltr'), locale: 'de-DE' });
  stage.same(await german.page.getByTestId('bubble').getAttribute('aria-label'), 'Chat öffnen', 'the bubble speaks German');
  await german.open();
  await german.hears('Hallo! Wie können wir helfen?');
  await german.hears('Ihr Name');
  await stage.shot(german.page, 'german-form');
  await german.start('Jonas');
  await german.say('Wie lange dauert der Versand?');
  await german.hears('Werktage');
  await german.panel.getByText('Mit einem Menschen sprechen').click();
  await chloe.getByTestId('offer-accept').click();
  await answer(chloe, 'Guten Tag, Chloé hier.');
  await german.hears('Chloé hier');
  await german.hears('ist da');
  await stage.shot(german.page, 'german-chat');
  stage.same(await german.frame.evaluate(() => [document.documentElement.lang, document.documentElement.dir]), ['de', 'ltr'], 'the panel says that it is German');

  const arabic = await stage.customer('arabic', { html: said('ar', 'rtl'), locale: 'ar' });
  await arabic.open();
  // A language the site does not have: it speaks its first one.
  await arabic.hears('Hello! How can we help?');
  await arabic.start('سارة');
  await arabic.say('كم يستغرق التوصيل؟');
  stage.same(await arabic.frame.evaluate(() => [document.documentElement.lang, document.documentElement.dir]), ['ar', 'rtl'], 'the panel says that it is Arabic');
  const middle = (box) => box.x + box.width / 2;
  const [bubble, frame] = [await arabic.page.getByTestId('bubble').boundingBox(), await arabic.page.locator('iframe').boundingBox()];
  stage.promise(middle(bubble) < 550 && middle(frame) < 550, 'bubble and panel stand at the left');
  const own = await arabic.messages.first().locator('.said').boundingBox();
  stage.promise(middle(own) < middle(frame), 'one\'s own message stands at the end of the line, the left');
  const [attach, send] = [await arabic.panel.getByRole('button', { name: 'إرفاق ملف' }).boundingBox(), await arabic.panel.getByTestId('send').boundingBox()];
  stage.promise(send.x < attach.x, 'the button that sends stands left of the one that attaches');
  const [title, close] = [await arabic.panel.locator('h1').boundingBox(), await arabic.panel.getByRole('button', { name: 'تصغير المحادثة' }).boundingBox()];
  stage.promise(close.x < title.x, 'the button that closes stands left of the title');
  await arabic.panel.getByTestId('request-person').click();
  await chloe.getByTestId('offer-accept').click();
  await chloe.getByTestId('transcript').getByText('كم يستغرق').waitFor();
  await answer(chloe, 'Hello, Chloé here. One moment please!');
  await arabic.hears('One moment please!');
  const english = await arabic.panel.getByText('One moment please!').evaluate((element) => getComputedStyle(element).direction);
  stage.same(english, 'ltr', 'an English sentence within runs from left to right');
  await stage.accessible(arabic.frame, 'the Arabic chat');
  const over = await arabic.frame.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  stage.promise(over <= 0, 'the Arabic panel is not wider than its frame');
  await stage.shot(arabic.page, 'arabic-chat');
  await arabic.page.evaluate(() => globalThis.tandem.setLanguage('de'));
  await arabic.panel.getByText('Mit einem Menschen').or(arabic.panel.getByText('Chat beenden')).first().waitFor();
  stage.promise(550 < middle(await arabic.page.getByTestId('bubble').boundingBox()), 'after a change of language the bubble changes sides');
});
