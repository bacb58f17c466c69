// A supervisor closes all queues and opens them again: who waits is told and keeps the place, who comes is
// told at once, nobody is offered anything, and it goes on by itself.
import { answer, play } from './stage.mjs';

await play(async (stage) => {
  const supervisor = await stage.desk('sam');
  const early = await stage.customer('early');
  await early.start('Ana Costa');
  await early.say('Hello there');
  await early.panel.getByTestId('request-person').click();
  await early.panel.getByTestId('place').getByText('You are next in line').waitFor();

  await supervisor.getByTestId('close-all').click();
  const why = supervisor.getByTestId('close-all-why');
  await stage.until(() => why.evaluate((field) => field === document.activeElement), 'the reason is asked for');
  stage.promise(await supervisor.getByTestId('close-all-now').isDisabled(), 'nothing closes without a reason');
  await stage.accessibleInBoth(supervisor, 'the question before all queues close');
  await stage.shot(supervisor, 'closing-question');
  await why.fill('Fire alarm');
  await supervisor.keyboard.press('Enter');
  await supervisor.getByTestId('all-closed').getByText('All queues are closed: Fire alarm').waitFor();
  stage.same(await supervisor.getByText('closed by hand').count(), 4, 'each queue is shown as closed by hand');
  await stage.accessibleInBoth(supervisor, 'the board while all is closed');
  await stage.shot(supervisor, 'closing-closed');

  await early.panel.getByTestId('place').getByText('We are closed at the moment. You keep your place (number 1 in line)').waitFor();
  await stage.accessibleInBoth(early.page, 'the widget while all is closed', early.frame);
  await stage.shot(early.page, 'closing-customer');
  const late = await stage.customer('late');
  await late.open();
  await late.hears('Our team is not there right now');
  await stage.shot(late.page, 'closing-newcomer');

  const agent = await stage.desk('ben');
  const row = supervisor.getByTestId('board-session').filter({ hasText: 'Ana Costa' });
  await row.getByTestId('why').click();
  const explanation = supervisor.getByTestId('explanation');
  await stage.until(async () => /Fire alarm/.test(await explanation.innerText()), 'the explanation says why it is closed');
  stage.same(await agent.getByTestId('offer').count(), 0, 'nobody is offered anything');
  await stage.shot(supervisor, 'closing-why');

  await supervisor.getByTestId('open-all').click();
  await agent.getByTestId('offer-accept').first().click();
  await supervisor.getByTestId('close-all').waitFor();
  stage.same(await supervisor.getByText('closed by hand').count(), 0, 'no queue is closed');
  await answer(agent, 'We are back. Ben here.');
  await early.hears('Ben here');
  await stage.shot(early.page, 'closing-over');
});
