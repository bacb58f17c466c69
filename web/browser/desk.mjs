// An agent's hands stay on the keyboard: sees why and what before accepting, answers by a canned text,
// notes, finds, wraps up. Then the same desk in German.
import { play } from './stage.mjs';

await play(async (stage) => {
  const agent = await stage.desk('ben');
  const press = (key) => agent.keyboard.press(key);
  const composer = agent.getByTestId('composer');
  const transcript = agent.getByTestId('transcript');
  const customer = await stage.customer('customer');
  await customer.start('Ana Costa');
  await customer.say('How long does standard delivery take? It is about order TO-441100');
  await customer.panel.getByTestId('request-person').click();

  await agent.getByTestId('offer').waitFor();
  const preview = agent.getByRole('region', { name: 'Rings for you' });
  await preview.getByTestId('event-message').getByText('It is about order TO-441100').waitFor();
  await preview.getByText('The first contact of this customer.').waitFor();
  stage.promise(0 < (await preview.locator('.why li').count()), 'an offer says why it is mine before it is accepted');
  await stage.shot(agent, 'desk-offer');
  await press('a');
  await transcript.getByText('TO-441100').waitFor();

  await press('r');
  await agent.keyboard.type('/');
  const canned = agent.getByRole('list', { name: 'Canned answers' });
  await canned.waitFor();
  const title = await canned.locator('strong').first().innerText();
  await stage.shot(agent, 'desk-canned');
  await press('Enter');
  const text = await composer.inputValue();
  stage.promise(20 < text.length && !text.startsWith('/'), `the canned answer ${title} is in the composer`);
  await press('Enter');
  await customer.hears(text);

  const assist = agent.getByTestId('assist');
  await assist.getByText('Shipping and delivery times').first().waitFor();
  await stage.accessible(agent, 'the console with suggestions');
  await stage.shot(agent, 'desk-assist');
  await assist.getByRole('button', { name: 'Use in reply' }).first().click();
  stage.promise(/working days/.test(await composer.inputValue()), 'a passage of an article is in the composer');
  await composer.fill('');

  await press('Escape');
  await press('n');
  await agent.keyboard.type('A note by keyboard');
  await press('Enter');
  await agent.getByTestId('event-note').getByText('A note by keyboard').waitFor();
  stage.same(await customer.panel.getByText('A note by keyboard').count(), 0, 'the customer does not see a note');

  await press('Control+k');
  await agent.keyboard.type('break');
  await agent.getByRole('listbox', { name: 'Found' }).getByText('On a break').waitFor();
  await press('Enter');
  await stage.until(async () => (await agent.getByTestId('presence').getAttribute('data-presence')) === 'break', 'the palette sets the presence');

  await press('Escape');
  await press('?');
  await agent.getByText('Canned answers').waitFor();
  await agent.getByRole('dialog').getByRole('combobox').selectOption('de');
  await agent.getByRole('heading', { name: 'Tastatur' }).waitFor();
  await stage.shot(agent, 'desk-help-german');
  await press('Escape');
  await agent.getByText('Meine Gespräche').waitFor();
  stage.same(await agent.evaluate(() => document.documentElement.lang), 'de', 'the page says that it is German');
  await stage.fits(agent, 'the German console');
  await stage.accessible(agent, 'the German console');
  await stage.shot(agent, 'desk-german');

  await press('w');
  await agent.getByRole('dialog', { name: 'Abschließen' }).waitFor();
  await agent.getByTestId('disposition-resolved').click();
  await agent.getByLabel('Zusammenfassung').fill('Answered about delivery');
  await stage.shot(agent, 'desk-wrap-german');
  await agent.getByTestId('wrap-done').click();
  await stage.until(async () => (await agent.getByTestId('session-item').count()) === 0, 'what is wrapped up is gone');
  await agent.reload();
  await agent.getByText('Kein Gespräch ist offen.').waitFor();
});
