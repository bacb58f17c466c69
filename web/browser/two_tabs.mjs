// Two tabs of one agent: an offer accepted in both is one assignment, and both show the same.
import { answer, play } from './stage.mjs';

await play(async (stage) => {
  const one = await stage.desk('ben');
  const other = await stage.tab('ben-too', one.context());
  await other.goto(`${stage.base}/`);
  await other.getByTestId('presence').waitFor();
  const customer = await stage.customer('customer');
  await customer.start('Ana Costa');
  await customer.say('Where is my parcel?');
  await customer.panel.getByTestId('request-person').click();

  const tabs = [one, other];
  await Promise.all(tabs.map((tab) => tab.getByTestId('offer-accept').waitFor()));
  // Whichever is slower may find that it rings no more.
  await Promise.all(tabs.map((tab) => tab.getByTestId('offer-accept').click({ timeout: 3_000 }).catch(() => undefined)));
  for (const tab of tabs) {
    await tab.getByTestId('session-item').first().waitFor();
    await stage.until(async () => (await tab.getByTestId('offer').count()) === 0, 'it rings in neither tab');
    stage.same(await tab.getByTestId('session-item').count(), 1, 'each tab has the session once');
  }
  await customer.hears('joined');
  await answer(one, 'Hello, Ben here.');
  await other.getByTestId('transcript').getByText('Hello, Ben here.').waitFor();
  await answer(other, 'And from my other screen.');
  await one.getByTestId('transcript').getByText('And from my other screen.').waitFor();
  await customer.hears('And from my other screen.');
  for (const tab of tabs) {
    const transcript = tab.getByTestId('transcript');
    stage.same(await transcript.getByText('Ben Okafor took it').count(), 1, 'it was assigned once');
    stage.same(await transcript.getByText('Hello, Ben here.').count(), 1, 'each message is there once');
  }
  stage.same(await customer.panel.getByText('Ben Okafor joined').count(), 1, 'the customer is told once who joined');

  await one.getByTestId('presence').click();
  await one.getByTestId('presence-break').click();
  await stage.until(async () => (await other.getByTestId('presence').getAttribute('data-presence')) === 'break', 'a break begun in one tab is one in the other');
  await other.getByTestId('wrap-open').click();
  await other.getByTestId('wrap-done').click();
  await stage.until(async () => (await one.getByTestId('session-item').count()) === 0, 'what is finished in one tab is gone from the other');
});
